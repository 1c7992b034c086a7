/**
 * All open streams of the process: opens them, ticks their deadlines, and stops them.
 *
 * @module
 */
import type { Grant } from "../auth/token.ts";
import type { HistoryStart } from "../history/history_start.ts";
import type { Nats } from "../nats/connection.ts";
import type { Scope } from "../nats/subject.ts";
import { Problem } from "../problem.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { StreamLifecycleLog } from "../telemetry/stream_lifecycle_log.ts";
import { FORMATS } from "./formats/all_formats.ts";
import type { Format } from "./formats/format.ts";
import { LineEncoder } from "./formats/line_encoder.ts";
import type { LineSource, Ready } from "./line_source.ts";
import {
  type Clock,
  LogStream,
  type Shared,
  type StreamLimits,
  type StreamObserver,
  type StreamSummary,
  type Traffic,
} from "./log_stream.ts";
import type { Budget } from "./stream_buffer.ts";
import { StreamQuota } from "./stream_quota.ts";

/** What all streams need. */
export interface StreamsOptions {
  /** Whether NATS is available. */
  readonly nats: Nats;
  /** Where the lines come from. */
  readonly source: LineSource;
  /** The memory that the buffers of all streams share. */
  readonly budget: Budget;
  /** The limits. */
  readonly limits: StreamOptions;
  /** Where streams are reported. */
  readonly telemetry: StreamTelemetry;
}

/** The limits of all streams, and of each. */
export interface StreamOptions extends StreamLimits {
  /** Maximum number of bytes held for all readers: `BUFFER_TOTAL_BYTES`. */
  readonly bufferTotalBytes: number;
  /** Maximum number of open streams. */
  readonly maxStreams: number;
  /** Maximum number of open streams of one app. */
  readonly maxStreamsPerApp: number;
}

/** A request to open a stream. */
export interface StreamRequest {
  /** What the token permits. */
  readonly grant: Grant;
  /** The part of it that the stream shows. */
  readonly scope: Scope;
  /** The format of the stream. */
  readonly format: Format;
  /** Where it starts in the past; `undefined` for live lines only. */
  readonly start: HistoryStart | undefined;
  /** Resolves once the response has been sent or its connection is closed. */
  readonly completed: Promise<void>;
  /** Closes the connection after a few seconds, even if the client takes nothing more. */
  readonly closeSoon: () => void;
}

/** Where streams are reported. */
export interface StreamTelemetry {
  readonly lifecycleLog: StreamLifecycleLog;
  readonly metrics: Metrics;
}

/** How often deadlines are checked. */
const TICK_MS = 250;
/** How long an `EventSource` should wait before it reconnects after a lost connection. */
const RETRY_MS = 2_000;

/** All streams of the process. */
export class Streams {
  /** Limits the number of streams. */
  readonly quota: StreamQuota;
  /** The memory that the buffers of all streams share. */
  readonly budget: Budget;
  /** What has been sent and dropped so far, by format. */
  readonly traffic: ReadonlyMap<Format, Traffic>;
  readonly #shared: ReadonlyMap<Format, Shared>;
  readonly #nats: Nats;
  readonly #source: LineSource;
  readonly #telemetry: StreamTelemetry;
  readonly #open = new Set<LogStream>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #clock: Clock = { now: performance.now(), awake: 0 };
  #stopped: PromiseWithResolvers<void> | undefined;

  /** Starts without any streams. */
  constructor({ nats, source, budget, limits: options, telemetry }: StreamsOptions) {
    this.quota = new StreamQuota(options.maxStreams, options.maxStreamsPerApp);
    this.budget = budget;
    this.traffic = new Map(FORMATS.map((format) => [format, { events: 0, bytes: 0, dropped: 0 }]));
    this.#nats = nats;
    this.#source = source;
    this.#telemetry = telemetry;
    this.#shared = new Map(FORMATS.map((format) => [format, {
      limits: options,
      budget: this.budget,
      clock: this.#clock,
      traffic: this.traffic.get(format)!,
      encoder: new LineEncoder(format),
    }]));
    // One timer for all streams instead of thousands.
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Why no stream can be opened now, regardless of the quota; `undefined` if one can. */
  get unavailable(): Problem | undefined {
    if (this.#stopped !== undefined) {
      return new Problem("shutting_down", "The service is shutting down: reconnect.");
    }
    if (this.#nats.unavailable !== undefined) {
      return new Problem(
        "nats_unavailable",
        `Try again: NATS is unreachable (${this.#nats.unavailable}).`,
      );
    }
    return undefined;
  }

  /** @throws {Problem} If no stream of `app` can be opened now. */
  check(app: string): void {
    if (this.unavailable !== undefined) throw this.unavailable;
    this.quota.check(app);
  }

  /**
   * Opens a stream. Resolves to the body of the response once NATS has confirmed the subscription.
   *
   * @throws {Problem} If the quota is used up, or NATS is unavailable or denies the subject.
   */
  async open(request: StreamRequest): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { grant, scope, format, start, completed, closeSoon } = request;
    this.check(scope.app);
    const releaseQuota = this.quota.acquire(scope.app);
    let stopSource: (() => void) | undefined;
    // A stream that never opened is not reported.
    let reportClosed = (_: StreamSummary): void => {};
    const stream = this.#create(format, grant.expiresAt, {
      onEnd: () => stopSource?.(),
      onAbandon: closeSoon,
      onClose: (summary) => reportClosed(summary),
    });
    const expiresAt = new Date(grant.expiresAt).toISOString();
    const announce = ({ history, id }: Ready) => {
      const data = { app: scope.app, subject: scope.subject, expiresAt, history };
      stream.notify({ event: "ready", data, retry: RETRY_MS, id });
    };
    try {
      stopSource = await this.#source.open({ scope, start, sink: stream, announce });
    } catch (error) {
      stream.cancel();
      releaseQuota();
      throw error;
    }
    completed.then(() => {
      stream.release();
      releaseQuota();
    });
    reportClosed = this.#telemetry.lifecycleLog.recordOpened(grant, scope, format.name);
    // The stream may have ended before NATS confirmed the subscription.
    if (stream.ended) stopSource();
    return stream.readable;
  }

  /** Refuses new streams, ends all open ones, and resolves once they have sent everything. */
  stop(): Promise<void> {
    this.#stopped ??= Promise.withResolvers();
    for (const stream of this.#open) stream.end("shutdown");
    this.#settle();
    return this.#stopped.promise;
  }

  /** Gives up on the readers that {@linkcode stop} is still waiting for. */
  abandon(): void {
    for (const stream of this.#open) stream.abandon("shutdown");
  }

  /** Creates a stream that counts as open until it is closed. */
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
    this.#telemetry.metrics.delayed(Math.max(0, passed - TICK_MS) / 1000);
    this.#clock.awake += Math.min(passed, 2 * TICK_MS);
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
