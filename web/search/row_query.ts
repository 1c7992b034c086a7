/**
 * Which rows the reader asks for: the search text, the selected facets, and the matches found.
 *
 * @module
 */
import type { Facet, FacetSelection } from "../rows/facets.ts";
import type { Store } from "../rows/store.ts";
import { compile, type Filter, type Matcher } from "./filter.ts";
import { Finder } from "./finder.ts";

/** The content of the search field. */
export interface Query {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  /** Whether to find matches among all rows, rather than hide the other rows. */
  readonly find: boolean;
}

const NO_QUERY: Query = { text: "", regex: false, matchCase: false, find: false };

/** Filters the store, or finds matches in it. */
export class RowQuery {
  /** Called after the query has changed. */
  onChange: () => void = () => {};
  readonly #store: Store;
  readonly #finder: Finder;
  #query = NO_QUERY;
  #facets: FacetSelection = {};
  /** Tests rows in find mode. */
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

  /** Changes parts of the query. */
  update(changes: Partial<Query>): void {
    this.#query = { ...this.#query, ...changes };
    this.#apply();
  }

  /** The selected facet values. */
  get facets(): FacetSelection {
    return this.#facets;
  }

  /** Whether a facet value is selected. */
  get hasFacets(): boolean {
    return Object.values(this.#facets).some(({ size }) => size > 0);
  }

  /** Selects a value, or deselects it. */
  toggleFacet(facet: Facet, value: string): void {
    const values = new Set(this.#facets[facet]);
    if (!values.delete(value)) values.add(value);
    this.#facets = { ...this.#facets, [facet]: values };
    this.#apply();
  }

  /** Deselects all facet values. */
  resetFacets(): void {
    this.#facets = {};
    this.#apply();
  }

  /** Shows all rows. In find mode the text stays, since it hides no rows. */
  reset(): void {
    this.#facets = {};
    this.update(this.#query.find ? {} : { text: "" });
  }

  /** Whether lines may be hidden. */
  get isFiltering(): boolean {
    return this.hasFacets || (!this.#query.find && this.#query.text !== "");
  }

  /** Matches the text to highlight; has the flag `g`. */
  get pattern(): RegExp | undefined {
    if (this.problem !== undefined) return undefined;
    return this.#query.find ? this.#matcher?.pattern : this.#store.pattern;
  }

  /** Why the query cannot be applied, as shown to the user. */
  get problem(): string | undefined {
    return this.#query.find ? this.#problem ?? this.#matcher?.problem : this.#store.problem;
  }

  /** Id of the row of the current match. */
  get current(): number | undefined {
    return this.#query.find ? this.#finder.current : undefined;
  }

  /** The number of matches, such as `3 of 120`. */
  get tally(): string {
    if (this.problem !== undefined) return "";
    const { visibleCount, size } = this.#store;
    if (!this.#query.find) return `${format(visibleCount)} of ${format(size)}`;
    const { position, count } = this.#finder;
    if (count === 0) return "no matches";
    return position === 0 ? format(count) : `${format(position)} of ${format(count)}`;
  }

  /** Goes to the next match, or with -1 to the previous one; see {@linkcode Finder.step}. */
  step(by: 1 | -1, from: number): number | undefined {
    if (!this.#query.find) return undefined;
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
    return !filtering && this.#finder.search();
  }

  #apply(): void {
    this.#store.setFilter(this.#filter(this.#query.find ? NO_QUERY : this.#query));
    this.#restart();
    this.onChange();
  }

  #restart(): void {
    const { text, find } = this.#query;
    const compiled = compile(this.#filter(this.#query));
    const isError = "error" in compiled;
    this.#problem = isError ? compiled.error : undefined;
    this.#matcher = find && text !== "" && !isError ? compiled : undefined;
    this.#finder.restart(this.#matcher);
  }

  #filter({ text, regex, matchCase }: Query): Filter {
    return { text, regex, matchCase, facets: this.#facets };
  }
}

function format(count: number): string {
  return count.toLocaleString("en");
}
