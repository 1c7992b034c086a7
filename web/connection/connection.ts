/**
 * The connection to the service: opened, kept, and opened again.
 *
 * By `fetch`, not `EventSource`: the token travels in a header, never in a URL, where proxies log it;
 * and a refusal can be read, where `EventSource` only tells that there was an error.
 *
 * @module
 */
import { type TokenProvider, Tokens } from "./token_source.ts";
import {
  type Again,
  type EndedReason,
  isUnreachable,
  judge,
  type Verdict,
} from "./reconnect_policy.ts";
import { visit } from "./visit.ts";
import { wait } from "./wait.ts";

/** How the stream is. Times in milliseconds since the epoch. */
export type ConnectionState =
  | { readonly state: "idle" }
  | { readonly state: "connecting" }
  | {
    readonly state: "live";
    readonly app: string;
    readonly subject: string;
    readonly expiresAt: number;
  }
  /** `at` is when the next try is. */
  | { readonly state: "reconnecting"; readonly at: number; readonly reason: string }
  /** No further try makes sense. */
  | { readonly state: "ended"; readonly reason: EndedReason; readonly detail: string };

/** What to connect to, and how. */
export interface ConnectionOptions {
  /** Where the stream is. */
  readonly src: string;
  /** The first token. Where there is neither this nor a provider, the page's cookie is sent. */
  readonly token?: string | undefined;
  /**
   * Gets a token: at first, where there is none, and when the last one is no good any more. It is looked
   * up each time: the host may have given another by then.
   */
  readonly tokenProvider?: TokenProvider | undefined;
  readonly region?: string | undefined;
  readonly machine?: string | undefined;
  readonly app?: string | undefined;
  /** A number from 0 to 1, as `Math.random()`. */
  readonly random?: () => number;
  /** How long a stream may be silent at first: three keepalives, by default. Milliseconds. */
  readonly silence?: number;
}

/** Who is told. Nobody is after `stop()`. */
export interface ConnectionHandlers {
  onState(state: ConnectionState): void;
  /** A log line. */
  onLine(payload: string): void;
  /** The service dropped lines here, since this page was too slow. */
  onDropped(count: number, bytes: number): void;
  /** NATS was lost, or is back: lines between may be missing. Milliseconds since the epoch. */
  onNats(state: "connected" | "disconnected", at: number): void;
  /** The stream is live: lines arrive from here on. */
  onOpen(): void;
  /** A stream that was live is over, perhaps with its token: lines are missing until `onOpen()`. */
  onLost(at: number, hasExpired?: boolean): void;
}

/** The first wait is at most so long, each further one at most twice as long, up to the longest. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** A stream that was live for so long was well: the next wait is a first one. */
const WELL = 10_000;
/** The service sends a keepalive every 15 s, unless it is told otherwise. */
const SILENCE = 45_000;
/** How long a stream may be silent at most, since a dead one says as little. */
const LONGEST_SILENCE = 300_000;

