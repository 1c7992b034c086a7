/**
 * A list with constant-time operations at both ends.
 *
 * @module
 */

/** A growing ring buffer. `Array.shift()` would move all 100,000 rows for each new line. */
export class RingBuffer<T> {
  #items: (T | undefined)[] = new Array(1024);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The item at `index`, which must be within the length. */
  at(index: number): T {
    return this.#items[this.#slot(index)]!;
  }

  /** Replaces the item at `index`, which must be within the length. */
  set(index: number, item: T): void {
    this.#items[this.#slot(index)] = item;
  }

  push(item: T): void {
    this.#makeRoom();
    this.#items[this.#slot(this.#length++)] = item;
  }

  unshift(item: T): void {
    this.#makeRoom();
    this.#head = this.#slot(-1);
    this.#length++;
    this.#items[this.#head] = item;
  }

  /** Removes the first item; there must be one. */
  shift(): T {
    const item = this.at(0);
    this.#items[this.#head] = undefined;
    this.#head = this.#slot(1);
    this.#length--;
    return item;
  }

  /** Inserts an item before the one at `index`, in time proportional to the number of items after it. */
  insert(index: number, item: T): void {
    this.push(item);
    for (let at = this.#length - 1; at > index; at--) this.set(at, this.at(at - 1));
    this.set(index, item);
  }

  /** Removes the item at `index`, in time proportional to the number of items after it. */
  remove(index: number): void {
    for (let at = index; at < this.#length - 1; at++) this.set(at, this.at(at + 1));
    this.#items[this.#slot(--this.#length)] = undefined;
  }

  clear(): void {
    this.#items = new Array(1024);
    this.#head = 0;
    this.#length = 0;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.#length; i++) yield this.at(i);
  }

  /** The capacity is a power of two, so that a bit mask replaces the modulo. */
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
