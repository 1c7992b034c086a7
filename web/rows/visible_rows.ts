/**
 * The rows that the list shows and the finder searches.
 *
 * @module
 */
import type { Row } from "./row.ts";

/** The rows that pass the filter, in order. A `Store` is one. */
export interface VisibleRows {
  readonly visibleCount: number;
  /** The row at `index`. */
  visibleAt(index: number): Row;
  /** Index of the row with `id`, else of the next row, else of the last; -1 if there are no rows. */
  visibleIndexOf(id: number): number;
  /** Whether a filter is still being applied, so that older rows may yet appear. */
  readonly filtering: boolean;
}
