/**
 * The connection to the service, which is reopened whenever it is lost.
 *
 * It uses `fetch` rather than `EventSource`: the token is sent in a header, not in a URL that proxies log,
 * and the reason of an error can be read.
 *
 * @module
 */
import {
  decide,
  type Decision,
  type EndedReason,
  isUnreachable,
  type Retry,
} from "./reconnect_policy.ts";
import { onPageReturn } from "./page_return.ts";
import { SilenceTimer } from "./silence_timer.ts";
import { requestStream } from "./stream_request.ts";
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

/** Upper bound of the first random delay; it doubles with each failure, up to the maximum. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** Upper bound of the random delay after a return to the page: a whole office may be back online at once. */
const RETURN_DELAY_MS = 250;
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
  /** Number of consecutive failures. */
  #failures = 0;
  #silence: number;
  #liveSince: number | undefined;
  /** The timer of the latest request. */
  #timer: SilenceTimer | undefined;
  /** Ends the delay before the next attempt. */
  #waking: AbortController | undefined;
  /** Whether the service may reject the page's origin: no response has been readable so far. */
  #mayLackCors = true;
  #hasWarned = false;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#tokens = new TokenSource(options.token, () => options.tokenProvider);
    this.#random = options.random ?? Math.random;
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
      this.#closed(decision);
      // The handler of the loss may have called stop().
      if (signal.aborted) return;
      if ("end" in decision) {
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
    const timer = this.#timer = new SilenceTimer(this.#silence);
    const outcome = await requestStream({ url, token, timer, signal }, {
      onReady: ({ app, subject, expiresAt }) => this.#opened(app, subject, Date.parse(expiresAt)),
      onLine: (payload) => this.#handlers.onLine(payload),
      onDropped: ({ count, bytes }) => this.#handlers.onDropped(count, bytes),
      onStatus: ({ nats, at }) => this.#handlers.onNats(nats, Date.parse(at)),
    });
    // The service may be configured to send keepalives less often.
    if (outcome.kind === "lost" && outcome.why === "silent") {
      this.#silence = Math.min(2 * this.#silence, MAX_SILENCE_MS);
    }
    const mayLackCors = this.#mayLackCors && isCrossOrigin(url);
    if (mayLackCors && isUnreachable(outcome)) this.#warn(url);
    return decide(outcome, this.#tokens, mayLackCors);
  }

  #url(): URL | undefined {
    const { src, app, region, machine } = this.#options;
    try {
      // A relative URL is resolved as fetch() does.
      const url = new URL(new Request(src).url);
      for (const [name, value] of Object.entries({ app, region, machine })) {
        if (value) url.searchParams.set(name, value);
      }
      return url;
    } catch {
      return undefined;
    }
  }

  #opened(app: string, subject: string, expiresAt: number): void {
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

  #closed(decision: Decision): void {
    if (this.#liveSince === undefined) return;
    if (performance.now() - this.#liveSince >= STABLE_MS) this.#failures = 0;
    this.#liveSince = undefined;
    // After a live stream, the only reason to renew a token is that it has expired.
    const hasExpired = "end" in decision
      ? decision.end === "expired"
      : decision.renewToken === true;
    this.#handlers.onLost(this.#timer!.heardAt, hasExpired);
  }

  async #delay(retry: Retry, signal: AbortSignal): Promise<void> {
    const { reason, renewToken = false } = retry;
    if (renewToken) this.#tokens.discard();
    const time = Math.max(this.#retryTime(retry), renewToken ? this.#tokens.retryTime : 0);
    if (time === 0) return;
    this.#handlers.onState({ state: "reconnecting", at: Date.now() + time, reason });
    // If the service asks for a delay, a return to the page does not shorten it.
    if (retry.delay !== undefined || retry.minDelay !== undefined) return await wait(time, signal);
    this.#waking = new AbortController();
    await wait(time, signal, this.#waking.signal);
    if (this.#waking.signal.aborted) {
      const left = renewToken ? this.#tokens.retryTime : 0;
      await wait(Math.max(left, this.#random() * RETURN_DELAY_MS), signal);
    }
    this.#waking = undefined;
  }

  /** Somebody is back at the page, and the stream may have died meanwhile. */
  #returned(): void {
    this.#waking?.abort();
    this.#timer?.hurry();
  }

  #retryTime({ delay, minDelay = 0 }: Retry): number {
    if (delay !== undefined) return delay;
    const maximum = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures++);
    return minDelay + this.#random() * maximum;
  }
}

function isCrossOrigin(url: URL): boolean {
  return globalThis.location !== undefined && url.origin !== location.origin;
}
