/**
 * Targets of the benchmark.
 *
 * @module
 */
import type { Figures } from "../figures.ts";
import type { ServerName } from "../processes/run_processes.ts";

/** The figures of all servers in one scenario. */
export type Results = Record<ServerName, Figures>;

/** An upper limit for a value. */
export interface Target {
  /** The target in words, such as `p99 ≤ 2 × before`. */
  text: string;
  limit: number;
  value: (results: Results) => number;
}

/** Limits a figure of natstap to `limit` times that of a baseline. */
export function atMostTimes(
  limit: number,
  baseline: ServerName,
  text: string,
  figure: (figures: Figures) => number,
): Target {
  return {
    text: `${text} ≤ ${limit} × ${baseline}`,
    limit,
    value: (results) => figure(results.natstap) / figure(results[baseline]),
  };
}

/** Limits a figure of natstap to `limit`. */
export function atMost(limit: number, text: string, figure: (figures: Figures) => number): Target {
  return { text, limit, value: ({ natstap }) => figure(natstap) };
}

/** Formats one line: the target, the value reached, and whether the target is met. */
export function describeTarget({ text, limit, value }: Target, results: Results): string {
  const reached = value(results);
  if (reached <= limit) return `${text}: ${round(reached)}, met`;
  const missed = limit === 0 ? round(reached) : `${Math.ceil((reached / limit - 1) * 100)} %`;
  return `${text}: ${round(reached)}, missed by ${missed}`;
}

function round(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
