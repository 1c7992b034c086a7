/**
 * The rows held: so many and no more, filtered, and counted.
 *
 * @module
 */
import { type FacetCounts, Facets } from "./facets.ts";
import { compile, EVERYTHING, type Filter, type Matcher } from "../search/filter.ts";
import { Ring } from "./ring.ts";
import type { Row } from "./row.ts";

/** How long a filter may hold up the page at a time, so that a frame still fits. Milliseconds. */
const SLICE = 6;
/**
 * Characters of payloads that are held at most, whatever the limit: 100,000 lines may have 1,000 each.
 * A browser gives a page no more memory than some such lines of a megabyte would take.
 */
export const MOST_CHARACTERS = 100_000_000;

/** Rows in the order in which they came; the oldest go. */
export class Store {
  /** Called after the rows or what is visible of them have changed, at most once a task. */
  onChange: () => void = () => {};
  readonly #rows = new Ring<Row>();
  readonly #visible = new Ring<Row>();
  readonly #facets = new Facets();
  #characters = 0;
  #limit: number;
  #added = 0;
  #evicted = 0;
  #filter: Filter = EVERYTHING;
  #matcher = compile(EVERYTHING) as Matcher;
  #error: string | undefined;
  /** How many rows, the oldest, have yet to be filtered. */
  #unfiltered: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = false;

  /** @param limit How many rows are held. */
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

  /** How many rows are held. */
  get size(): number {
    return this.#rows.length;
  }

  /** How many rows were ever added. */
  get added(): number {
    return this.#added;
  }

  /** How many had to go for the limit. */
  get evicted(): number {
    return this.#evicted;
  }

  /** How many of the lines held have which level, region, machine and provider. */
  get facets(): FacetCounts {
    return this.#facets.counts;
  }

  /** Adds a row, whose id is above all others'. This is the hot path. */
  add(row: Row): void {
    this.#added++;
    this.#rows.push(row);
    this.#count(row, 1);
    if (this.#passes(row)) this.#visible.push(row);
    this.#evict();
    this.#change();
  }

  /** Puts `row` in the place of the one with its id, if that is still held. */
  replace(row: Row): void {
    const index = indexOf(this.#rows, row.id);
    if (index === this.size || this.#rows.at(index).id !== row.id) return;
    this.#count(this.#rows.at(index), -1);
    this.#count(row, 1);
    this.#rows.set(index, row);
    const shown = indexOf(this.#visible, row.id);
    if (shown < this.visibleCount && this.#visible.at(shown).id === row.id) {
      this.#visible.set(shown, row);
    }
    this.#change();
  }

  /** Lets go of all rows. */
  clear(): void {
    this.#stopFiltering();
    this.#rows.clear();
    this.#visible.clear();
    this.#facets.clear();
    this.#characters = 0;
    this.#change();
  }

  get filter(): Filter {
    return this.#filter;
  }

  /** Whether a filter is still being applied: older rows that fit it may not be visible yet. */
  get filtering(): boolean {
    return this.#unfiltered !== undefined;
  }

  /** Why the filter is none, or is too slow; in words for who wrote it. */
  get problem(): string | undefined {
    return this.#error ?? this.#matcher.problem;
  }

  /** What the filter's text finds, to highlight it; with the global flag. */
  get pattern(): RegExp | undefined {
    return this.#matcher.pattern;
  }

  /**
   * Shows the rows that fit `filter`: the newest at once, the others in further tasks, so that typing
   * stays fluid. One that is none, as while it is being written, leaves what is visible as it was.
   */
  setFilter(filter: Filter): void {
    this.#filter = filter;
    const compiled = compile(filter);
    this.#error = "error" in compiled ? compiled.error : undefined;
    if (!("error" in compiled)) {
      this.#matcher = compiled;
      this.#visible.clear();
      this.#unfiltered = this.size;
      this.#filterSlice();
    }
    this.#change();
  }

  /** How many rows are visible: all gaps, and the lines that fit the filter. */
  get visibleCount(): number {
    return this.#visible.length;
  }

  /** The visible row at `index`. */
  visibleAt(index: number): Row {
    return this.#visible.at(index);
  }

  /** Where the row with `id` is visible, else the nearest after it, else the last; -1 where none is. */
  visibleIndexOf(id: number): number {
    return Math.min(indexOf(this.#visible, id), this.visibleCount - 1);
  }

  /** All rows held, the oldest first. */
  all(): Iterable<Row> {
    return this.#rows;
  }

  /** The visible ones. */
  visible(): Iterable<Row> {
    return this.#visible;
  }

  /** A gap fits every filter: it says that lines are missing here. */
  #passes(row: Row): boolean {
    return row.kind === "gap" || this.#matcher.test(row);
  }

  #count(row: Row, by: 1 | -1): void {
    if (row.kind !== "line") return;
    this.#facets.count(row, by);
    this.#characters += by * row.payload.length;
  }

  #evict(): void {
    while (this.size > this.#limit || this.#characters > MOST_CHARACTERS) {
      const row = this.#rows.shift();
      this.#evicted++;
      this.#count(row, -1);
      if (this.visibleCount > 0 && this.#visible.at(0).id === row.id) this.#visible.shift();
      if (this.#unfiltered) this.#unfiltered--;
    }
  }

  /** Filters backwards from the newest rows that are not filtered yet. */
  readonly #filterSlice = (): void => {
    clearTimeout(this.#timer);
    const end = performance.now() + SLICE;
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

  #stopFiltering(): void {
    clearTimeout(this.#timer);
    this.#unfiltered = undefined;
  }

  #change(): void {
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      this.onChange();
    });
  }
}

/** Where the row with `id` is, or would be. */
function indexOf(rows: Ring<Row>, id: number): number {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rows.at(middle).id < id) from = middle + 1;
    else to = middle;
  }
  return from;
}
