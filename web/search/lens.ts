/**
 * What of the rows is looked at: the query in the field, the chips picked, and the matches found.
 *
 * @module
 */
import { isEmpty, NO_PICKS, type Picks, toggled } from "../panels/chips.ts";
import type { Facet } from "../rows/facets.ts";
import { compile, type Filter, type Matcher } from "./filter.ts";
import { Finder } from "./finder.ts";
import { NO_QUERY, type Query } from "./search_field.ts";
import type { Store } from "../rows/store.ts";

/** Filters the store, or finds in it. */
export class Lens {
  readonly #store: Store;
  readonly #finder: Finder;
  #query: Query = NO_QUERY;
  #picks: Picks = NO_PICKS;
  /** What is looked for, where the field finds. */
  #matcher: Matcher | undefined;
  #problem: string | undefined;
  #wasFiltering = false;

  constructor(store: Store) {
    this.#store = store;
    this.#finder = new Finder(store);
  }

  get query(): Query {
    return this.#query;
  }

  set query(query: Query) {
    this.#query = query;
    this.#apply();
  }

  get picks(): Picks {
    return this.#picks;
  }

  /** Picks a value, or lets it go. */
  pick(facet: Facet, value: string): void {
    this.#picks = toggled(this.#picks, facet, value);
    this.#apply();
  }

  /** Shows all rows; the query and its switches stay only where it finds among them. */
  reset(): void {
    this.#picks = NO_PICKS;
    if (!this.#query.find) this.#query = { ...this.#query, text: "" };
    this.#apply();
  }

  /** Lets the picks go. */
  resetPicks(): void {
    this.#picks = NO_PICKS;
    this.#apply();
  }

  /** Whether some rows are not shown. */
  get isFiltering(): boolean {
    return !isEmpty(this.#picks) || (!this.#query.find && this.#query.text !== "");
  }

  /** What is highlighted. */
  get pattern(): RegExp | undefined {
    if (this.problem !== undefined) return undefined;
    return this.#query.find ? this.#matcher?.pattern : this.#store.pattern;
  }

  /** Why the query cannot be used. */
  get problem(): string | undefined {
    return this.#query.find ? this.#problem ?? this.#matcher?.problem : this.#store.problem;
  }

  /** The row where the reader is among the matches. */
  get current(): number | undefined {
    return this.#query.find ? this.#finder.current : undefined;
  }

  /** How much fits: `3 of 120`. */
  get tally(): string {
    if (this.problem !== undefined) return "";
    const { visibleCount, size } = this.#store;
    if (!this.#query.find) return `${numeral(visibleCount)} of ${numeral(size)}`;
    const { position, count } = this.#finder;
    if (count === 0) return "none";
    return position === 0 ? numeral(count) : `${numeral(position)} of ${numeral(count)}`;
  }

  /** Goes to the next match, or the previous. */
  step(by: 1 | -1, from: number): number | undefined {
    if (!this.#query.find) return undefined;
    // What has just been written has not been looked for yet.
    this.look();
    return this.#finder.step(by, from);
  }

  /** Looks for matches among the rows that came. Returns whether there are more to look at. */
  look(): boolean {
    const { filtering } = this.#store;
    // Rows that a filter lets in come in front of those that were looked at.
    if (this.#wasFiltering && !filtering) this.#search();
    this.#wasFiltering = filtering;
    return !filtering && this.#finder.look();
  }

  #apply(): void {
    const { find } = this.#query;
    this.#store.setFilter(this.#filter(find ? NO_QUERY : this.#query));
    this.#search();
  }

  #search(): void {
    const { text, find } = this.#query;
    const compiled = compile(this.#filter(this.#query));
    const isError = "error" in compiled;
    this.#problem = isError ? compiled.error : undefined;
    this.#matcher = find && text !== "" && !isError ? compiled : undefined;
    this.#finder.restart(this.#matcher);
  }

  #filter({ text, regex, matchCase }: Query): Filter {
    const { level, region, machine, provider } = this.#picks;
    return {
      text,
      regex,
      matchCase,
      levels: level,
      regions: region,
      machines: machine,
      providers: provider,
    };
  }
}

function numeral(count: number): string {
  return count.toLocaleString("en");
}
