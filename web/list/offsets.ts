/**
 * The offsets of rows from the top edge of the first one.
 *
 * @module
 */
import type { Heights } from "./heights.ts";
import type { VisibleRows } from "../rows/visible_rows.ts";

/** Converts between a row's index and its offset, in pixels. */
export class Offsets {
  readonly #rows: VisibleRows;
  readonly #heights: Heights;

  constructor(rows: VisibleRows, heights: Heights) {
    this.#rows = rows;
    this.#heights = heights;
  }

  /** Total height of all rows. */
  get total(): number {
    return this.of(this.#rows.visibleCount);
  }

  /** Offset of the row at `index`. */
  of(index: number): number {
    const id = index < this.#rows.visibleCount ? this.#rows.visibleAt(index).id : Infinity;
    return this.#heights.before(id, index);
  }

  /** Index of the row at offset `y`, or of the nearest row. */
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
