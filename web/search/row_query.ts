/**
 * Which rows the reader asks for: the query, and the matches found.
 *
 * @module
 */
import { compileQuery, EVERYTHING } from "../query/compile_query.ts";
import {
  chosenSpan,
  type ChosenValues,
  chosenValues,
  toggleValue,
  withoutConditions,
  withSpan,
} from "../query/edit_query.ts";
import { type Facet, FACET_NAMES } from "../rows/facets.ts";
import { lineTime, type TimeSpan } from "../rows/line_time.ts";
import type { Line, Row } from "../rows/row.ts";
import type { Store } from "../rows/store.ts";
import { formatNumber, t } from "../texts/translate.ts";
import { Finder } from "./finder.ts";

/** Number of rows that match above which older lines are only loaded if the reader scrolls up. */
const ENOUGH_ROWS = 100;

/** What the reader asks for. */
export interface Query {
  /** The query as typed. It may be incomplete; see {@linkcode RowQuery.applied}. */
  readonly text: string;
  /** Whether rows that do not match are hidden. */
  readonly hides: boolean;
}

/** Filters the store, and finds matches in it. */
export class RowQuery {
  /** Called after the query has changed. */
  onChange: () => void = () => {};
  readonly #store: Store;
  readonly #finder: Finder;
  #query: Query = { text: "", hides: true };
  #applied = "";
  #matcher = EVERYTHING;
  #error: string | undefined;
  #chosen = new Map<string, ChosenValues>();
  #span: TimeSpan | undefined;
  #wasFiltering = false;
  #hasMore = false;
  #version = 0;
  /** Id of the row that the last step went to, if other rows are hidden. */
  #stepped: number | undefined;
  /** Id of the row whose context is shown. */
  #context: number | undefined;
  /** Whether lines match, for rows that are drawn in every frame. */
  #known = new WeakMap<Line, boolean>();

  constructor(store: Store) {
    this.#store = store;
    this.#finder = new Finder(store);
  }

  get query(): Query {
    return this.#query;
  }

  /** The last query that was valid, which is in effect. */
  get applied(): string {
    return this.#applied;
  }

  /** Changes with whatever changes which lines match. */
  get version(): number {
    return this.#version;
  }

  /** Changes parts of the query, and leaves the context of a row. */
  update(changes: Partial<Query>): void {
    this.#query = { ...this.#query, ...changes };
    this.#context = undefined;
    this.#apply();
  }

  /** The values that the query selects and excludes at its top, which the chips show. */
  chosen(name: string): ChosenValues {
    let chosen = this.#chosen.get(name);
    if (chosen === undefined) this.#chosen.set(name, chosen = chosenValues(this.#applied, name));
    return chosen;
  }

  /** The span of time that the query selects at its top. */
  get span(): TimeSpan | undefined {
    return this.#span;
  }

