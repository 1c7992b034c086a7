/**
 * The facets of a line: the properties, besides its text, that it can be filtered by.
 *
 * @module
 */

import type { Severity } from "../../lib/log_line/severity.ts";

/** How a facet is shown in a row. */
interface FacetDefinition {
  /** Width of its column, and maximum length of a value shown there, in characters. */
  readonly column?: { readonly width: number; readonly maxLength: number };
  /** If it has no column, a value other than this one is shown as a tag before the message. */
  readonly usualValue?: string;
}

/**
 * Every facet, in the order of the columns. Chips, queries, counts and columns follow from this table;
 * `texts.ts` has the names, and `row.ts` sets a line's values.
 */
export const FACETS = {
  level: { column: { width: 5, maxLength: 5 } },
  region: { column: { width: 4, maxLength: 12 } },
  machine: { column: { width: 8, maxLength: 8 } },
  // Most lines come from the app itself.
  provider: { usualValue: "app" },
};

/** The part of a line that its facet values come from. */
export type FacetValues = Readonly<Record<Facet, string>> & { readonly severity: Severity };

/** The value that a line is filtered by and counted under; `""` if it has none. */
function facetValue(line: FacetValues, facet: Facet): string {
  if (facet !== "level") return line[facet];
  // Loggers name levels in dozens of ways, so lines are filtered by severity.
  return line.severity === "none" ? "" : line.severity;
}

/** The name of a facet. */
export type Facet = keyof typeof FACETS;

/** The table as entries, in order. */
export const FACET_ENTRIES = Object.entries(FACETS) as readonly [Facet, FacetDefinition][];

/** The names of all facets. */
export const FACET_NAMES: readonly Facet[] = FACET_ENTRIES.map(([facet]) => facet);

/** Whether a query means a facet by `name`, rather than a field. */
export function isFacet(name: string): name is Facet {
  return Object.hasOwn(FACETS, name);
}

/** The columns of the facets that have one. */
export const COLUMNS = FACET_ENTRIES.flatMap(([facet, { column }]) =>
  column === undefined ? [] : [{ facet, ...column }]
);

/** Number of lines per value, for each facet; a line without a value is not counted. */
export type FacetCounts = Readonly<Record<Facet, ReadonlyMap<string, number>>>;

/** Classes such as `no-region`, one for each column, except the level, that is empty in every line. */
export function unusedColumns(counts: FacetCounts): string {
  return COLUMNS.filter(({ facet }) => facet !== "level" && counts[facet].size === 0)
    .map(({ facet }) => `no-${facet}`).join(" ");
}

/** Counts the facet values of the lines that are held. */
export class FacetCounter {
  readonly counts = Object.fromEntries(
    FACET_NAMES.map((facet) => [facet, new Map<string, number>()]),
  ) as Record<Facet, Map<string, number>>;

  /** Adds a line's values, or removes them. */
  count(line: FacetValues, by: 1 | -1): void {
    for (const facet of FACET_NAMES) {
      const value = facetValue(line, facet);
      if (value === "") continue;
      const counts = this.counts[facet];
      const count = (counts.get(value) ?? 0) + by;
      if (count === 0) counts.delete(value);
      else counts.set(value, count);
    }
  }

  clear(): void {
    for (const facet of FACET_NAMES) this.counts[facet].clear();
  }
}
