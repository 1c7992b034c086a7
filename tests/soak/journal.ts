/** Records what was published and when; every stream is checked against it. */

/** Lines `first` to `end` (exclusive), written at once. In milliseconds since the epoch. */
interface Batch {
  readonly first: number;
  readonly end: number;
  /** The lines were not published before this time. */
  readonly sentAt: number;
  /** The lines were published by this time; `Infinity` if the server has not confirmed that. */
  publishedAt: number;
}

/** All lines published so far. */
export class Journal {
  readonly #batches: Batch[] = [];

  /** The number of lines, which is also the number of the next line. */
  get length(): number {
    return this.#batches.at(-1)?.end ?? 0;
  }

  /** Records `count` lines about to be published; call the result when they are confirmed. */
  enter(count: number): () => void {
    const first = this.length;
    const batch = { first, end: first + count, sentAt: Date.now(), publishedAt: Infinity };
    this.#batches.push(batch);
    return () => void (batch.publishedAt = Date.now());
  }

  /** The earliest time at which line `number` may have been published. */
  sentAt(number: number): number {
    return this.#batchOf(number).sentAt;
  }

  /** The latest time at which line `number` may have been published. */
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
