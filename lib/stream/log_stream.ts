/**
 * One reader's stream: from payloads to bytes, as fast as the reader takes them.
 *
 * What the reader is ready for is sent at once; what it has not yet taken waits in the
 * {@linkcode Backlog}; what has no room there is dropped and counted.
 *
 * @module
 */
import { Backlog, type Budget, type Taken } from "./backlog.ts";
import type { ControlEvent, EndReason, Format } from "./formats/format.ts";
import type { LineEncoder } from "./formats/line_encoder.ts";

/** What bounds a stream. Times in milliseconds. */
export interface StreamLimits {
  /** A stream that has sent nothing for this long sends a keepalive. */
  readonly keepaliveTime: number;
  /** A reader that takes nothing for this long, while something waits for it, is ended. */
  readonly stallTime: number;
  /** Bytes that may wait for the reader. */
  readonly bufferBytes: number;
}

/** The time of the last tick, which is as exact as deadlines need, and costs nothing to read. */
export interface Clock {
  /** Milliseconds on a clock that only goes forward. */
  now: number;
  /** The same, but while this process is itself held up, for which no reader is to blame. */
  awake: number;
}

/** Why a stream is over: its end, or the client that went. */
export type CloseReason = EndReason | "client";

/** What was sent. */
export interface Traffic {
  /** Log lines that the reader took. */
  events: number;
  /** Bytes that the reader took. */
  bytes: number;
  /** Log lines that were dropped. */
  dropped: number;
}

/** What a stream was, once it is over. */
export interface StreamSummary extends Readonly<Traffic> {
  /** Why it is over. */
  readonly reason: CloseReason;
}

/** Is told what becomes of a stream. */
export interface StreamObserver {
  /** The stream takes no more lines: its subscription can be closed. */
  readonly onEnd: () => void;
  /** The reader takes nothing, so its connection is to be closed soon. */
  readonly onAbandon: () => void;
  /** The stream has handed over all that it sends, or its client has left. */
  readonly onClose: (summary: StreamSummary) => void;
}

/** What all streams of one format share. */
export interface Shared {
  /** The limits of each stream. */
  readonly limits: StreamLimits;
  /** The limit of all together. */
  readonly budget: Budget;
  /** Updated before each {@linkcode LogStream.tick}. */
  readonly clock: Clock;
  /** What has been sent to all of their readers so far. */
  readonly traffic: Traffic;
  /** Encodes their lines. */
  readonly encoder: LineEncoder;
}

/** A stream of one app's log lines. */
export class LogStream {
  /** The response's body. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #format: Format;
  readonly #encoder: LineEncoder;
  readonly #limits: StreamLimits;
  readonly #traffic: Traffic;
  readonly #observer: StreamObserver;
  readonly #expiresAt: number;
  readonly #backlog: Backlog;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Whether the reader waits for the next chunk. */
  #waiting = false;
  /** Whether a flush is due at the end of this turn. */
  #flushDue = false;
  readonly #clock: Clock;
  /** When something was last sent, by `now`. Nothing is, before the reader is there. */
  #sentAt = Infinity;
  /** The same, by `awake`: when the reader last took something. */
  #takenAt = Infinity;
  /** When what waits for the reader began to wait, by `awake`. */
  #waitsSince = 0;
  /** What was dropped since the reader was last told. */
  #dropped = { count: 0, bytes: 0 };
  /** Why the stream takes no more lines, once it does not. */
  #reason: CloseReason | undefined;
  #closed = false;
  readonly #total: Traffic = { events: 0, bytes: 0, dropped: 0 };

