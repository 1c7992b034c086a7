/**
 * Live lines that wait while stored ones are sent.
 *
 * @module
 */
import type { Budget } from "../../stream/stream_buffer.ts";
import type { Position } from "./sequence_headers.ts";

/** The limits of live lines that wait. */
export interface QueueLimits {
  /** Maximum size of the lines that wait, in bytes. */
  readonly bufferBytes: number;
  /** The memory that all streams share. */
  readonly budget: Budget;
}

/** A live line that waits. */
export interface WaitingLine extends Position {
  readonly payload: Uint8Array;
}

/** A bounded queue that is emptied when it overflows: the lines can be read from the stream instead. */
export class WaitingLines {
  readonly #limits: QueueLimits;
  #lines: WaitingLine[] = [];
  #bytes = 0;
  #overflowed = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Whether lines are missing because more arrived than may wait. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Adds a line, unless lines are missing before it. */
  add(payload: Uint8Array, position: Position): void {
    if (this.#overflowed) return;
    const { bufferBytes, budget } = this.#limits;
    const bytes = this.#bytes + payload.length;
    if (bytes > bufferBytes || budget.used + payload.length > budget.total) {
      this.clear();
      this.#overflowed = true;
      return;
    }
    // A copy, because the payload is part of everything that was read from NATS at the same time.
    this.#lines.push({ ...position, payload: payload.slice() });
    this.#bytes = bytes;
    budget.used += payload.length;
  }

  /** Returns the lines in the order of their arrival, including those that are added meanwhile. */
  *[Symbol.iterator](): Iterator<WaitingLine> {
    for (let i = 0; i < this.#lines.length; i++) yield this.#lines[i]!;
  }

  /** Removes all lines. None is missing before those that are added from now on. */
  clear(): void {
    this.#limits.budget.used -= this.#bytes;
    this.#lines = [];
    this.#bytes = 0;
    this.#overflowed = false;
  }
}
