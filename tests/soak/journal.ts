/**
 * What was published, and when: what every stream is held against.
 *
 * @module
 */

/** Lines `first` up to, and without, `end`, which were written in one go. Milliseconds since the epoch. */
interface Batch {
  readonly first: number;
  readonly end: number;
  /** They were not published before. */
  readonly sentAt: number;
  /** They were published by then; `Infinity` where the server has not said so. */
  publishedAt: number;
}

/** All lines so far. */
export class Journal {
  readonly #batches: Batch[] = [];

  /** How many lines there are: the number of the next. */
  get length(): number {
    return this.#batches.at(-1)?.end ?? 0;
  }

  /** Enters `count` lines that are about to be published; returns what enters that they are. */
  enter(count: number): () => void {
    const first = this.length;
    const batch = { first, end: first + count, sentAt: Date.now(), publishedAt: Infinity };
    this.#batches.push(batch);
    return () => void (batch.publishedAt = Date.now());
  }

  /** The earliest time that line `number` may have been published at. */
  sentAt(number: number): number {
    return this.#batchOf(number).sentAt;
  }

  /** The latest. */
  publishedAt(number: number): number {
    return this.#batchOf(number).publishedAt;
  }

  #batchOf(number: number): Batch {
    let low = 0;
    let high = this.#batches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#batches[middle]!.first <= number) low = middle;
      else high = middle - 1;
    }
    return this.#batches[low]!;
  }
}
