/**
 * What the benchmark must reach, and whether it does.
 *
 * @module
 */
import type { Figures } from "./figures.ts";
import type { ServerName } from "./processes.ts";

/** All servers' figures in one scenario. */
export type Results = Record<ServerName, Figures>;

/** A figure that may not be above a limit. */
export interface Target {
  text: string;
  limit: number;
  value: (results: Results) => number;
}

/** A figure of natstap's that may be so many times as large as a baseline's, no more. */
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

/** A figure of natstap's that may be so large, no larger. */
export function atMost(limit: number, text: string, figure: (figures: Figures) => number): Target {
  return { text, limit, value: ({ natstap }) => figure(natstap) };
}

/** One line: the target, the figure, and whether it is met. */
export function verdict({ text, limit, value }: Target, results: Results): string {
  const reached = value(results);
  if (reached <= limit) return `${text}: ${rounded(reached)}, met`;
  const missed = limit === 0 ? rounded(reached) : `${Math.ceil((reached / limit - 1) * 100)} %`;
  return `${text}: ${rounded(reached)}, missed by ${missed}`;
}

function rounded(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
