/**
 * Find: which of the rows listed have what is looked for, and the way from one to the next.
 *
 * @module
 */
import type { Matcher } from "./filter.ts";
import type { VisibleRows } from "../rows/visible_rows.ts";

/** How long a search may hold up a frame. Milliseconds. */
const SLICE = 6;
const ROWS_A_LOOK = 64;

/** Looks for rows, a slice a frame, and keeps up with those that come. */
export class Finder {
  readonly #rows: VisibleRows;
  #matcher: Matcher | undefined;
  /** The ids of the rows found, in their order. */
  #found: number[] = [];
  /** The rows before the one with this id have been looked at. */
  #next = 0;
  #current: number | undefined;

  constructor(rows: VisibleRows) {
    this.#rows = rows;
  }

  /** The row where the reader is. */
  get current(): number | undefined {
    return this.#current;
  }

  /** How many rows were found. */
  get count(): number {
    return this.#found.length;
  }

  /** Which one of them the current is, from 1; 0 where it is none. */
  get position(): number {
    return this.#current === undefined ? 0 : place(this.#found, this.#current) + 1;
  }

  /** Looks for something else, or in other rows, from the beginning. */
  restart(matcher: Matcher | undefined): void {
    this.#matcher = matcher;
    this.#found = [];
    this.#next = 0;
    this.#current = undefined;
  }

  /** Looks on. Returns whether there are rows left to look at. */
  look(): boolean {
    const rows = this.#rows;
    this.#forget(rows.visibleCount === 0 ? Infinity : rows.visibleAt(0).id);
    if (this.#matcher === undefined || rows.visibleCount === 0) return false;
    const until = performance.now() + SLICE;
    let index = rows.visibleIndexOf(this.#next);
    for (let left = ROWS_A_LOOK; index < rows.visibleCount; index++) {
      const row = rows.visibleAt(index);
      if (row.id < this.#next) continue;
      this.#next = row.id + 1;
      if (row.kind === "line" && this.#matcher.test(row)) this.#found.push(row.id);
      if (--left > 0) continue;
      if (performance.now() > until) return index + 1 < rows.visibleCount;
      left = ROWS_A_LOOK;
    }
    return false;
  }

  /**
   * Goes to the next row found (or, with -1, the previous), around the end.
   *
   * @param from The row in view from which to start, where there is no current one.
   * @returns The row's id, or undefined where there is none.
   */
  step(by: 1 | -1, from: number): number | undefined {
    if (this.count === 0) return undefined;
    const at = this.#current === undefined
      ? Math.max(0, place(this.#found, from + 1) - 1)
      : place(this.#found, this.#current) + by;
    this.#current = this.#found.at((at + this.count) % this.count);
    return this.#current;
  }

  /** Forgets rows that are gone. */
  #forget(first: number): void {
    if (this.count === 0 || this.#found[0]! >= first) return;
    this.#found.splice(0, place(this.#found, first));
    if (this.#current !== undefined && this.#current < first) this.#current = undefined;
  }
}

/** Where `id` is among the ids, or would be. */
function place(ids: readonly number[], id: number): number {
  let low = 0;
  for (let high = ids.length; low < high;) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
