/**
 * The connection to the service, which is reopened whenever it is lost.
 *
 * It uses `fetch` rather than `EventSource`: the token is sent in a header, not in a URL that proxies log,
 * and the reason of an error can be read.
 *
 * @module
 */
import { OpenStream } from "./open_stream.ts";
import { onPageReturn } from "./page_return.ts";
import {
  decide,
  type Decision,
  type EndedReason,
  isUnreachable,
  type Retry,
} from "./reconnect_policy.ts";
import type { Outcome, Ready, StreamEvent } from "./stream_request.ts";
import { ReconnectDelay } from "./reconnect_delay.ts";
import { openSuccessor } from "./successor.ts";
import { type TokenProvider, TokenSource } from "./token_source.ts";
import { wait } from "./wait.ts";

/** The state of the stream. Times in milliseconds since the epoch. */
export type ConnectionState =
  | { readonly state: "idle" }
  | { readonly state: "connecting" }
  | {
    readonly state: "live";
    readonly app: string;
    readonly subject: string;
    readonly expiresAt: number;
  }
  /** `at` is the time of the next attempt. */
  | { readonly state: "reconnecting"; readonly at: number; readonly reason: string }
  /** No further attempt can succeed. */
  | { readonly state: "ended"; readonly reason: EndedReason; readonly detail: string };

/** What to connect to, and how. */
export interface ConnectionOptions {
  /** URL of the stream, absolute or relative to the page. */
  readonly src: string;
  /** The first token. If there is neither this nor a provider, the page's cookie is sent. */
  readonly token?: string | undefined;
  /**
   * Provides a token if there is none, and whenever the last one is no longer accepted. The property is read
   * each time, since the host may have replaced it.
   */
  readonly tokenProvider?: TokenProvider | undefined;
  readonly region?: string | undefined;
  readonly machine?: string | undefined;
  readonly app?: string | undefined;
  /** Default: `Math.random`. */
  readonly random?: () => number;
  /** Initial maximum silence of a stream, in milliseconds. Default: three keepalives. */
  readonly silence?: number;
}

/** Callbacks of a connection; none is called after `stop()`. */
export interface ConnectionHandlers {
  onState(state: ConnectionState): void;
  onLine(payload: string): void;
  /** The service dropped lines here because this page was too slow. */
  onDropped(count: number, bytes: number): void;
  /** NATS was lost, or is back: lines in between may be missing. Milliseconds since the epoch. */
  onNats(state: "connected" | "disconnected", at: number): void;
  /** The stream is live: every line from here on arrives. */
  onOpen(): void;
  /**
   * A live stream was lost, perhaps because its token expired: lines are missing until `onOpen()`. `at` is when
   * it was last heard, in milliseconds since the epoch.
   */
  onLost(at: number, hasExpired?: boolean): void;
}

/** After a stream was live for this long, the backoff starts over. */
const STABLE_MS = 10_000;
/** Three keepalives at the service's default interval. */
const SILENCE_MS = 45_000;
/** Beyond this, a silent stream cannot be told from a lost one. */
const MAX_SILENCE_MS = 300_000;

