/**
 * The offsets of rows from the top edge of the first one.
 *
 * @module
 */
import type { Heights } from "./heights.ts";
import { firstIndex } from "../rows/first_index.ts";
import type { Store } from "../rows/store.ts";

/** Converts between a row's index and its offset, in pixels. */
export class Offsets {
  readonly #rows: Store;
  readonly #heights: Heights;

  constructor(rows: Store, heights: Heights) {
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
    return firstIndex(1, this.#rows.visibleCount, (index) => this.of(index) <= y) - 1;
  }
}