/** Keeps one stream open. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  readonly #tokens: Tokens;
  readonly #random: () => number;
  #leave: AbortController | undefined;
  /** Visits that went wrong, one after the other. */
  #failures = 0;
  #silence: number;
  /** Since when the stream is live. */
  #liveSince: number | undefined;
  /** Whether the service may be one that does not permit the page's origin. */
  #mayBeBarred = true;
  #hasWarned = false;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#tokens = new Tokens(options.token, () => options.tokenProvider);
    this.#random = options.random ?? Math.random;
    this.#silence = options.silence ?? SILENCE;
  }

  /** Connects, and goes on until no further try makes sense. */
  start(): void {
    if (this.#leave !== undefined) return;
    this.#leave = new AbortController();
    this.#run(this.#leave.signal);
  }

  /** Leaves. */
  stop(): void {
    if (this.#leave === undefined) return;
    this.#leave.abort();
    this.#leave = undefined;
    this.#liveSince = undefined;
    this.#handlers.onState({ state: "idle" });
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#handlers.onState({ state: "connecting" });
      const verdict = await this.#visit(signal);
      if (signal.aborted) return;
      this.#close(verdict);
      // Whoever was told of the loss may have stopped it.
      if (signal.aborted) return;
      if ("end" in verdict) {
        this.#leave = undefined;
        const { end: reason, detail } = verdict;
        return this.#handlers.onState({ state: "ended", reason, detail });
      }
      await this.#pause(verdict, signal);
      if (signal.aborted) return;
    }
  }

  async #visit(signal: AbortSignal): Promise<Verdict> {
    const { src } = this.#options;
    const url = this.#url();
    if (url === undefined) return { end: "bad-request", detail: `The src "${src}" is no URL.` };
    let token: string | undefined;
    try {
      token = await this.#tokens.current(signal);
    } catch (error) {
      return { again: (error as Error).message, renew: true };
    }
    const outcome = await visit({ url, token, silence: this.#silence, signal }, {
      onReady: ({ app, subject, expiresAt }) => this.#open(app, subject, Date.parse(expiresAt)),
      onLine: (payload) => this.#handlers.onLine(payload),
      onDropped: ({ count, bytes }) => this.#handlers.onDropped(count, bytes),
      onStatus: ({ nats, at }) => this.#handlers.onNats(nats, Date.parse(at)),
    });
    // A service that is told to send keepalives more rarely is not lost each time.
    if (outcome.kind === "lost" && outcome.why === "silent") {
      this.#silence = Math.min(2 * this.#silence, LONGEST_SILENCE);
    }
    const mayBeBarred = this.#mayBeBarred && isElsewhere(url);
    if (mayBeBarred && isUnreachable(outcome)) this.#warn(url);
    return judge(outcome, this.#tokens, mayBeBarred);
  }

  #url(): URL | undefined {
    const { src, app, region, machine } = this.#options;
    try {
      // As fetch() does: relative to the page.
      const url = new URL(new Request(src).url);
      for (const [name, value] of Object.entries({ app, region, machine })) {
        if (value) url.searchParams.set(name, value);
      }
      return url;
    } catch {
      return undefined;
    }
  }

  #open(app: string, subject: string, expiresAt: number): void {
    this.#tokens.accept();
    this.#mayBeBarred = false;
    this.#liveSince = performance.now();
    this.#handlers.onOpen();
    this.#handlers.onState({ state: "live", app, subject, expiresAt });
  }

  /** Tells who embeds the viewer, once, what the browser does not tell the viewer. */
  #warn({ origin }: URL): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    console.warn(
      `natstap: no answer from ${origin}. If it is up, its CORS_ORIGINS lacks ${location.origin}`,
    );
  }

  #close(verdict: Verdict): void {
    if (this.#liveSince === undefined) return;
    if (performance.now() - this.#liveSince >= WELL) this.#failures = 0;
    this.#liveSince = undefined;
    // A stream that was live needs another token for no other reason.
    const hasExpired = "end" in verdict ? verdict.end === "expired" : verdict.renew === true;
    this.#handlers.onLost(Date.now(), hasExpired);
  }

  async #pause(verdict: Again, signal: AbortSignal): Promise<void> {
    const { again: reason, renew = false } = verdict;
    if (renew) this.#tokens.discard();
    const time = Math.max(this.#waitTime(verdict), renew ? this.#tokens.due : 0);
    if (time === 0) return;
    this.#handlers.onState({ state: "reconnecting", at: Date.now() + time, reason });
    // A machine that is back in a network need not wait, except where there is a reason to.
    const isPlain = verdict.at === undefined && verdict.after === undefined && !renew;
    await wait(time, signal, isPlain ? "online" : undefined);
  }

  #waitTime({ at, after = 0 }: Again): number {
    if (at !== undefined) return at;
    return after + this.#random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
  }
}

/** Whether `url` is on another origin than the page. */
function isElsewhere(url: URL): boolean {
  return globalThis.location !== undefined && url.origin !== location.origin;
}
