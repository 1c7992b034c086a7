/**
 * All open streams: how many there may be, the clock that they share, and how they stop.
 *
 * @module
 */
import type { Budget } from "./backlog.ts";
import type { Format } from "./formats/format.ts";
import type { Log } from "./log.ts";
import type { Nats, NatsState } from "./nats.ts";
import { Problem } from "./problem.ts";
import { type Clock, LogStream, type StreamLimits, type StreamSummary } from "./stream.ts";
import type { Scope } from "./subject.ts";
import type { Grant } from "./token.ts";

/** What bounds the streams. */
export interface StreamOptions extends StreamLimits {
  /** Bytes that may wait for all readers together. */
  readonly bufferTotalBytes: number;
  /** Streams that may be open. */
  readonly maxStreams: number;
  /** Streams of one app that may be open. */
  readonly maxStreamsPerApp: number;
}

/** What a stream is opened for. */
export interface StreamRequest {
  /** What the token permits. */
  readonly grant: Grant;
  /** What of it the stream shows. */
  readonly scope: Scope;
  /** How it is written. */
  readonly format: Format;
  /** Settles once the response is sent or its client is gone. */
  readonly completed: Promise<unknown>;
}

/** How often keepalives and deadlines are looked after. Milliseconds. */
const TICK = 250;
/** When an `EventSource` may come back after a lost connection. Milliseconds. */
const RETRY = 2_000;
/** Bounds of the same after a stop, at random, so that not all come back at once. Milliseconds. */
const RETRY_AFTER_STOP = [500, 5_000] as const;

/** The streams of one process. */
export class Streams {
  readonly #nats: Nats;
  readonly #options: StreamOptions;
  readonly #log: Log;
  readonly #budget: Budget;
  readonly #open = new Set<LogStream>();
  /** Connections that hold a place, an app: one is freed when its client is gone. */
  readonly #places = new Map<string, number>();
  #placesTaken = 0;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #clock: Clock = { now: performance.now(), awake: 0 };
  #stopped: PromiseWithResolvers<void> | undefined;

  /** Starts the clock of the streams that are to come. */
  constructor(nats: Nats, options: StreamOptions, log: Log) {
    this.#nats = nats;
    this.#options = options;
    this.#log = log;
    this.#budget = { used: 0, total: options.bufferTotalBytes };
    // One timer for all streams: two a stream would be thousands, for the same few moments.
    this.#timer = setInterval(() => this.#tick(), TICK);
    nats.onState = (state, at) => this.#tellState(state, at);
  }

  /** Why no stream can be opened now; `undefined` while one can. */
  get unavailable(): Problem | undefined {
    if (this.#stopped !== undefined) {
      return new Problem("shutting_down", "The service is about to stop: connect again.");
    }
    if (this.#placesTaken >= this.#options.maxStreams) {
      return new Problem("at_capacity", "The service has no stream to spare: try again later.");
    }
    if (this.#nats.unavailable !== undefined) {
      return new Problem(
        "nats_unavailable",
        `Try again: NATS is out of reach (${this.#nats.unavailable}).`,
      );
    }
    return undefined;
  }

  /**
   * Opens a stream; resolves to the response's body once NATS has confirmed its subscription.
   *
   * @throws {Problem} Where there is no place for it, or NATS is away or denies it.
   */
  async open(request: StreamRequest): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { grant, scope, format, completed } = request;
    const expiresAt = new Date(grant.expiresAt).toISOString();
    const leave = this.#enter(scope.app);
    const fields = { app: scope.app, subject: scope.subject, sub: grant.sub, jti: grant.jti };
    const openedAt = performance.now();
    let opened = false;
    let unsubscribe: (() => void) | undefined;
    const stream = new LogStream(
      format,
      this.#options,
      this.#budget,
      grant.expiresAt,
      this.#clock,
      {
        onEnd: () => unsubscribe?.(),
        onClose: (summary) => {
          this.#forget(stream);
          if (opened) this.#logClose(fields, openedAt, summary);
        },
      },
    );
    stream.notify({ event: "ready", data: { ...scope, expiresAt }, retry: RETRY });
    this.#open.add(stream);
    try {
      unsubscribe = await this.#nats.subscribe(scope.subject, {
        onPayload: (payload) => stream.push(payload),
        onDenied: () => stream.end("denied"),
      });
    } catch (error) {
      stream.cancel();
      leave();
      throw error;
    }
    opened = true;
    // It may have come to its end while NATS was asked.
    if (stream.ended) unsubscribe();
    completed.then(leave, leave);
    this.#log.info("stream opened", { ...fields, format: format.name });
    return stream.readable;
  }

  /** Takes no more streams, ends each open one, and resolves once all have sent their last. */
  stop(): Promise<void> {
    this.#stopped ??= Promise.withResolvers();
    const [least, most] = RETRY_AFTER_STOP;
    for (const stream of this.#open) {
      stream.end("shutdown", Math.round(least + Math.random() * (most - least)));
    }
    this.#settle();
    return this.#stopped.promise;
  }

  /** Lets go of the readers that a stop still waits for. */
  abandon(): void {
    for (const stream of this.#open) stream.abandon("shutdown");
  }

  /** @throws {Problem} Where no stream of `app` can be opened now. */
  check(app: string): void {
    if (this.unavailable !== undefined) throw this.unavailable;
    if ((this.#places.get(app) ?? 0) < this.#options.maxStreamsPerApp) return;
    throw new Problem("too_many_streams", "This app has all its streams open: close one first.");
  }

  /** Takes a place for a stream of `app`; returns what gives it back. */
  #enter(app: string): () => void {
    this.check(app);
    this.#places.set(app, (this.#places.get(app) ?? 0) + 1);
    this.#placesTaken++;
    return () => {
      const left = this.#places.get(app)! - 1;
      if (left > 0) this.#places.set(app, left);
      else this.#places.delete(app);
      this.#placesTaken--;
    };
  }

  #tick(): void {
    const now = performance.now();
    this.#clock.awake += Math.min(now - this.#clock.now, 2 * TICK);
    this.#clock.now = now;
    const time = Date.now();
    for (const stream of this.#open) stream.tick(time);
  }

  #tellState(nats: NatsState, time: number): void {
    const at = new Date(time).toISOString();
    for (const stream of this.#open) stream.notify({ event: "status", data: { nats, at } });
  }

  #forget(stream: LogStream): void {
    this.#open.delete(stream);
    this.#settle();
  }

  #settle(): void {
    if (this.#stopped === undefined || this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#stopped.resolve();
  }

  #logClose(fields: Record<string, unknown>, openedAt: number, summary: StreamSummary): void {
    const seconds = Math.round(performance.now() - openedAt) / 1000;
    this.#log.info("stream closed", { ...fields, seconds, ...summary });
  }
}
