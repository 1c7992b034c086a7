/**
 * How high rows are, of which there may be 100,000 and most have never been drawn.
 *
 * @module
 */

/** How many forgotten rows are kept, so that not every forgetting moves the others. */
const SLACK = 4096;

/**
 * Every row has the usual height until it has been measured; only what rows have beyond it is kept,
 * in the order of their ids, with running sums. So a list that grows by thousands of rows a second at
 * one end and shrinks at the other costs nothing here. A table of every row's offset, such as
 * `@tanstack/virtual-core` builds anew when the oldest row goes, takes 5.5 ms a frame of 100,000 rows.
 */
export class Heights {
  #usual: number;
  #known = false;
  #ids: number[] = [];
  #extras: number[] = [];
  /** `#sums[i]` is what the rows before the i-th have beyond the usual. */
  #sums: number[] = [0];
  /** Up to which index the sums are right. */
  #summed = 0;
  /** Where the rows begin that have not been forgotten. */
  #start = 0;

  /** @param usual What a row is taken for until one is measured. Pixels. */
  constructor(usual: number) {
    this.#usual = usual;
  }

  /** The height of a row that has not been measured. Pixels. */
  get usual(): number {
    return this.#usual;
  }

  /** Whether a row has been measured since {@linkcode clear}. */
  get isKnown(): boolean {
    return this.#known;
  }

  /** Takes `height` for the usual one, unless one is known since {@linkcode clear}. */
  assume(height: number): void {
    if (!this.#known) this.#usual = height;
    this.#known = true;
  }

  /** Notes that a row is `height` high. */
  set(id: number, height: number): void {
    const extra = height - this.#usual;
    const at = this.#indexOf(id);
    const isThere = this.#ids[at] === id;
    if (extra === (isThere ? this.#extras[at] : 0)) return;
    if (isThere) {
      this.#extras[at] = extra;
    } else {
      this.#ids.splice(at, 0, id);
      this.#extras.splice(at, 0, extra);
    }
    this.#summed = Math.min(this.#summed, at);
  }

  /** How high `index` rows are together, the first of the row with this `id`. */
  before(id: number, index: number): number {
    return index * this.#usual + this.#sumTo(this.#indexOf(id)) - this.#sumTo(this.#start);
  }

  /** Forgets the rows before the one with this `id`: they are gone. */
  forgetBefore(id: number): void {
    this.#start = this.#indexOf(id);
    if (this.#start < SLACK) return;
    this.#ids.splice(0, this.#start);
    this.#extras.splice(0, this.#start);
    this.#summed = this.#start = 0;
  }

  /** Forgets all: the rows have another width, or others are shown. */
  clear(): void {
    this.#ids = [];
    this.#extras = [];
    this.#summed = this.#start = 0;
    this.#known = false;
  }

  /** Where the row with this id is, or would be. */
  #indexOf(id: number): number {
    let low = this.#start;
    let high = this.#ids.length;
    // Rows are mostly measured in the order in which they came.
    if (high > low && this.#ids[high - 1]! < id) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sumTo(index: number): number {
    for (; this.#summed < index; this.#summed++) {
      this.#sums[this.#summed + 1] = this.#sums[this.#summed]! + this.#extras[this.#summed]!;
    }
    return this.#sums[index]!;
  }
}
