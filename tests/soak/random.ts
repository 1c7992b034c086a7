/**
 * Chance that a seed decides, so that a run can be had again.
 *
 * @module
 */

/** Draws numbers; the same ones, in the same order, for the same seed. */
export class Random {
  #state: number;

  /** @param seed Any whole number. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from `least` up to, and without, `most` (Steele, Lea and Flood, "SplitMix", 2014). */
  between(least: number, most: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return least + ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 * (most - least);
  }

  /** One of several. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.between(0, items.length))]!;
  }

  /** True so often as `share`, of 1, says. */
  chance(share: number): boolean {
    return this.between(0, 1) < share;
  }

  /** All of them, in another order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const keyed = items.map((item) => [this.between(0, 1), item] as const);
    return keyed.toSorted(([a], [b]) => a - b).map(([, item]) => item);
  }

  /** Draws of its own, for one whose number of draws depends on the machine. */
  fork(): Random {
    return new Random(this.between(0, 2 ** 32));
  }
}
