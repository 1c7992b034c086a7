/**
 * All open streams: what they share, how one is opened, and how they stop.
 *
 * @module
 */
import type { Budget } from "./backlog.ts";
import type { Format } from "./formats/format.ts";
import { FORMATS } from "./formats/formats.ts";
import { LineEncoder } from "./formats/line_encoder.ts";
import { LagSampler } from "../telemetry/lag.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Nats } from "../nats/connection.ts";
import { Places } from "./quota.ts";
import { Problem } from "../problem.ts";
import type { StreamRecorder } from "../telemetry/stream_recorder.ts";
import {
  type Clock,
  LogStream,
  type Shared,
  type StreamLimits,
  type StreamObserver,
  type StreamSummary,
  type Traffic,
} from "./log_stream.ts";
import type { Scope } from "../nats/subject.ts";
import type { Grant } from "../auth/token.ts";

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
  /** Resolves once the response has been sent or its connection is closed. */
  readonly completed: Promise<void>;
  /** Closes the connection after a few seconds, even if the client takes nothing more. */
  readonly closeSoon: () => void;
}

/** How often keepalives and deadlines are looked after. Milliseconds. */
const TICK = 250;
/** When an `EventSource` may come back after a lost connection. Milliseconds. */
const RETRY = 2_000;
/** Bounds of the same after a stop, at random, so that not all come back at once. Milliseconds. */
const RETRY_AFTER_STOP = [500, 5_000] as const;

/** Who is told of the streams. */
export interface Witnesses {
  readonly recorder: StreamRecorder;
  readonly metrics: Metrics;
}

/** The streams of one process. */
export class Streams {
  /** How many there may be. */
  readonly places: Places;
  /** What waits for all readers. */
  readonly budget: Budget;
  /** What has been sent so far, by format. */
  readonly traffic: ReadonlyMap<Format, Traffic>;
  readonly #shared: ReadonlyMap<Format, Shared>;
  readonly #nats: Nats;
  readonly #witnesses: Witnesses;
  readonly #lag: LagSampler;
  readonly #open = new Set<LogStream>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #clock: Clock = { now: performance.now(), awake: 0 };
  #stopped: PromiseWithResolvers<void> | undefined;

  /** Starts the clock of the streams that are to come. */
  constructor(nats: Nats, options: StreamOptions, witnesses: Witnesses) {
    this.places = new Places(options.maxStreams, options.maxStreamsPerApp);
    this.budget = { used: 0, total: options.bufferTotalBytes };
    this.traffic = new Map(FORMATS.map((format) => [format, { events: 0, bytes: 0, dropped: 0 }]));
    this.#nats = nats;
    this.#witnesses = witnesses;
    this.#shared = new Map(FORMATS.map((format) => [format, {
      limits: options,
      budget: this.budget,
      clock: this.#clock,
      traffic: this.traffic.get(format)!,
      encoder: new LineEncoder(format),
    }]));
    this.#lag = new LagSampler(witnesses.metrics.lagged);
    // One timer for all streams: two a stream would be thousands, for the same few moments.
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** Why no stream can be opened now, apart from `MAX_STREAMS`; `undefined` if one can. */
  get unavailable(): Problem | undefined {
    if (this.#stopped !== undefined) {
      return new Problem("shutting_down", "The service is about to stop: connect again.");
    }
    if (this.#nats.unavailable !== undefined) {
      return new Problem(
        "nats_unavailable",
        `Try again: NATS is out of reach (${this.#nats.unavailable}).`,
      );
    }
    return undefined;
  }

  /** @throws {Problem} Where no stream of `app` can be opened now. */
  check(app: string): void {
    if (this.unavailable !== undefined) throw this.unavailable;
    this.places.check(app);
  }

  /**
   * Opens a stream; resolves to the response's body once NATS has confirmed its subscription.
   *
   * @throws {Problem} Where there is no place for it, or NATS is away or denies it.
   */
  async open(request: StreamRequest): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { grant, scope, format, completed, closeSoon } = request;
    this.check(scope.app);
    const leave = this.places.enter(scope.app);
    let unsubscribe: (() => void) | undefined;
    // Of a stream that never was there is nothing to tell.
    let tellClosed = (_: StreamSummary): void => {};
    const stream = this.#create(format, grant.expiresAt, {
      onEnd: () => unsubscribe?.(),
      onAbandon: closeSoon,
      onClose: (summary) => tellClosed(summary),
    });
    const expiresAt = new Date(grant.expiresAt).toISOString();
    stream.notify({ event: "ready", data: { ...scope, expiresAt }, retry: RETRY });
    try {
      unsubscribe = await this.#nats.subscribe(scope.subject, {
        onPayload: (payload) => {
          this.#lag.look(payload);
          stream.push(payload);
        },
        onDenied: () => stream.end("denied"),
        onState: (nats, at) => {
          const data = { nats, at: new Date(at).toISOString() };
          stream.notify({ event: "status", data });
        },
      });
    } catch (error) {
      stream.cancel();
      leave();
      throw error;
    }
    completed.then(() => {
      stream.release();
      leave();
    });
    tellClosed = this.#witnesses.recorder.record(grant, scope, format.name);
    // It may have come to its end while NATS was asked.
    if (stream.ended) unsubscribe();
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

  /** Makes a stream, and looks after it until it is closed. */
  #create(format: Format, expiresAt: number, observer: StreamObserver): LogStream {
    const stream = new LogStream(expiresAt, this.#shared.get(format)!, {
      ...observer,
      onClose: (summary) => {
        this.#open.delete(stream);
        observer.onClose(summary);
        this.#settle();
      },
    });
    this.#open.add(stream);
    return stream;
  }

  #tick(): void {
    const now = performance.now();
    const passed = now - this.#clock.now;
    this.#witnesses.metrics.delayed(Math.max(0, passed - TICK) / 1000);
    this.#clock.awake += Math.min(passed, 2 * TICK);
    this.#clock.now = now;
    const time = Date.now();
    for (const stream of this.#open) stream.tick(time);
  }

  #settle(): void {
    if (this.#stopped === undefined || this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#stopped.resolve();
  }
}
