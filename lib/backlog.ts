/**
 * What a reader has not yet taken: whole events, in order, in pieces that are each one write to the
 * socket.
 *
 * @module
 */

/** All that is held for all readers. */
export interface Budget {
  /** Bytes held now. */
  used: number;
  /** Bytes that may be held. */
  readonly total: number;
}

/** So many log lines, of so many payload bytes in all. */
export interface Tally {
  /** Lines. */
  readonly count: number;
  /** Bytes of their payloads. */
  readonly bytes: number;
}

/** A piece of the stream: whole events, and what is among them. */
interface Piece {
  buffer: Uint8Array<ArrayBuffer>;
  length: number;
  /** Log lines. */
  lines: number;
  /** Bytes of their payloads. */
  lineBytes: number;
  /** Dropped lines that an event here tells of. */
  dropped: Tally | undefined;
  /** Events that are never thrown away. */
  notices: Uint8Array[] | undefined;
}

/** What {@linkcode Backlog.discard} threw away, and what it must not. */
export interface Discarded {
  /** Log lines, and those that a thrown away event told of. */
  readonly missed: Tally;
  /** The log lines alone. */
  readonly lines: number;
  /** The events that are neither lines nor counts of dropped ones. */
  readonly notices: Uint8Array[];
}

/**
 * A piece is closed at this size, so that a reader that takes little by little is seen to take.
 * Bytes.
 */
const PIECE_BYTES = 65_536;

/**
 * How much of what the budget has left one backlog may hold. The larger it is, the more of the
 * budget is used before the limits shrink, and the less is kept for those that hold nothing yet.
 */
const SHARE = 8;

/** A bounded queue of events, first in, first out. */
export class Backlog {
  readonly #limit: number;
  readonly #budget: Budget;
  #pieces: Piece[] = [];
  #length = 0;

  /**
   * @param limit Bytes that may be held here.
   * @param budget What all backlogs share.
   */
  constructor(limit: number, budget: Budget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  /** Bytes held. */
  get length(): number {
    return this.#length;
  }

  /**
   * Whether a line of `size` bytes may be added. Where nothing is held one line may be larger than
   * the limit, so that a reader that keeps up gets every line that NATS lets through.
   */
  hasRoom(size: number): boolean {
    const free = this.#budget.total - this.#budget.used;
    if (size > free) return false;
    // As the budget fills up, the limit shrinks with what it has left: the fullest backlogs are the
    // first to have no room, and an empty one always has some (Choudhury and Hahne, "Dynamic Queue
    // Length Thresholds", 1998).
    return this.#length === 0 || this.#length + size <= Math.min(this.#limit, SHARE * free);
  }

  /** Adds one log line: `prefix`, `body`, `suffix`; `bytes` is the length of its payload. */
  addLine(prefix: Uint8Array, body: Uint8Array, suffix: Uint8Array, bytes: number): void {
    const piece = this.#reserve(prefix.length + body.length + suffix.length);
    const { buffer } = piece;
    let at = piece.length;
    buffer.set(prefix, at);
    buffer.set(body, at += prefix.length);
    buffer.set(suffix, at += body.length);
    piece.length = at + suffix.length;
    piece.lines++;
    piece.lineBytes += bytes;
  }

  /** Adds an event that is no log line. It is small, and has room always. */
  addNotice(event: Uint8Array): void {
    (this.#addEvent(event).notices ??= []).push(event);
  }

  /** Adds the event that tells of `dropped` lines. It is small, and has room always. */
  addDropped(event: Uint8Array, dropped: Tally): void {
    const piece = this.#addEvent(event);
    piece.dropped = add(piece.dropped, dropped);
  }

  /** Takes the oldest piece; `undefined` where nothing is held. */
  take(): { readonly chunk: Uint8Array<ArrayBuffer>; readonly lines: number } | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    this.#shrink(piece.length);
    return { chunk: piece.buffer.subarray(0, piece.length), lines: piece.lines };
  }

  /** Throws away all that is held. */
  discard(): Discarded {
    let missed: Tally = { count: 0, bytes: 0 };
    let lines = 0;
    const notices: Uint8Array[] = [];
    for (const piece of this.#pieces) {
      missed = add(add(missed, { count: piece.lines, bytes: piece.lineBytes }), piece.dropped);
      lines += piece.lines;
      notices.push(...piece.notices ?? []);
    }
    this.#pieces = [];
    this.#shrink(this.#length);
    return { missed, lines, notices };
  }

  #addEvent(event: Uint8Array): Piece {
    const piece = this.#reserve(event.length);
    piece.buffer.set(event, piece.length);
    piece.length += event.length;
    return piece;
  }

  /** The last piece, with `size` bytes to spare behind its `length`. */
  #reserve(size: number): Piece {
    this.#length += size;
    this.#budget.used += size;
    const last = this.#pieces.at(-1);
    if (last === undefined || last.length + size > PIECE_BYTES) {
      // As large as its first event: most pieces are taken before there is a second.
      const piece: Piece = {
        buffer: new Uint8Array(size),
        length: 0,
        lines: 0,
        lineBytes: 0,
        dropped: undefined,
        notices: undefined,
      };
      this.#pieces.push(piece);
      return piece;
    }
    if (last.length + size > last.buffer.length) {
      const grown = new Uint8Array(
        Math.min(PIECE_BYTES, Math.max(last.length + size, 2 * last.buffer.length)),
      );
      grown.set(last.buffer.subarray(0, last.length));
      last.buffer = grown;
    }
    return last;
  }

  #shrink(size: number): void {
    this.#length -= size;
    this.#budget.used -= size;
  }
}

function add(a: Tally | undefined, b: Tally | undefined): Tally {
  return { count: (a?.count ?? 0) + (b?.count ?? 0), bytes: (a?.bytes ?? 0) + (b?.bytes ?? 0) };
}
