/**
 * The stream of one reader: takes payloads from NATS and sends bytes as fast as the reader takes them.
 *
 * @module
 */
import type { ControlEvent } from "./control_event.ts";
import { type CloseReason, type EndReason, retryAfter } from "./end_reasons.ts";
import type { Format } from "./formats/format.ts";
import type { LineEncoder } from "./formats/line_encoder.ts";
import { type Budget, StreamBuffer, type Taken } from "./stream_buffer.ts";

/** The limits of a stream. Times are in milliseconds. */
export interface StreamLimits {
  /** A stream that has sent nothing for this long sends a keepalive. */
  readonly keepaliveTime: number;
  /** A reader that takes nothing for this long, while something is waiting for it, is disconnected. */
  readonly stallTime: number;
  /** Maximum number of bytes that wait for the reader. */
  readonly bufferBytes: number;
}

/** The time of the last tick: exact enough for deadlines, and free to read. In milliseconds. */
export interface Clock {
  /** A monotonic clock. */
  now: number;
  /** The same, but it stands still while the whole process is held up, which is no reader's fault. */
  awake: number;
}

/** What was sent and dropped. */
export interface Traffic {
  /** Number of log lines that the reader took. */
  events: number;
  /** Number of bytes that the reader took. */
  bytes: number;
  /** Number of log lines that were dropped. */
  dropped: number;
}

/** What is known about a stream once it is closed. */
export interface StreamSummary extends Readonly<Traffic> {
  /** Why it was closed. */
  readonly reason: CloseReason;
}

/** Callbacks about the life of a stream, in the order in which they are called. */
export interface StreamObserver {
  /** The stream takes no more lines: its subscription can be closed. */
  readonly onEnd: () => void;
  /** The reader takes nothing: its connection should be closed soon. Called only in that case. */
  readonly onAbandon: () => void;
  /** The stream has handed over everything it had to send, or its client has disconnected. */
  readonly onClose: (summary: StreamSummary) => void;
}

/** What all streams of one format share. */
export interface Shared {
  /** The limits of each stream. */
  readonly limits: StreamLimits;
  /** The memory that the buffers of all streams share. */
  readonly budget: Budget;
  /** Updated before each {@linkcode LogStream.tick}. */
  readonly clock: Clock;
  /** Totals over all streams of the format. */
  readonly traffic: Traffic;
  /** Encodes the lines. */
  readonly encoder: LineEncoder;
}

/**
 * A stream of log lines to one reader. If the reader is ready, lines are sent at once. Otherwise they wait
 * in a {@linkcode StreamBuffer}; lines that find no room there are dropped and counted.
 */
export class LogStream {
  /** The body of the response. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #format: Format;
  readonly #encoder: LineEncoder;
  readonly #limits: StreamLimits;
  readonly #traffic: Traffic;
  readonly #observer: StreamObserver;
  readonly #expiresAt: number;
  readonly #buffer: StreamBuffer;
  readonly #budget: Budget;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Whether the reader is waiting for the next chunk. */
  #waiting = false;
  /** Whether a flush is scheduled for the end of this turn of the event loop. */
  #flushDue = false;
  readonly #clock: Clock;
  /** When something was last sent, on the clock `now`; infinite until the reader has taken something. */
  #sentAt = Infinity;
  /** The same time on the clock `awake`: when the reader last took something. */
  #takenAt = Infinity;
  /** Since when something has been waiting for the reader, on the clock `awake`. */
  #waitingSince = 0;
  /** What was dropped since the last `dropped` event. */
  #dropped = { count: 0, bytes: 0 };
  /** Why the stream takes no more lines; `undefined` while it does. */
  #reason: CloseReason | undefined;
  #closed = false;
  /** Resolved when there may be room; `undefined` if nothing waits for it. */
  #room: PromiseWithResolvers<void> | undefined;
  readonly #total: Traffic = { events: 0, bytes: 0, dropped: 0 };

