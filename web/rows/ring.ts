/**
 * A list that grows and shrinks at both ends at no cost by its length.
 *
 * @module
 */

/** Rows in their order. An array's own `shift()` of 100,000 would move them all, a line. */
export class Ring<T> {
  #items: (T | undefined)[] = new Array(1024);
  #head = 0;
  #length = 0;

  /** How many it holds. */
  get length(): number {
    return this.#length;
  }

  /** The one at `index`, which must be within the length. */
  at(index: number): T {
    return this.#items[this.#slot(index)]!;
  }

  /** Puts `item` in the place of the one at `index`. */
  set(index: number, item: T): void {
    this.#items[this.#slot(index)] = item;
  }

  /** Adds one at the end. */
  push(item: T): void {
    this.#makeRoom();
    this.#items[this.#slot(this.#length++)] = item;
  }

  /** Adds one at the beginning. */
  unshift(item: T): void {
    this.#makeRoom();
    this.#head = this.#slot(-1);
    this.#length++;
    this.#items[this.#head] = item;
  }

  /** Takes the first, which must be there. */
  shift(): T {
    const item = this.at(0);
    this.#items[this.#head] = undefined;
    this.#head = this.#slot(1);
    this.#length--;
    return item;
  }

  /** Takes all. */
  clear(): void {
    this.#items = new Array(1024);
    this.#head = 0;
    this.#length = 0;
  }

  /** All, the first first. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.#length; i++) yield this.at(i);
  }

  /** The capacity is a power of two, so that a mask does for the remainder. */
  #slot(index: number): number {
    return (this.#head + index) & (this.#items.length - 1);
  }

  #makeRoom(): void {
    if (this.#length < this.#items.length) return;
    const items = this.#items.slice(this.#head).concat(this.#items.slice(0, this.#head));
    items.length *= 2;
    this.#items = items;
    this.#head = 0;
  }
}
