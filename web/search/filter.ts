/**
 * Compiles a filter into a test of lines.
 *
 * @module
 */
import { shownText } from "../message/shown_text.ts";
import { FACET_NAMES, type FacetSelection, facetValue } from "../rows/facets.ts";
import type { Line } from "../rows/row.ts";
import { countChoices } from "./backtracking.ts";
import { boundedTest } from "./bounded_match.ts";

/** What a line must match to be shown. */
export interface Filter {
  /** Text in the message, or a regular expression if `regex` is set; `""` matches every line. */
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  readonly facets: FacetSelection;
}

/** The filter that every line passes. */
export const EVERYTHING: Filter = { text: "", regex: false, matchCase: false, facets: {} };

/** A compiled filter. */
export interface Matcher {
  test(line: Line): boolean;
  /** Matches the filter's text, for highlighting; has the flag `g`. */
  readonly pattern: RegExp | undefined;
  /** Why no line passes anymore after a match took too long; shown to the user. */
  readonly problem: string | undefined;
}

/** Why a filter is invalid; shown to the user, who may still be typing. */
export interface FilterError {
  readonly error: string;
}

const AMBIGUOUS = "This expression could take forever: it repeats a group that itself repeats.";
const TOO_MANY = "This expression has too many repeats and alternatives.";
const TOO_SLOW = "This expression takes too long on these lines: try one with fewer repeats.";

/** With more choices, even a short line could take seconds. */
const MAX_CHOICES = 30;

/**
 * Compiles `filter`.
 *
 * @example
 * ```ts
 * const matcher = compile({ ...EVERYTHING, text: "status=5\\d\\d", regex: true });
 * if (!("error" in matcher)) matcher.test(line);
 * ```
 */
export function compile(filter: Filter): Matcher | FilterError {
  const { text, regex, matchCase } = filter;
  const hasFacets = facetTest(filter.facets);
  if (text === "") return { test: hasFacets, pattern: undefined, problem: undefined };
  const source = regex ? text : escape(text);
  try {
    const pattern = new RegExp(source, matchCase ? "g" : "gi");
    const choices = regex ? countChoices(pattern) : 0;
    if (choices > MAX_CHOICES) return { error: choices === Infinity ? AMBIGUOUS : TOO_MANY };
    // Plain text is matched by an expression too: twice as fast as converting messages to lower case.
    const bounded = boundedTest(new RegExp(source, matchCase ? "" : "i"));
    return {
      test: (line) => hasFacets(line) && bounded.test(shownText(line)),
      pattern,
      get problem() {
        return bounded.tooSlow ? TOO_SLOW : undefined;
      },
    };
  } catch (error) {
    return { error: explain(error) };
  }
}

function facetTest(selection: FacetSelection): (line: Line) => boolean {
  const restricted = FACET_NAMES.flatMap((facet) => {
    const values = selection[facet];
    return values !== undefined && values.size > 0 ? [{ facet, values }] : [];
  });
  return (line) => restricted.every(({ facet, values }) => values.has(facetValue(line, facet)));
}

/** The source of a regular expression that matches exactly `text`. */
function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** The engine's reason, without its prefix `Invalid regular expression: /(/i: `. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.slice(message.lastIndexOf(": ") + 2);
  return `Not a valid regular expression yet: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
}
