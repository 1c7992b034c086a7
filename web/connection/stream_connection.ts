/**
 * The connection to the service, which is reopened whenever it is lost.
 *
 * It uses `fetch` rather than `EventSource`: the token is sent in a header, not in a URL that proxies log,
 * and the reason of an error can be read.
 *
 * @module
 */
import type { OpenStream } from "./stream/open_stream.ts";
import { onPageReturn } from "./page_return.ts";
import type { Text } from "../texts/texts.ts";
import { decide, type Decision, isUnreachable, type Retry } from "./reconnect_policy.ts";
import type { Outcome, Ready } from "./stream/stream_request.ts";
import { receiveStreams } from "./stream_sequence.ts";
import { type Past, StreamReceiver } from "./stream_receiver.ts";
import { ReconnectDelay } from "./reconnect_delay.ts";
import { type OlderLines, requestOlderLines } from "./stream/older_lines.ts";
import { TokenSource } from "./token_source.ts";
import type { ConnectionHandlers, ConnectionOptions } from "./connection_options.ts";
import { wait } from "./wait.ts";

/** After a stream was live for this long, the backoff starts over. */
const STABLE_MS = 10_000;
/** Three keepalives at the service's default interval. */
const SILENCE_MS = 45_000;
/** Beyond this, a silent stream cannot be told from a lost one. */
const MAX_SILENCE_MS = 300_000;
const NO_ACCESS: Text = "Your access to these logs cannot be confirmed at the moment.";

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
  #tokens: TokenSource;
  readonly #receiver: StreamReceiver;
  readonly #random: () => number;
  #running: AbortController | undefined;
  readonly #delays: ReconnectDelay;
  #silence: number;
  #liveSince: number | undefined;
  /** Estimated number of lines that were missed since the oldest one. */
  #unreceived = 0;
  /** The latest stream that is not held back. */
  #current: OpenStream | undefined;
  /** Whether the service may reject the page's origin: no response has been readable so far. */
  #mayLackCors = true;
  /** The latest warning. */
  #warning = "";

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#tokens = this.#newTokens();
    this.#receiver = new StreamReceiver(handlers, () => options.tail ?? 0);
    this.#random = options.random ?? Math.random;
    this.#delays = new ReconnectDelay(this.#random);
    this.#silence = options.silence ?? SILENCE_MS;
  }

  /** Connects, and reconnects until no further attempt can succeed. Continues after the last line, if it can. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.#tokens = this.#newTokens();
    this.#delays.reset();
    onPageReturn(() => this.#returned(), signal);
    this.#run(signal);
  }

  /** Number of lines since the oldest one; `undefined` if no older lines can be requested. */
  get linesSinceOldest(): number | undefined {
    return this.#receiver.oldest?.lines;
  }

  /** Whether lines of the past are arriving. */
  get isPast(): boolean {
    return this.#receiver.isPast;
  }

  /**
   * Requests up to `count` lines before the oldest one, or all lines before it from the one with the id `from`.
   * Resolves to `undefined` if that fails.
   */
  async loadOlder(count: number, from?: number): Promise<OlderLines | undefined> {
    const { oldest } = this.#receiver;
    const signal = this.#running?.signal;
    const url = this.#url();
    if (oldest === undefined || signal === undefined || url === undefined) return undefined;
    if (from !== undefined && !(from < Number(oldest.id))) {
      return { lines: [], firstId: undefined, gap: undefined };
    }
    if (from !== undefined) {
      url.searchParams.set("last_event_id", `${Math.max(0, Math.trunc(from) - 1)}`);
    } else url.searchParams.set("tail", `${oldest.lines + this.#unreceived + count}`);
    let token: string | undefined;
    try {
      token = await this.#tokens.current(signal);
    } catch {
      return undefined;
    }
    const older = await requestOlderLines({ url, token, signal }, oldest.id);
    const id = older?.firstId;
    if (older === undefined || id === undefined) return undefined;
    const { lines: { length }, gap } = older;
    if (length > 0 && gap === undefined) {
      this.#receiver.oldest = { id, lines: oldest.lines + length };
    } else if (length > 0 || gap !== undefined || from === undefined && id === oldest.id) {
      this.#receiver.oldest = undefined;
    } else if (from === undefined) {
      this.#unreceived += count;
    }
    return older;
  }

  /** Disconnects. */
  stop(): void {
    if (this.#running === undefined) return;
    this.#running.abort();
    this.#running = undefined;
    if (this.#liveSince !== undefined) {
      this.#receiver.stop(this.#current!.heardAt);
    }
    this.#liveSince = undefined;
    this.#handlers.onState({ state: "idle" });
  }

  #newTokens(): TokenSource {
    return new TokenSource(this.#options.token, () => this.#options.tokenProvider);
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#handlers.onState({ state: "connecting", since: Date.now() });
      const decision = await this.#attempt(signal);
      if (signal.aborted) return;
      if ("end" in decision) {
        this.#running?.abort();
        this.#running = undefined;
        const { end: reason, detail, apps } = decision;
        if (reason !== "app-required") this.#warn(detail);
        return this.#handlers.onState({ state: "ended", reason, detail, ...(apps && { apps }) });
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
      return { reason: (error as Error).message, text: NO_ACCESS, renewToken: true };
    }
    const outcome = await receiveStreams({
      ...{ token, signal, tokens: this.#tokens, receiver: this.#receiver, random: this.#random },
      backoff: (failures) => this.#delays.backoff(failures),
      silence: this.#silence,
      url: (past) => this.#url(past)!,
      onStream: (stream) => this.#current = stream,
      onReady: (ready) => this.#opened(ready),
    });
    if (!signal.aborted) this.#closed(outcome);
    // The service may be configured to send keepalives less often.
    if (outcome.kind === "lost" && outcome.why === "silent") {
      this.#silence = Math.min(2 * this.#silence, MAX_SILENCE_MS);
    }
    const mayLackCors = this.#mayLackCors && isCrossOrigin(url);
    if (mayLackCors && isUnreachable(outcome)) this.#warn(corsHint(url));
    return decide(outcome, this.#tokens, mayLackCors);
  }

  #url(past?: Past): URL | undefined {
    const { src, app, region, machine } = this.#options;
    try {
      // A relative URL is resolved as fetch() does.
      const url = new URL(new Request(src).url);
      const parameters = { app, region, machine, ...this.#receiver.parametersOf(past) };
      for (const [name, value] of Object.entries(parameters)) {
        if (value) url.searchParams.set(name, value);
      }
      return url;
    } catch {
      return undefined;
    }
  }

  #opened({ app, subject, expiresAt, history }: Ready): void {
    this.#tokens.accept();
    this.#mayLackCors = false;
    this.#liveSince = performance.now();
    this.#handlers.onState({ state: "live", app, subject, expiresAt, history });
  }

  /** Tells the developer, once, what readers cannot do anything about. */
  #warn(text: string): void {
    if (this.#warning !== text) console.warn(`natstap: ${text}`);
    this.#warning = text;
  }

  #closed(outcome: Outcome): void {
    if (this.#liveSince === undefined) return;
    if (performance.now() - this.#liveSince >= STABLE_MS) this.#delays.reset();
    this.#liveSince = undefined;
    const hasExpired = outcome.kind === "ended" && outcome.reason === "expired";
    this.#receiver.lose({ at: this.#current!.heardAt, hasExpired });
  }

  async #delay(retry: Retry, signal: AbortSignal): Promise<void> {
    const { text, reason = text, renewToken = false } = retry;
    if (renewToken) this.#tokens.discard();
    const minTime = () => renewToken ? this.#tokens.retryTime : 0;
    const time = Math.max(this.#delays.next(retry), minTime());
    if (time === 0) return;
    if (text === NO_ACCESS) this.#warn(reason);
    const at = Date.now() + time;
    this.#handlers.onState({ state: "reconnecting", at, reason, text });
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

function corsHint({ origin }: URL): string {
  return `no response from ${origin}. If it is running, add ${location.origin} to its CORS_ORIGINS`;
}

function isCrossOrigin(url: URL): boolean {
  return globalThis.location !== undefined && url.origin !== location.origin;
}
