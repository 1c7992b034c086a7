/**
 * What a reader has not yet taken: events, in order, in pieces that are each one write to the socket.
 *
 * @module
 */

import type { Line } from "./formats/line_encoder.ts";

/** What all backlogs share. */
export interface Budget {
  /** Bytes held for all readers, including those that have been handed to the HTTP layer. */
  used: number;
  /** Maximum of {@linkcode used}. */
  readonly total: number;
}

/** Number of log lines and the total size of their payloads, in bytes. */
export interface Tally {
  /** Lines. */
  readonly count: number;
  /** Bytes of their payloads. */
  readonly bytes: number;
}

/** A piece of the stream: whole events, or a part of one line that is larger than a piece. */
interface Piece {
  buffer: Uint8Array<ArrayBuffer>;
  length: number;
  /** Bytes of the budget that are free again once the piece has been sent. */
  charge: number;
  /** Whether it begins in the middle of a line. */
  readonly continues: boolean;
  /** Bytes in the pieces behind it that belong to the line that it begins or continues. */
  readonly rest: number;
  /** Log lines that end here. */
  lines: number;
  /** Bytes of their payloads. */
  lineBytes: number;
  /** Dropped lines that an event here counts. */
  dropped: Tally | undefined;
  /** Events that are never discarded. */
  notices: Uint8Array<ArrayBuffer>[] | undefined;
}

/** What {@linkcode Backlog.discard} removed. */
export interface Discarded {
  /** Log lines, including those that a removed event counted. */
  readonly missed: Tally;
  /** Number of log lines alone. */
  readonly lines: number;
  /** The events that are neither lines nor counts of dropped ones, to be added again. */
  readonly notices: Uint8Array<ArrayBuffer>[];
}

/** What {@linkcode Backlog.take} returns. */
export interface Taken {
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** Number of log lines that end in `chunk`. */
  readonly lines: number;
}

/**
 * Maximum size of a piece. It bounds what the HTTP layer holds for a reader that has stopped, and lets a
 * reader that takes little at a time be seen taking.
 */
const PIECE_BYTES = 65_536;

/** Above this size a piece that is kept is mapped by itself, which takes some 10 µs. */
const MAPPED_BYTES = 16_384;

/**
 * One backlog may hold this many times what the budget has left. The larger the factor, the more of the
 * budget is used before the limits shrink, and the less is kept for backlogs that are still empty.
 */
const SHARE = 2;

/** What a piece is that begins with an event, and ends with one. */
const WHOLE = { continues: false, rest: 0 } as const;

/** A bounded queue of events, first in, first out. */
export class Backlog {
  readonly #limit: number;
  readonly #budget: Budget;
  #pieces: Piece[] = [];
  #length = 0;
  /** Bytes that belong to the line whose beginning was taken last. */
  #rest = 0;
  /** Bytes of the budget that are held by pieces not yet taken, */
  #charged = 0;
  /** and by those that were taken and are not known to be sent. */
  #taken = 0;

