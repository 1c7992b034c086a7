/**
 * The bounded buffer of a stream: what its reader has not yet taken, in order.
 *
 * @module
 */
import type { Line } from "./formats/line_encoder.ts";
import {
  addTallies,
  createPiece,
  growPiece,
  type Piece,
  PIECE_BYTES,
  type Tally,
} from "./buffer_piece.ts";

/** The memory that all buffers share: `BUFFER_TOTAL_BYTES`. */
export interface Budget {
  /** Number of bytes held for all readers, including those already handed to the HTTP layer. */
  used: number;
  /** Maximum of {@linkcode used}. */
  readonly total: number;
}

/** What {@linkcode StreamBuffer.discard} removed. */
export interface Discarded {
  /** Log lines, including those that a removed `dropped` event counted. */
  readonly missed: Tally;
  /** Number of removed log lines alone. */
  readonly lines: number;
  /** The removed control events other than `dropped`, for the caller to add again. */
  readonly notices: Uint8Array<ArrayBuffer>[];
}

/** What {@linkcode StreamBuffer.take} returns. */
export interface Taken {
  /** At most 64 KiB, for one socket write. */
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** Number of log lines that end in `chunk`. */
  readonly lines: number;
}

/**
 * One buffer may hold this many times what is left of the budget. The larger the factor, the more of the
 * budget is used before the limits shrink, and the less remains for buffers that are still empty.
 */
const SHARE = 2;

/** A bounded first-in, first-out queue of encoded lines and control events. */
export class StreamBuffer {
  readonly #limit: number;
  readonly #budget: Budget;
  #pieces: Piece[] = [];
  #length = 0;
  /** Number of bytes still to be taken of a line whose beginning was taken last. */
  #rest = 0;
  /** Number of bytes charged to the budget for pieces that wait here. */
  #charged = 0;
  /** Number of bytes charged for pieces that were taken but may not have been sent. */
  #taken = 0;

  /** @param limit Maximum number of bytes that wait here. */
  constructor(limit: number, budget: Budget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  /** Number of bytes waiting to be taken. */
  get length(): number {
    return this.#length;
  }

  /**
   * Whether a line of `size` bytes may be added. If nothing is waiting, one line may exceed the limit, so
   * that a reader that keeps up gets every line that NATS delivers.
   */
  hasRoom(size: number): boolean {
    const free = this.#budget.total - this.#budget.used;
    if (size > free) return false;
    // The limit shrinks with what is left of the budget: the fullest buffers are the first to run out of
    // room, and an empty one always has some (Choudhury and Hahne, "Dynamic Queue Length Thresholds", 1998).
    // A line that is being taken does not keep others out, because it may exceed the limit by itself.
    const waiting = this.#length - this.#rest;
    return waiting === 0 || waiting + size <= Math.min(this.#limit, SHARE * free);
  }

  /**
   * Adds a log line.
   *
   * @param bytes Size of its payload.
   * @param waits Whether it will stay here beyond this turn of the event loop.
   */
  addLine(line: Line, bytes: number, waits: boolean): void {
    const { length } = line;
    let piece: Piece;
    if (length > PIECE_BYTES) {
      piece = this.#addInParts(line.bytes);
    } else if (this.#fits(length)) {
      piece = this.#extend(length, waits);
      line.copyTo(piece.buffer, piece.length - length);
    } else {
      piece = this.#append(createPiece(line.bytes, length));
    }
    piece.lines++;
    piece.lineBytes += bytes;
  }

  /**
   * Adds a control event other than `dropped`. It is small, and there is always room for it.
   *
   * @param kept What {@linkcode discard} returns in its place.
   */
  addNotice(event: Uint8Array<ArrayBuffer>, kept = event): void {
    (this.#add(event).notices ??= []).push(kept);
  }

  /** Adds the `dropped` event that counts `dropped`. It is small, and there is always room for it. */
  addDropped(event: Uint8Array<ArrayBuffer>, dropped: Tally): void {
    const piece = this.#add(event);
    piece.dropped = addTallies(piece.dropped, dropped);
  }

  /** Takes the oldest piece; `undefined` if there is none. What was taken before counts as sent. */
  take(): Taken | undefined {
    this.sent();
    return this.#take();
  }

  /** Takes all pieces. */
  takeAll(): Taken[] {
    const all: Taken[] = [];
    for (let taken; (taken = this.#take()) !== undefined;) all.push(taken);
    return all;
  }

  /** Frees the budget of the pieces that were taken: the HTTP layer no longer holds them. */
  sent(): void {
    this.#budget.used -= this.#taken;
    this.#taken = 0;
  }

  /** Removes everything except the rest of a line whose beginning has been taken. */
  discard(): Discarded {
    let missed: Tally = { count: 0, bytes: 0 };
    let lines = 0;
    const notices: Uint8Array<ArrayBuffer>[] = [];
    let kept = 0;
    while (this.#pieces[kept]?.continues) kept++;
    for (const piece of this.#pieces.splice(kept)) {
      const own = { count: piece.lines, bytes: piece.lineBytes };
      missed = addTallies(addTallies(missed, own), piece.dropped);
      lines += piece.lines;
      notices.push(...piece.notices ?? []);
      this.#length -= piece.length;
      this.#charge(-piece.charge);
    }
    return { missed, lines, notices };
  }

  /** Removes everything. What was taken counts as sent. */
  clear(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#rest = 0;
    this.#charge(-this.#charged);
    this.sent();
  }

  #take(): Taken | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    const { buffer, length, rest, charge, lines } = piece;
    this.#length -= length;
    this.#rest = rest;
    this.#charged -= charge;
    this.#taken += charge;
    // A full buffer is passed on as it is, so that the readers of one line share the array, not just its bytes.
    return { chunk: length === buffer.length ? buffer : buffer.subarray(0, length), lines };
  }

  /** Adds `event` to the last piece, or as a new one; returns that piece. */
  #add(event: Uint8Array<ArrayBuffer>): Piece {
    if (!this.#fits(event.length)) return this.#append(createPiece(event, event.length));
    const piece = this.#extend(event.length, false);
    piece.buffer.set(event, piece.length - event.length);
    return piece;
  }

  /** Whether `size` bytes fit into the last piece. */
  #fits(size: number): boolean {
    const last = this.#pieces.at(-1);
    return last !== undefined && last.length + size <= PIECE_BYTES;
  }

  /** Extends the last piece by `size` bytes, which the caller writes; returns that piece. */
  #extend(size: number, waits: boolean): Piece {
    const last = this.#pieces.at(-1)!;
    if (last.length + size > last.buffer.length) growPiece(last, size, waits);
    last.length += size;
    last.charge += size;
    this.#length += size;
    this.#charge(size);
    return last;
  }

  /** Adds a line that is larger than a piece; returns the piece in which it ends. */
  #addInParts(line: Uint8Array<ArrayBuffer>): Piece {
    let at = 0;
    for (; at + PIECE_BYTES < line.length; at += PIECE_BYTES) {
      const end = at + PIECE_BYTES;
      this.#append(createPiece(line.subarray(at, end), 0, at > 0, line.length - end));
    }
    // Each part keeps the whole line in memory, which is free only once the last part has been sent.
    return this.#append(createPiece(line.subarray(at), line.length, true));
  }

  #append(piece: Piece): Piece {
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#charge(piece.charge);
    return piece;
  }

  #charge(bytes: number): void {
    this.#charged += bytes;
    this.#budget.used += bytes;
  }
}
