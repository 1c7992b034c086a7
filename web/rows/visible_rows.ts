/**
 * What the list, and whoever finds in it, needs of a store.
 *
 * @module
 */
import type { Row } from "./row.ts";

/** The rows that are shown, in their order; a `Store` is one. */
export interface VisibleRows {
  readonly visibleCount: number;
  /** The row at `index`. */
  visibleAt(index: number): Row;
  /** Where the row with `id` is, else the nearest after it, else the last; -1 where there is none. */
  visibleIndexOf(id: number): number;
  /** Whether older rows may yet appear, since a filter is being applied. */
  readonly filtering: boolean;
}
