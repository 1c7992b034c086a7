/**
 * Finds rows that match, and steps from one to the next.
 *
 * @module
 */
import { firstIndex } from "../rows/first_index.ts";
import type { Store } from "../rows/store.ts";
import type { Matcher } from "../query/compile_query.ts";

/** Maximum time that a search may delay a frame. */
const SLICE_MS = 6;
/** Number of rows tested between two checks of the time. */
const ROWS_PER_CHECK = 64;

/** Searches the visible rows in slices, including rows that arrive later. */
export class Finder {
  readonly #rows: Store;
  #matcher: Matcher | undefined;
  /** Ids of the matching rows, ascending. */
  #found: number[] = [];
  /** Ids of the first row, and of the first one that has not been searched. */
  #first = Infinity;
  #next = -Infinity;
  #current: number | undefined;

  constructor(rows: Store) {
    this.#rows = rows;
  }

  /** Id of the current match. */
  get current(): number | undefined {
    return this.#current;
  }

  /** Ids of the matching rows, ascending. */
  get found(): readonly number[] {
    return this.#found;
  }

  /** Number of matches. */
  get count(): number {
    return this.#found.length;
  }

  /** Position of the current match, from 1; 0 if there is none. */
  get position(): number {
    return this.#current === undefined ? 0 : indexOf(this.#found, this.#current) + 1;
  }

  /** Starts over, with another matcher or other rows. */
  restart(matcher: Matcher | undefined): void {
    this.#matcher = matcher;
    this.#found = [];
    this.#next = -Infinity;
    this.#current = undefined;
  }

  /** Searches the next slice. Returns whether there are more rows to search. */
  search(): boolean {
    const rows = this.#rows;
    this.#forgetBefore(rows.visibleCount === 0 ? Infinity : rows.visibleAt(0).id);
    if (this.#matcher === undefined || rows.visibleCount === 0) return false;
    const first = rows.visibleAt(0).id;
    if (first < this.#first) {
      // Older rows have been added.
      this.#found = [];
      this.#next = -Infinity;
    }
    this.#first = first;
    const end = performance.now() + SLICE_MS;
    let index = rows.visibleIndexOf(this.#next);
    for (let left = ROWS_PER_CHECK; index < rows.visibleCount; index++) {
      const row = rows.visibleAt(index);
      if (row.id < this.#next) continue;
      this.#next = row.id + 1;
      if (row.kind === "line" && this.#matcher.test(row)) this.#found.push(row.id);
      if (--left > 0) continue;
      if (performance.now() > end) return index + 1 < rows.visibleCount;
      left = ROWS_PER_CHECK;
    }
    return false;
  }

  /**
   * Goes to the next match, or with -1 to the previous one, wrapping around at the ends.
   *
   * @param from Id of the row in view to start from if there is no current match.
   * @returns The id of the matching row, or `undefined` if there is none.
   */
  step(by: 1 | -1, from: number): number | undefined {
    if (this.count === 0) return undefined;
    const index = this.#current === undefined
      ? Math.max(0, indexOf(this.#found, from + 1) - 1)
      : indexOf(this.#found, this.#current) + by;
    this.#current = this.#found.at((index + this.count) % this.count);
    return this.#current;
  }

  #forgetBefore(id: number): void {
    if (this.count === 0 || this.#found[0]! >= id) return;
    this.#found.splice(0, indexOf(this.#found, id));
    if (this.#current !== undefined && this.#current < id) this.#current = undefined;
  }
}

/** Index of the first id that is at least `id`. */
function indexOf(ids: readonly number[], id: number): number {
  return firstIndex(0, ids.length, (index) => ids[index]! < id);
}
