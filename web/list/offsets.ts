/**
 * Where rows are, from the first one's top edge.
 *
 * @module
 */
import type { Heights } from "./heights.ts";
import type { VisibleRows } from "../rows/visible_rows.ts";

/** From a row's index to its offset, and back. Pixels. */
export class Offsets {
  readonly #rows: VisibleRows;
  readonly #heights: Heights;

  constructor(rows: VisibleRows, heights: Heights) {
    this.#rows = rows;
    this.#heights = heights;
  }

  /** How high all rows are together. */
  get total(): number {
    return this.of(this.#rows.visibleCount);
  }

  /** How high the rows before the one at `index` are together. */
  of(index: number): number {
    const id = index < this.#rows.visibleCount ? this.#rows.visibleAt(index).id : Infinity;
    return this.#heights.before(id, index);
  }

  /** The index of the row at this offset, or of the nearest. */
  at(y: number): number {
    let low = 0;
    let high = this.#rows.visibleCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.of(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
