/**
 * Compiles a filter into a test of lines.
 *
 * @module
 */
import { compileQuery } from "../query/compile_query.ts";
import type { QueryError } from "../query/query.ts";
import type { Line } from "../rows/row.ts";
import type { Text } from "../texts/texts.ts";
import { t } from "../texts/translate.ts";

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

const TOO_SLOW: Text = "This expression takes too long on these lines: try one with fewer repeats.";

/**
 * Compiles a query, as described in `parse_query.ts`; `""` matches every line.
 *
 * @example
 * ```ts
 * const matcher = compile("level>=warn /status=5\\d\\d/");
 * if (!("error" in matcher)) matcher.test(line);
 * ```
 */
export function compile(query: string): Matcher | QueryError {
  const compiled = compileQuery(query);
  if ("error" in compiled) return compiled;
  const { pattern } = compiled;
  return {
    test: compiled.test,
    pattern,
    get problem() {
      return compiled.tooSlow ? t(TOO_SLOW) : undefined;
    },
  };
}
