/**
 * Holds a limited number of rows, filters them and counts their facets.
 *
 * @module
 */
import { FacetCounter, type FacetCounts } from "./facets.ts";
import { EVERYTHING, type Matcher } from "../query/compile_query.ts";
import { firstIndex } from "./first_index.ts";
import { RingBuffer } from "./ring_buffer.ts";
import { charactersOf, type Line, type Row } from "./row.ts";

/** Maximum time that filtering blocks the page without a pause, so that frames are drawn in time. */
const SLICE_MS = 6;
/**
 * Maximum number of characters in all payloads together, regardless of the row limit: 100,000 lines of 1,000
 * characters. Otherwise, lines of a megabyte could take more memory than a browser allows a page.
 */
export const MAX_CHARACTERS = 100_000_000;

/** Rows in order of arrival; the oldest are evicted. */
export class Store {
  /** Called after the rows or their visibility have changed; at most once per task. */
  onChange: () => void = () => {};
  /** Called with each visible row that is removed because of the limit. */
  onEvict: (row: Row) => void = () => {};
  readonly #rows = new RingBuffer<Row>();
  readonly #visible = new RingBuffer<Row>();
  readonly #facets = new FacetCounter();
  #characters = 0;
  /** Number of rows that are not lines; all of them are visible. */
  #marks = 0;
  #limit: number;
  #matcher = EVERYTHING;
  /** Number of rows, counted from the oldest, that have not been filtered yet. */
  #unfiltered: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = false;
  #hasEvicted = false;

  /** @param limit Maximum number of rows. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    this.#evict();
    this.#change();
  }

  /** Number of rows held. */
  get size(): number {
    return this.#rows.length;
  }

  /** Number of lines held. */
  get lineCount(): number {
    return this.size - this.#marks;
  }

  /** Number of lines that match the filter; too low while it is being applied. */
  get visibleLineCount(): number {
    return Math.max(0, this.visibleCount - this.#marks);
  }

  /** Whether rows have been removed because of the limit. */
  get hasEvicted(): boolean {
    return this.#hasEvicted;
  }

  /** Number of lines held, per value of each facet. */
  get facets(): FacetCounts {
    return this.#facets.counts;
  }

  /** Adds a row with the highest id so far. This is the hot path. */
  add(row: Row): void {
    this.#rows.push(row);
    this.#count(row, 1);
    if (this.#passes(row)) this.#visible.push(row);
    this.#evict();
    this.#change();
  }

  /** Adds rows before all others, in order; those that do not fit are left out, the oldest first. */
  prepend(rows: readonly Row[]): void {
    let count = 0;
    for (const row of rows.toReversed()) {
      const size = charactersOf(row);
      if (this.size >= this.#limit || this.#characters + size > MAX_CHARACTERS) break;
      this.#rows.unshift(row);
      this.#count(row, 1);
      count++;
    }
    const { filtering } = this;
    this.#unfiltered = (this.#unfiltered ?? 0) + count;
    if (!filtering) this.#filterSlice();
  }

  /** Replaces the row with the same id. Returns whether it is still held. */
  replace(row: Row): boolean {
    const index = indexOf(this.#rows, row.id);
    if (index === this.size || this.#rows.at(index).id !== row.id) return false;
    this.#count(this.#rows.at(index), -1);
    this.#count(row, 1);
    this.#rows.set(index, row);
    // If it has not been filtered yet, it will be.
    if (index >= (this.#unfiltered ?? 0)) this.#show(row);
    this.#evict();
    this.#change();
    return true;
  }

  /** Shows or hides a row that was replaced. */
  #show(row: Row): void {
    const at = indexOf(this.#visible, row.id);
    const wasVisible = at < this.visibleCount && this.#visible.at(at).id === row.id;
    const passes = this.#passes(row);
    if (wasVisible && passes) this.#visible.set(at, row);
    else if (wasVisible) this.#visible.remove(at);
    else if (passes) this.#visible.insert(at, row);
  }

  /** Removes all rows. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#unfiltered = undefined;
    this.#rows.clear();
    this.#visible.clear();
    this.#facets.clear();
    this.#hasEvicted = false;
    this.#marks = 0;
    this.#characters = 0;
    this.#change();
  }

  /** Whether the filter is still being applied: older rows that match may not be visible yet. */
  get filtering(): boolean {
    return this.#unfiltered !== undefined;
  }

  /** Shows the rows that match: the newest at once, the others in later tasks, so that typing stays smooth. */
  setFilter(matcher: Matcher): void {
    this.#matcher = matcher;
    this.#visible.clear();
    this.#unfiltered = this.size;
    this.#filterSlice();
  }

  /** Number of visible rows: all gaps, and the lines that match the filter. */
  get visibleCount(): number {
    return this.#visible.length;
  }

  /** The visible row at `index`. */
  visibleAt(index: number): Row {
    return this.#visible.at(index);
  }

  /** Index of the row with `id`, or of the next visible row, or of the last one; -1 if no row is visible. */
  visibleIndexOf(id: number): number {
    return Math.min(indexOf(this.#visible, id), this.visibleCount - 1);
  }

  /** All rows, oldest first. */
  all(): Iterable<Row> {
    return this.#rows;
  }

  /** The newest visible lines, at most `count`. */
  newestLines(count = 200): Line[] {
    const lines: Line[] = [];
    for (let index = this.visibleCount - 1; index >= 0 && lines.length < count; index--) {
      const row = this.visibleAt(index);
      if (row.kind === "line") lines.push(row);
    }
    return lines;
  }

  /** The visible rows, oldest first. */
  visible(): Iterable<Row> {
    return this.#visible;
  }

  /** A gap passes every filter: matching lines may be missing there. */
  #passes(row: Row): boolean {
    return row.kind !== "line" || this.#matcher.test(row);
  }

  #count(row: Row, by: 1 | -1): void {
    if (row.kind !== "line") {
      this.#marks += by;
      return;
    }
    this.#facets.count(row, by);
    this.#characters += by * charactersOf(row);
  }

  #evict(): void {
    while (this.size > this.#limit || this.#characters > MAX_CHARACTERS) {
      const row = this.#rows.shift();
      this.#count(row, -1);
      this.#hasEvicted = true;
      if (this.visibleCount > 0 && this.#visible.at(0).id === row.id) {
        this.#visible.shift();
        this.onEvict(row);
      }
      if (this.#unfiltered) this.#unfiltered--;
    }
  }

  /** Filters backward from the newest row that has not been filtered yet. */
  readonly #filterSlice = (): void => {
    clearTimeout(this.#timer);
    const end = performance.now() + SLICE_MS;
    let left = this.#unfiltered!;
    while (left > 0) {
      const row = this.#rows.at(--left);
      if (this.#passes(row)) this.#visible.unshift(row);
      if (performance.now() > end) break;
    }
    this.#unfiltered = left > 0 ? left : undefined;
    if (left > 0) this.#timer = setTimeout(this.#filterSlice);
    this.#change();
  };

  #change(): void {
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      this.onChange();
    });
  }
}

/** Index of the first row whose id is at least `id`. */
function indexOf(rows: RingBuffer<Row>, id: number): number {
  return firstIndex(0, rows.length, (index) => rows.at(index).id < id);
}
