/**
 * Compiles a filter into a test of lines.
 *
 * @module
 */
import { compileQuery } from "../query/compile_query.ts";
import type { QueryError } from "../query/query.ts";
import { lineTime } from "../rows/line_time.ts";
import type { Line } from "../rows/row.ts";

/** What a line must match to be shown. */
export interface Filter {
  /** A query, as described in `parse_query.ts`; `""` matches every line. */
  readonly query: string;
  /** When the line must have been written; see `line_time.ts`. */
  readonly span?: TimeSpan | undefined;
}

/** A span of time, without its end; in milliseconds since the epoch. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** A compiled filter. */
export interface Matcher {
  test(line: Line): boolean;
  /** Matches the query's text, for highlighting; has the flag `g`. */
  readonly pattern: RegExp | undefined;
  /** Why no line passes anymore after a match took too long; shown to the user. */
  readonly problem: string | undefined;
}

/** Every line passes. */
export const EVERYTHING: Matcher = { test: () => true, pattern: undefined, problem: undefined };

const TOO_SLOW = "This expression takes too long on these lines: try one with fewer repeats.";

/**
 * Compiles `filter`.
 *
 * @example
 * ```ts
 * const matcher = compile({ query: "level>=warn /status=5\\d\\d/" });
 * if (!("error" in matcher)) matcher.test(line);
 * ```
 */
export function compile({ query, span }: Filter): Matcher | QueryError {
  const compiled = compileQuery(query);
  if ("error" in compiled) return compiled;
  const { pattern } = compiled;
  return {
    test: (line) => isIn(line, span) && compiled.test(line),
    pattern,
    get problem() {
      return compiled.tooSlow ? TOO_SLOW : undefined;
    },
  };
}

function isIn(line: Line, span: TimeSpan | undefined): boolean {
  if (span === undefined) return true;
  const time = lineTime(line);
  return time >= span.from && time < span.to;
}