  /** @param expiresAt When the stream ends, in milliseconds since the epoch. */
  constructor(expiresAt: number, shared: Shared, observer: StreamObserver) {
    this.#format = shared.encoder.format;
    this.#encoder = shared.encoder;
    this.#limits = shared.limits;
    this.#budget = shared.budget;
    this.#buffer = new StreamBuffer(shared.limits.bufferBytes, shared.budget);
    this.#expiresAt = expiresAt;
    this.#clock = shared.clock;
    this.#traffic = shared.traffic;
    this.#observer = observer;
    // With this mark, nothing is queued in the ReadableStream itself: pull() is called once the reader
    // waits for a chunk, so everything it has not taken is in the buffer, and counted.
    this.readable = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.cancel(),
    }, { highWaterMark: 0 });
  }

  /** Whether the stream has ended: it takes no more lines. */
  get ended(): boolean {
    return this.#reason !== undefined;
  }

  /**
   * Adds one live line, or drops it. This is the hot path.
   *
   * @param id Its sequence number, if it has one.
   */
  push(payload: Uint8Array, id?: number): void {
    if (this.#reason !== undefined) return;
    // Lines after a dropped one are dropped too, until the reader takes something: one gap with one
    // count, instead of many.
    if (this.#dropped.count > 0 || !this.#add(payload, id)) this.#drop(payload);
  }

  /**
   * Adds one line that can be read again if there is no room for it. Returns whether it was added, or can
   * never be: the stream has ended, or the line is larger than all buffers together, and was dropped.
   */
  offer(payload: Uint8Array, id?: number): boolean {
    if (this.#reason !== undefined) return true;
    this.#addDropped();
    if (this.#add(payload, id)) return true;
    if (this.#encoder.encode(payload, id).length <= this.#budget.total) return false;
    this.#drop(payload);
    return true;
  }

  /** Number of bytes that the reader has not taken. */
  get waitingBytes(): number {
    return this.#buffer.length;
  }

  /** Resolves once the reader has taken something or the stream is closed, or after a quarter of a second. */
  room(): Promise<void> {
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** Adds a control event. */
  notify(event: ControlEvent): void {
    if (this.#reason !== undefined) return;
    this.#noteWaiting();
    this.#addDropped();
    const format = this.#format;
    // If the lines before it are discarded, a client must not resume after them.
    const kept = event.event === "live" ? format.control({ ...event, id: undefined }) : undefined;
    this.#buffer.addNotice(format.control(event), kept);
    this.#flushSoon();
  }

  /**
   * Ends the stream after everything that is waiting for the reader.
   *
   * @param retry When the client should reconnect, in milliseconds. By default, what the reason says.
   */
  end(reason: EndReason, retry: number | undefined = retryAfter(reason)): void {
    if (this.#reason !== undefined) return;
    this.notify({ event: "end", data: { reason }, ...(retry !== undefined && { retry }) });
    this.#reason = reason;
    this.#observer.onEnd();
  }

  /** Frees the memory of what was handed to the HTTP layer: it no longer holds anything. */
  release(): void {
    this.#buffer.sent();
  }

  /** Closes the stream because the client has disconnected: nothing more can be sent. */
  cancel(): void {
    this.#buffer.clear();
    if (this.#reason === undefined) {
      this.#reason = "client";
      this.#observer.onEnd();
    }
    this.#close();
  }

  /**
   * Checks the deadlines: expiry, stall and keepalive.
   *
   * @param time The time at which tokens expire, in milliseconds since the epoch.
   */
  tick(time: number): void {
    const { now, awake } = this.#clock;
    // Other streams share the budget, so room may appear although this reader has taken nothing.
    this.#noteRoom();
    if (time >= this.#expiresAt) this.end("expired");
    if (this.#buffer.length > 0) {
      if (awake - Math.max(this.#waitingSince, this.#takenAt) >= this.#limits.stallTime) {
        this.abandon("stalled");
      }
    } else if (this.#waiting && now - this.#sentAt >= this.#limits.keepaliveTime) {
      this.#enqueue(this.#format.keepalive);
    }
  }

  /**
   * Gives up on a reader that does not read. Lines that it has not taken are dropped and counted. The rest
   * of a line that it has begun to take, and the control events, wait in the ReadableStream itself.
   *
   * @param reason Why the stream ends, unless it has already ended.
   */
  abandon(reason: EndReason): void {
    this.end(reason);
    const { missed, lines, notices } = this.#buffer.discard();
    this.#dropped = { count: missed.count, bytes: missed.bytes };
    this.#total.dropped += lines;
    this.#traffic.dropped += lines;
    const end = notices.pop();
    for (const notice of notices) this.#buffer.addNotice(notice);
    this.#addDropped();
    if (end !== undefined) this.#buffer.addNotice(end);
    for (const piece of this.#buffer.takeAll()) this.#send(piece);
    this.#observer.onAbandon();
    this.#finish();
  }

  /** Adds a line if there is room for it. */
  #add(payload: Uint8Array, id: number | undefined): boolean {
    const line = this.#encoder.encode(payload, id);
    if (!this.#buffer.hasRoom(line.length)) {
      // More lines arrived in this turn than may wait, but the reader is ready and need not miss any.
      if (this.#waiting) this.#pull();
      if (!this.#buffer.hasRoom(line.length)) return false;
    }
    this.#noteWaiting();
    this.#buffer.addLine(line, payload.length, !this.#waiting);
    this.#flushSoon();
    return true;
  }

  #drop(payload: Uint8Array): void {
    this.#dropped.count++;
    this.#dropped.bytes += payload.length;
    this.#total.dropped++;
    this.#traffic.dropped++;
    // Otherwise, a waiting reader with an empty buffer would hear of it only after the next keepalive.
    this.#flushSoon();
  }

  /** Adds the `dropped` event where lines were dropped: after all lines that were not. */
  #addDropped(): void {
    if (this.#dropped.count === 0) return;
    const dropped = this.#dropped;
    this.#dropped = { count: 0, bytes: 0 };
    this.#buffer.addDropped(this.#format.control({ event: "dropped", data: dropped }), dropped);
  }

  #noteRoom(): void {
    if (this.#room === undefined) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  #noteWaiting(): void {
    if (this.#buffer.length === 0) this.#waitingSince = this.#clock.awake;
  }

  /**
   * All messages of one read from NATS arrive before the next microtask. They become one chunk, which is
   * one socket write, the most expensive part of a line.
   */
  #flushSoon(): void {
    if (!this.#waiting || this.#flushDue) return;
    this.#flushDue = true;
    queueMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushDue = false;
    if (this.#waiting && !this.#closed) this.#pull();
  };

  #pull(): void {
    this.#addDropped();
    const piece = this.#buffer.take();
    if (piece === undefined) {
      this.#waiting = true;
      return;
    }
    this.#send(piece);
    this.#noteRoom();
    if (this.#reason !== undefined && this.#buffer.length === 0) this.#finish();
  }

  #send({ chunk, lines }: Taken): void {
    this.#total.events += lines;
    this.#traffic.events += lines;
    this.#enqueue(chunk);
  }

  #enqueue(chunk: Uint8Array<ArrayBuffer>): void {
    this.#waiting = false;
    this.#sentAt = this.#clock.now;
    this.#takenAt = this.#clock.awake;
    this.#total.bytes += chunk.length;
    this.#traffic.bytes += chunk.length;
    this.#controller.enqueue(chunk);
  }

  #finish(): void {
    this.#controller.close();
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#noteRoom();
    this.#observer.onClose({ reason: this.#reason!, ...this.#total });
  }
}