/**
 * Keeps a stream open.
 *
 * @example
 * ```ts
 * const connection = new Connection({ src: "/logs", token }, handlers);
 * connection.start();
 * ```
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  readonly #tokens: TokenSource;
  readonly #random: () => number;
  #running: AbortController | undefined;
  readonly #delays: ReconnectDelay;
  #silence: number;
  #liveSince: number | undefined;
  /** The latest stream that is not held back. */
  #current: OpenStream | undefined;
  /** Id of the last line, if lines have ids. */
  #lastId: string | undefined;
  /** Whether the service may reject the page's origin: no response has been readable so far. */
  #mayLackCors = true;
  #hasWarned = false;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#tokens = new TokenSource(options.token, () => options.tokenProvider);
    this.#random = options.random ?? Math.random;
    this.#delays = new ReconnectDelay(this.#random);
    this.#silence = options.silence ?? SILENCE_MS;
  }

  /** Connects, and reconnects until no further attempt can succeed. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    const { signal } = this.#running;
    onPageReturn(() => this.#returned(), signal);
    this.#run(signal);
  }

  /** Disconnects. */
  stop(): void {
    if (this.#running === undefined) return;
    this.#running.abort();
    this.#running = undefined;
    this.#liveSince = undefined;
    this.#handlers.onState({ state: "idle" });
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#handlers.onState({ state: "connecting" });
      const decision = await this.#attempt(signal);
      if (signal.aborted) return;
      if ("end" in decision) {
        this.#running?.abort();
        this.#running = undefined;
        const { end: reason, detail } = decision;
        return this.#handlers.onState({ state: "ended", reason, detail });
      }
      await this.#delay(decision, signal);
      if (signal.aborted) return;
    }
  }

  async #attempt(signal: AbortSignal): Promise<Decision> {
    const { src } = this.#options;
    const url = this.#url();
    if (url === undefined) return { end: "bad-request", detail: `"${src}" is not a valid URL.` };
    let token: string | undefined;
    try {
      token = await this.#tokens.current(signal);
    } catch (error) {
      return { reason: (error as Error).message, renewToken: true };
    }
    const outcome = await this.#stream(token, signal);
    if (!signal.aborted) this.#closed(outcome);
    // The service may be configured to send keepalives less often.
    if (outcome.kind === "lost" && outcome.why === "silent") {
      this.#silence = Math.min(2 * this.#silence, MAX_SILENCE_MS);
    }
    const mayLackCors = this.#mayLackCors && isCrossOrigin(url);
    if (mayLackCors && isUnreachable(outcome)) this.#warn(url);
    return decide(outcome, this.#tokens, mayLackCors);
  }

  /** Resolves when a stream has ended without a successor. */
  async #stream(token: string | undefined, signal: AbortSignal): Promise<Outcome> {
    const open = (token: string | undefined) =>
      new OpenStream({
        ...{ url: this.#url()!, token, silence: this.#silence, signal },
        onEvent: (event) => this.#received(event),
      });
    let stream = open(token);
    stream.release();
    for (;;) {
      this.#current = stream;
      const successor = openSuccessor(stream, {
        ...{ tokens: this.#tokens, signal, random: this.#random, open },
        backoff: (failures) => this.#delays.backoff(failures),
        lastId: () => this.#lastId,
        onLost: () => this.#handlers.onLost(stream.heardAt),
      });
      const outcome = await stream.outcome;
      const next = await successor;
      if (next === undefined) return outcome;
      stream = next;
    }
  }

  #received(event: StreamEvent): void {
    const handlers = this.#handlers;
    switch (event.event) {
      case "line":
        this.#lastId = event.id;
        return handlers.onLine(event.payload);
      case "ready":
        this.#lastId ??= event.id;
        return this.#opened(event);
      case "dropped":
        return handlers.onDropped(event.count, event.bytes);
      case "status":
        return handlers.onNats(event.nats, Date.parse(event.at));
    }
  }

  #url(): URL | undefined {
    const { src, app, region, machine } = this.#options;
    try {
      // A relative URL is resolved as fetch() does.
      const url = new URL(new Request(src).url);
      // In the query: a header would cost requests with a cookie a preflight.
      const last_event_id = this.#lastId;
      for (const [name, value] of Object.entries({ app, region, machine, last_event_id })) {
        if (value) url.searchParams.set(name, value);
      }
      return url;
    } catch {
      return undefined;
    }
  }

  #opened({ app, subject, expiresAt }: Ready): void {
    this.#tokens.accept();
    this.#mayLackCors = false;
    this.#liveSince = performance.now();
    this.#handlers.onOpen();
    this.#handlers.onState({ state: "live", app, subject, expiresAt });
  }

  /** Tells the developer, once, what the browser does not tell the viewer. */
  #warn({ origin }: URL): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    console.warn(
      `natstap: no response from ${origin}. If it is running, add ${location.origin} to its CORS_ORIGINS`,
    );
  }

  #closed(outcome: Outcome): void {
    if (this.#liveSince === undefined) return;
    if (performance.now() - this.#liveSince >= STABLE_MS) this.#delays.reset();
    this.#liveSince = undefined;
    const hasExpired = outcome.kind === "ended" && outcome.reason === "expired";
    this.#handlers.onLost(this.#current!.heardAt, hasExpired);
  }

  async #delay(retry: Retry, signal: AbortSignal): Promise<void> {
    const { reason, renewToken = false } = retry;
    if (renewToken) this.#tokens.discard();
    const minTime = () => renewToken ? this.#tokens.retryTime : 0;
    const time = Math.max(this.#delays.next(retry), minTime());
    if (time === 0) return;
    this.#handlers.onState({ state: "reconnecting", at: Date.now() + time, reason });
    // If the service asks for a delay, a return to the page does not shorten it.
    const isAskedFor = retry.delay !== undefined || retry.minDelay !== undefined;
    if (isAskedFor) await wait(time, signal);
    else await this.#delays.wait(time, minTime, signal);
  }

  /** Somebody is back at the page, and the stream may have died meanwhile. */
  #returned(): void {
    this.#delays.wake();
    this.#current?.hurry();
  }
}

function isCrossOrigin(url: URL): boolean {
  return globalThis.location !== undefined && url.origin !== location.origin;
}