  /** @param expiresAt When the stream ends, in milliseconds since the epoch. */
  constructor(expiresAt: number, shared: Shared, observer: StreamObserver) {
    this.#format = shared.encoder.format;
    this.#encoder = shared.encoder;
    this.#limits = shared.limits;
    this.#backlog = new Backlog(shared.limits.bufferBytes, shared.budget);
    this.#expiresAt = expiresAt;
    this.#clock = shared.clock;
    this.#traffic = shared.traffic;
    this.#observer = observer;
    // No chunk is queued in the stream itself: pull() is called once the reader waits for one, so
    // that all that it has not taken is in the backlog, and counted.
    this.readable = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.cancel(),
    }, { highWaterMark: 0 });
  }

  /** Whether the stream takes no more lines. */
  get ended(): boolean {
    return this.#reason !== undefined;
  }

  /** Adds one log line, or drops it. This is the hot path. */
  push(payload: Uint8Array): void {
    if (this.#reason !== undefined) return;
    // What follows a dropped line is dropped too, until the reader takes something: one count, in
    // one place.
    if (this.#dropped.count > 0) return this.#drop(payload);
    const line = this.#encoder.encode(payload);
    if (!this.#backlog.hasRoom(line.length)) {
      // More came in this turn than may wait, but a reader that is ready need not miss it.
      if (this.#waiting) this.#pull();
      if (!this.#backlog.hasRoom(line.length)) return this.#drop(payload);
    }
    this.#willWait();
    this.#backlog.addLine(line, payload.length, !this.#waiting);
    this.#flushSoon();
  }

  /** Adds one of the service's own events. */
  notify(event: ControlEvent): void {
    if (this.#reason !== undefined) return;
    this.#willWait();
    this.#placeDropped();
    this.#backlog.addNotice(this.#format.control(event));
    this.#flushSoon();
  }

  /**
   * Ends the stream, behind what waits for the reader.
   *
   * @param retry When the client may come back, in milliseconds.
   */
  end(reason: EndReason, retry?: number): void {
    if (this.#reason !== undefined) return;
    this.notify({ event: "end", data: { reason }, ...(retry !== undefined && { retry }) });
    this.#reason = reason;
    this.#observer.onEnd();
  }

  /** The HTTP layer no longer holds anything that was handed to it. */
  release(): void {
    this.#backlog.sent();
  }

  /** The client has left: nothing more can be sent. */
  cancel(): void {
    this.#backlog.clear();
    if (this.#reason === undefined) {
      this.#reason = "client";
      this.#observer.onEnd();
    }
    this.#close();
  }

  /**
   * Looks after the deadlines.
   *
   * @param time Milliseconds since the epoch, which is what tokens expire by.
   */
  tick(time: number): void {
    const { now, awake } = this.#clock;
    if (time >= this.#expiresAt) this.end("expired");
    if (this.#backlog.length > 0) {
      if (awake - Math.max(this.#waitsSince, this.#takenAt) >= this.#limits.stallTime) {
        this.abandon("stalled");
      }
    } else if (this.#waiting && now - this.#sentAt >= this.#limits.keepaliveTime) {
      this.#enqueue(this.#format.keepalive);
    }
  }

  /**
   * Gives up on a reader that does not read. The lines that it has not taken are dropped and counted. The
   * rest of a line that it has begun to take, and the control events, wait in the stream itself.
   *
   * @param reason Why the stream ends, unless it has ended already.
   */
  abandon(reason: EndReason): void {
    this.end(reason);
    const { missed, lines, notices } = this.#backlog.discard();
    this.#dropped = { count: missed.count, bytes: missed.bytes };
    this.#total.dropped += lines;
    this.#traffic.dropped += lines;
    const end = notices.pop();
    for (const notice of notices) this.#backlog.addNotice(notice);
    this.#placeDropped();
    if (end !== undefined) this.#backlog.addNotice(end);
    for (const piece of this.#backlog.takeAll()) this.#send(piece);
    this.#observer.onAbandon();
    this.#finish();
  }

  #drop(payload: Uint8Array): void {
    this.#dropped.count++;
    this.#dropped.bytes += payload.length;
    this.#total.dropped++;
    this.#traffic.dropped++;
    // Otherwise a reader that waits, with nothing held for it, would only be told at the next keepalive.
    this.#flushSoon();
  }

  /** Tells of what was dropped, where it was dropped: behind all that was not. */
  #placeDropped(): void {
    if (this.#dropped.count === 0) return;
    const dropped = this.#dropped;
    this.#dropped = { count: 0, bytes: 0 };
    this.#backlog.addDropped(this.#format.control({ event: "dropped", data: dropped }), dropped);
  }

  #willWait(): void {
    if (this.#backlog.length === 0) this.#waitsSince = this.#clock.awake;
  }

  /**
   * All messages of one read from NATS arrive before the next microtask: they make one chunk, which is
   * one socket write, the most expensive part of an event.
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
    this.#placeDropped();
    const piece = this.#backlog.take();
    if (piece === undefined) {
      this.#waiting = true;
      return;
    }
    this.#send(piece);
    if (this.#reason !== undefined && this.#backlog.length === 0) this.#finish();
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
    this.#observer.onClose({ reason: this.#reason!, ...this.#total });
  }
}
