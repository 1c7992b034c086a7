/** Random numbers from a seed, so that a run can be repeated. */

/** A random number generator; the same seed yields the same sequence. */
export class Random {
  #state: number;

  /** @param seed Any integer. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from `least` to `most` (exclusive) (Steele, Lea and Flood, "SplitMix", 2014). */
  between(least: number, most: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return least + ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 * (most - least);
  }

  /** One of `items`. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.between(0, items.length))]!;
  }

  /** True with a probability of `share`, from 0 to 1. */
  chance(share: number): boolean {
    return this.between(0, 1) < share;
  }

  /** All of `items` in random order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const keyed = items.map((item) => [this.between(0, 1), item] as const);
    return keyed.toSorted(([a], [b]) => a - b).map(([, item]) => item);
  }

  /** A generator for a consumer whose number of draws depends on timing. */
  fork(): Random {
    return new Random(this.between(0, 2 ** 32));
  }
}
