/**
 * Limits the number of history reads at the same time: `HISTORY_CONCURRENCY`.
 *
 * @module
 */

/** A number of slots, given out in the order of requests. */
export class ReadSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count Number of slots. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Runs `read` as soon as a slot is free. Settles as it does. */
  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await read();
    } finally {
      // The slot passes on to the next in line without becoming free.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
