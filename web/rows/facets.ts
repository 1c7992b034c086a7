/**
 * Which levels, regions, machines and providers the rows held have, and how often.
 *
 * @module
 */
import type { Line } from "./row.ts";

/** What lines are told apart by. */
const FACETS = ["level", "region", "machine", "provider"] as const;

/** One of {@linkcode FACETS}. */
export type Facet = (typeof FACETS)[number];

/** How many lines have each value, for each facet; lines that have none are not counted. */
export type FacetCounts = Readonly<Record<Facet, ReadonlyMap<string, number>>>;

/** Counts the lines that come and go. */
export class Facets {
  readonly counts: Record<Facet, Map<string, number>> = {
    level: new Map(),
    region: new Map(),
    machine: new Map(),
    provider: new Map(),
  };

  /** Counts `line` in, or out. */
  count(line: Line, by: 1 | -1): void {
    for (const facet of FACETS) {
      const value = line[facet];
      if (value === "") continue;
      const counts = this.counts[facet];
      const count = (counts.get(value) ?? 0) + by;
      if (count === 0) counts.delete(value);
      else counts.set(value, count);
    }
  }

  /** Forgets all. */
  clear(): void {
    for (const facet of FACETS) this.counts[facet].clear();
  }
}