  /**
   * @param limit Maximum number of bytes that wait here.
   * @param budget What all backlogs share.
   */
  constructor(limit: number, budget: Budget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /**
   * Whether a line of `size` bytes may be added. If nothing waits, one line may be larger than the
   * limit, so that a reader that keeps up gets every line that NATS lets through.
   */
  hasRoom(size: number): boolean {
    const free = this.#budget.total - this.#budget.used;
    if (size > free) return false;
    // As the budget fills up, the limit shrinks with what is left of it: the fullest backlogs are the
    // first to have no room, and an empty one always has some (Choudhury and Hahne, "Dynamic Queue
    // Length Thresholds", 1998).
    // A line that is being taken does not keep out others: it may be larger than the limit by itself.
    const waiting = this.#length - this.#rest;
    return waiting === 0 || waiting + size <= Math.min(this.#limit, SHARE * free);
  }

  /**
   * Adds one log line.
   *
   * @param bytes The size of its payload.
   * @param kept Whether it will wait beyond this turn of the event loop.
   */
  addLine(line: Line, bytes: number, kept: boolean): void {
    const { length } = line;
    let piece: Piece;
    if (length > PIECE_BYTES) {
      piece = this.#addInParts(line.bytes);
    } else if (this.#fits(length)) {
      piece = this.#reserve(length, kept);
      line.copyTo(piece.buffer, piece.length - length);
    } else {
      piece = this.#append(line.bytes, length);
    }
    piece.lines++;
    piece.lineBytes += bytes;
  }

  /** Adds an event that is not a log line. It is small, and there is always room for it. */
  addNotice(event: Uint8Array<ArrayBuffer>): void {
    (this.#add(event).notices ??= []).push(event);
  }

  /** Adds the event that counts `dropped` lines. It is small, and there is always room for it. */
  addDropped(event: Uint8Array<ArrayBuffer>, dropped: Tally): void {
    const piece = this.#add(event);
    piece.dropped = add(piece.dropped, dropped);
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

  /** Returns to the budget what was charged for pieces that were taken: the HTTP layer has let go of them. */
  sent(): void {
    this.#budget.used -= this.#taken;
    this.#taken = 0;
  }

  /** Removes everything but the rest of a line whose beginning has been taken. */
  discard(): Discarded {
    let missed: Tally = { count: 0, bytes: 0 };
    let lines = 0;
    const notices: Uint8Array<ArrayBuffer>[] = [];
    let kept = 0;
    while (this.#pieces[kept]?.continues) kept++;
    for (const piece of this.#pieces.splice(kept)) {
      missed = add(add(missed, { count: piece.lines, bytes: piece.lineBytes }), piece.dropped);
      lines += piece.lines;
      notices.push(...piece.notices ?? []);
      this.#length -= piece.length;
      this.#charge(-piece.charge);
    }
    return { missed, lines, notices };
  }

  /** Removes everything, and counts what was taken as sent. */
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
    // A buffer that is full is handed on as it is: readers of one line can then share more than its bytes.
    return { chunk: length === buffer.length ? buffer : buffer.subarray(0, length), lines };
  }

  /** Adds `event` to the last piece, or as a new one; returns that piece. */
  #add(event: Uint8Array<ArrayBuffer>): Piece {
    if (!this.#fits(event.length)) return this.#append(event, event.length);
    const piece = this.#reserve(event.length, false);
    piece.buffer.set(event, piece.length - event.length);
    return piece;
  }

  /** Whether `size` bytes may be added to the last piece. */
  #fits(size: number): boolean {
    const last = this.#pieces.at(-1);
    return last !== undefined && last.length + size <= PIECE_BYTES;
  }

  /** Adds `size` bytes, to be written at its end, to the last piece; returns it. */
  #reserve(size: number, kept: boolean): Piece {
    const last = this.#pieces.at(-1)!;
    if (last.length + size > last.buffer.length) {
      const grown = allocate(Math.max(last.length + size, 2 * last.buffer.length), kept);
      grown.set(last.buffer.subarray(0, last.length));
      last.buffer = grown;
    }
    last.length += size;
    last.charge += size;
    this.#length += size;
    this.#charge(size);
    return last;
  }

  /** Adds a line that is larger than a piece; returns the piece that it ends in. */
  #addInParts(line: Uint8Array<ArrayBuffer>): Piece {
    let at = 0;
    for (; at + PIECE_BYTES < line.length; at += PIECE_BYTES) {
      const end = at + PIECE_BYTES;
      this.#append(line.subarray(at, end), 0, { continues: at > 0, rest: line.length - end });
    }
    // Each part keeps the whole line in memory, which is free only once the last has been sent.
    return this.#append(line.subarray(at), line.length, { continues: true, rest: 0 });
  }

  /**
   * Adds a piece. It shares `bytes` until something else is added to it: most pieces are taken before.
   */
  #append(
    bytes: Uint8Array<ArrayBuffer>,
    charge: number,
    part: Pick<Piece, "continues" | "rest"> = WHOLE,
  ): Piece {
    const piece: Piece = {
      buffer: bytes,
      length: bytes.length,
      charge,
      ...part,
      lines: 0,
      lineBytes: 0,
      dropped: undefined,
      notices: undefined,
    };
    this.#pieces.push(piece);
    this.#length += bytes.length;
    this.#charge(charge);
    return piece;
  }

  #charge(bytes: number): void {
    this.#charged += bytes;
    this.#budget.used += bytes;
  }
}

/**
 * Allocates at least `size` bytes of a piece. A large piece that is kept is mapped by itself, as resizable
 * buffers are: only the pages that are written take memory, and all of it returns to the system. After
 * 1,000 stalled readers the allocator held 240 of 450 MB back. Writing to it takes longer, though.
 */
function allocate(size: number, kept: boolean): Uint8Array<ArrayBuffer> {
  if (size <= MAPPED_BYTES || !kept) return new Uint8Array(Math.min(size, PIECE_BYTES));
  return new Uint8Array(
    new ArrayBuffer(PIECE_BYTES, { maxByteLength: PIECE_BYTES }),
    0,
    PIECE_BYTES,
  );
}

function add(a: Tally | undefined, b: Tally | undefined): Tally {
  return { count: (a?.count ?? 0) + (b?.count ?? 0), bytes: (a?.bytes ?? 0) + (b?.bytes ?? 0) };
}