  /** Whether the query selects or excludes a facet value, or selects a span of time. */
  get hasFacets(): boolean {
    return this.#span !== undefined || FACET_NAMES.some((facet) => {
      const { selected, excluded } = this.chosen(facet);
      return selected.size + excluded.size > 0;
    });
  }

  /** Selects or excludes a value of a facet, or makes it neither; the query's text changes. */
  toggleFacet(facet: Facet, value: string, excludes = false): void {
    this.update({ text: toggleValue(this.#applied, facet, value, excludes) });
  }

  /** Selects or excludes a value of any field, such as `user.id`, or makes it neither. */
  toggleField(name: string, value: string, excludes = false): void {
    this.update({ text: toggleValue(this.#applied, name, value, excludes, true) });
  }

  /** Selects a span of time, or all times. */
  selectSpan(span?: TimeSpan): void {
    this.update({ text: withSpan(this.#applied, span) });
  }

  /** Deselects all facet values and the span. */
  resetFacets(): void {
    this.update({ text: withoutConditions(withSpan(this.#applied), FACET_NAMES) });
  }

  /** Shows all rows. */
  reset(): void {
    this.update({ text: "" });
  }

  /** Id of the row whose context is shown: rows that do not match are dimmed rather than hidden. */
  get context(): number | undefined {
    return this.#context;
  }

  /** Shows the rows around a row, until {@linkcode leaveContext} or another query. */
  showContext(id: number): void {
    this.#context = id;
    this.#apply();
  }

  /** Hides the rows that do not match again. Returns the row whose context was shown. */
  leaveContext(): number | undefined {
    const id = this.#context;
    this.#context = undefined;
    if (id !== undefined) this.#apply();
    return id;
  }

  /** Whether lines may be hidden. */
  get isFiltering(): boolean {
    return this.#hides && this.#isRestricted;
  }

  /** Whether a line matches. */
  matches(line: Line): boolean {
    return this.#matcher.test(line);
  }

  /** Whether a row that is drawn does not match, although rows that do not match are not hidden. */
  isDimmed(row: Row): boolean {
    if (this.#context === undefined || row.kind !== "line") return false;
    let matches = this.#known.get(row);
    if (matches === undefined) this.#known.set(row, matches = this.matches(row));
    return !matches;
  }

  /** Matches the text to highlight; has the flag `g`. */
  get pattern(): RegExp | undefined {
    return this.#matcher.problem === undefined ? this.#matcher.pattern : undefined;
  }

  /** Why the query cannot be applied, as shown to the user. */
  get problem(): string | undefined {
    return this.#error ?? this.#matcher.problem;
  }

  /** Id of the row of the current match. */
  get current(): number | undefined {
    return this.#hides ? this.#stepped : this.#finder.current;
  }

  /** Whether few lines match, and older ones, if they are in the span of time, may match too. */
  get needsOlder(): boolean {
    const { visibleCount, filtering } = this.#store;
    if (!this.isFiltering || filtering || visibleCount >= ENOUGH_ROWS) return false;
    const [first] = this.#store.all();
    return first?.kind === "line" && lineTime(first) > (this.#span?.from ?? 0);
  }

  /** Whether all lines are hidden, because none matches. */
  get matchesNone(): boolean {
    const { visibleLineCount, lineCount, filtering } = this.#store;
    return this.#hides && visibleLineCount === 0 && lineCount > 0 && !filtering;
  }

  /** The number of matches, such as `3 of 120`. */
  get tally(): string {
    const { visibleLineCount, lineCount } = this.#store;
    if (this.matchesNone) return t("no line matches");
    if (this.#hides) return countOf(visibleLineCount, lineCount);
    const { position, count } = this.#finder;
    if (count === 0) return t("no matches");
    return position === 0 ? formatNumber(count) : countOf(position, count);
  }

  /** Goes to the next match, or with -1 to the previous one; see {@linkcode Finder.step}. */
  step(by: 1 | -1, from: number): number | undefined {
    if (!this.#isRestricted) return undefined;
    if (this.#hides) return this.#stepped = this.#stepVisible(by, from);
    // Text that has just been pasted has not been searched for yet.
    this.search();
    return this.#finder.step(by, from);
  }

  /** Searches new rows for matches. Returns whether there are more rows to search. */
  search(): boolean {
    const { filtering } = this.#store;
    // A filter inserts older rows in front of those that have already been searched.
    if (this.#wasFiltering && !filtering) this.#restart();
    this.#wasFiltering = filtering;
    return this.#hasMore = !this.#hides && !filtering && this.#finder.search();
  }

  /** The lines that match, oldest first; `undefined` while they are being searched for. */
  matchingLines(): Line[] | undefined {
    if (this.#store.filtering || this.#hasMore || this.#wasFiltering) return undefined;
    const found = this.#hides ? undefined : new Set(this.#finder.found);
    const lines: Line[] = [];
    for (const row of this.#store.visible()) {
      if (row.kind === "line" && (found?.has(row.id) ?? true)) lines.push(row);
    }
    return lines;
  }

  get #hides(): boolean {
    return this.#query.hides && this.#context === undefined;
  }

  get #isRestricted(): boolean {
    return this.#applied.trim() !== "";
  }

  #apply(): void {
    const { text } = this.#query;
    const compiled = compileQuery(text);
    this.#error = "error" in compiled ? compiled.error : undefined;
    if (!("error" in compiled)) {
      this.#applied = text;
      this.#matcher = compiled;
      this.#chosen.clear();
      this.#span = chosenSpan(text);
      this.#known = new WeakMap();
    }
    this.#version++;
    this.#stepped = undefined;
    this.#store.setFilter(this.#hides ? this.#matcher : EVERYTHING);
    this.#wasFiltering = this.#store.filtering;
    this.#restart();
    this.onChange();
  }

  #restart(): void {
    const finds = !this.#hides && this.#isRestricted;
    this.#hasMore = finds;
    this.#finder.restart(finds ? this.#matcher : undefined);
  }

  #stepVisible(by: 1 | -1, from: number): number | undefined {
    const store = this.#store;
    const count = store.visibleCount;
    if (count === 0) return undefined;
    const at = store.visibleIndexOf(this.#stepped ?? from) +
      (this.#stepped === undefined ? 0 : by);
    for (let i = 0; i < count; i++) {
      const row = store.visibleAt((at + i * by + 2 * count) % count);
      if (row.kind === "line") return row.id;
    }
    return undefined;
  }
}

function countOf(part: number, all: number): string {
  return t("{part} of {all}", { part: formatNumber(part), all: formatNumber(all) });
}
