/**
 * What the streams of a connection deliver, one after the other, and whether something is missing in between.
 *
 * @module
 */
import type { ConnectionHandlers } from "./connection_options.ts";
import type { Ready, StreamEvent } from "./stream/stream_request.ts";

/** Which lines of the past a request asks for: the last ones, or those after the last line received. */
export type Past = "tail" | "resume" | undefined;

/** A loss of a stream. */
interface Loss {
  /** When the stream was last heard, in milliseconds since the epoch. */
  readonly at: number;
  readonly hasExpired: boolean;
}

/** The oldest line that has been received. */
export interface Oldest {
  readonly id: string;
  /** Number of lines received from this one on. */
  lines: number;
}

/** Passes lines and events on, and reports a loss if the next stream does not continue where the last one ended. */
export class StreamReceiver {
  readonly #handlers: Omit<ConnectionHandlers, "onState">;
  readonly #tail: () => number;
  /** The oldest line; `undefined` if lines have no ids, or if the service has none before it. */
  oldest: Oldest | undefined;
  #lastId: string | undefined;
  #hasLines = false;
  /** Whether the service has said that lines of the past are missing. */
  #hasGap = false;
  /** Whether the service has lines of the past. */
  #history = false;
  /** Why the lines that arrive now are from the past. */
  #past: Past;
  #loss: Loss | undefined;
  /** When the service lost NATS, if it may recover the lines since. */
  #natsLostAt: number | undefined;

  /** @param tail Returns the number of lines of the past to start with. */
  constructor(handlers: Omit<ConnectionHandlers, "onState">, tail: () => number) {
    this.#handlers = handlers;
    this.#tail = tail;
  }

  /** Id of the last line, if lines have ids. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  /** Whether lines of the past are arriving. */
  get isPast(): boolean {
    return this.#past !== undefined;
  }

  /** What the next request asks for if it follows a loss. */
  get next(): Past {
    if (this.#lastId !== undefined) return "resume";
    return !this.#hasLines && this.#tail() > 0 ? "tail" : undefined;
  }

  /** The query parameters of such a request. In a header, the id would cost requests with a cookie a preflight. */
  parametersOf(past: Past): Record<string, string | undefined> {
    if (past === undefined) return {};
    return past === "tail" ? { tail: `${this.#tail()}` } : { last_event_id: this.#lastId };
  }

  /** Passes on an event of a stream that asked for `past`. */
  receive(event: StreamEvent, past: Past): void {
    const handlers = this.#handlers;
    switch (event.event) {
      case "line":
        this.#lastId = event.id;
        if (this.oldest !== undefined) this.oldest.lines++;
        else if (!this.#hasLines && event.id !== undefined && !this.#hasGap) {
          this.oldest = { id: event.id, lines: 1 };
        }
        this.#hasLines = true;
        return handlers.onLine(event.payload, this.#past !== undefined, event.id);
      case "ready":
        return this.#opened(event, past);
      case "dropped":
        return handlers.onDropped(event.count, event.bytes);
      case "status":
        return this.#natsChanged(event.nats, Date.parse(event.at), event.recovered);
      case "gap":
        this.#hasGap = true;
        return handlers.onGap(event.reason);
      case "live":
        this.#lastId ??= event.id;
        if (this.#past === "tail" && this.#hasLines) handlers.onLive();
        this.#past = undefined;
    }
  }

  /** A stream was lost. */
  lose(loss: Loss): void {
    if (this.#canContinue) this.#loss = loss;
    else this.#handlers.onLost(loss.at, loss.hasExpired);
  }

  /** The page has stopped a stream, and is not to be notified unless it starts another one. */
  stop(at: number): void {
    this.#loss = { at, hasExpired: false };
  }

  get #canContinue(): boolean {
    return this.#history && this.next !== undefined;
  }

  #opened({ history, id }: Ready, past: Past): void {
    this.#history = history;
    this.#natsLostAt = undefined;
    this.#past = history ? past : undefined;
    this.#lastId ??= id;
    if (this.#loss !== undefined && this.#past === undefined) {
      this.#handlers.onLost(this.#loss.at, this.#loss.hasExpired);
    }
    this.#loss = undefined;
    this.#handlers.onOpen();
  }

  /** With history, an outage is reported when it has ended, unless the service has recovered the lines. */
  #natsChanged(state: "connected" | "disconnected", at: number, isRecovered = false): void {
    if (state === "disconnected" && this.#canContinue) {
      this.#natsLostAt = at;
      return;
    }
    const lostAt = this.#natsLostAt;
    this.#natsLostAt = undefined;
    if (isRecovered) return;
    if (lostAt !== undefined) this.#handlers.onNats("disconnected", lostAt);
    this.#handlers.onNats(state, at);
  }
}
