/**
 * Compiles a query into a test of lines.
 *
 * @module
 */
import { isFacet } from "../rows/facets.ts";
import type { Line } from "../rows/row.ts";
import { countChoices } from "../search/backtracking.ts";
import { type BoundedTest, boundedTest } from "../search/bounded_match.ts";
import type { Text } from "../texts/texts.ts";
import { t } from "../texts/translate.ts";
import { Candidate } from "./candidate.ts";
import { type CompileRegex, conditionTest, isInColumns, type Test } from "./conditions.ts";
import { literalSource, tolerantSource } from "./literal_source.ts";
import { parseQuery } from "./parse_query.ts";
import { InvalidQuery, type Node, type QueryError, resultOf, textsOf } from "./query.ts";

/** A compiled query. */
export interface Matcher {
  test(line: Line): boolean;
  /** Matches the text to highlight; has the flag `g`. */
  readonly pattern: RegExp | undefined;
  /** Why no line matches anymore after an expression has taken too long; shown to the user. */
  readonly problem: string | undefined;
}

/** Every line matches. */
export const EVERYTHING: Matcher = { test: () => true, pattern: undefined, problem: undefined };

const AMBIGUOUS: Text =
  "This expression could take forever: it repeats a group that itself repeats.";
const TOO_MANY: Text = "This expression has too many repeats and alternatives.";
const TOO_SLOW: Text = "This expression takes too long on these lines: try one with fewer repeats.";

/** With more choices, even a short line could take seconds. */
const MAX_CHOICES = 30;
/** Maximum number of parts that are highlighted. */
const MAX_HIGHLIGHTED = 50;

/**
 * Compiles a query, as described in `parse_query.ts`; `""` matches every line.
 *
 * @example
 * ```ts
 * const query = compileQuery("status>=500 -healthz");
 * if (!("error" in query)) query.test(line);
 * ```
 */
export function compileQuery(text: string): Matcher | QueryError {
  const parsed = parseQuery(text);
  if ("error" in parsed) return parsed;
  const { node } = parsed;
  if (node === undefined) return EVERYTHING;
  const regexes: BoundedTest[] = [];
  return resultOf(() => {
    const test = compile(node, (source, flags) => {
      const bounded = boundedTest(regexOf(source, flags));
      regexes.push(bounded);
      return (text) => bounded.test(text);
    });
    return {
      test: (line) => test(new Candidate(line)),
      pattern: highlightPattern(node),
      get problem() {
        return regexes.some(({ tooSlow }) => tooSlow) ? t(TOO_SLOW) : undefined;
      },
    };
  });
}

function compile(node: Node, compileRegex: CompileRegex): Test {
  switch (node.kind) {
    case "and":
    case "or": {
      // Columns are compared first, then text, and then fields, which have to be parsed.
      const children = node.children.toSorted((a, b) => cost(a) - cost(b));
      const tests = children.map((child) => compile(child, compileRegex));
      return node.kind === "and"
        ? (candidate) => tests.every((test) => test(candidate))
        : (candidate) => tests.some((test) => test(candidate));
    }
    case "not": {
      const test = compile(node.child, compileRegex);
      return (candidate) => !test(candidate);
    }
    case "text": {
      const pattern = new RegExp(literalSource(node.text), "i");
      return ({ text, line }) => pattern.test(text) || isInColumns(line, pattern);
    }
    case "regex": {
      const test = compileRegex(node.source, node.flags);
      return ({ text }) => test(text);
    }
    case "field":
      return conditionTest(node, compileRegex);
  }
}

/** An expression that is neither invalid nor too ambiguous. */
function regexOf(source: string, flags: string): RegExp {
  let pattern: RegExp;
  try {
    pattern = new RegExp(tolerantSource(source), flags);
  } catch (error) {
    throw new InvalidQuery("Not a valid regular expression yet: {reason}", {
      reason: explain(error),
    });
  }
  const choices = countChoices(pattern);
  if (choices > MAX_CHOICES) throw new InvalidQuery(choices === Infinity ? AMBIGUOUS : TOO_MANY);
  return pattern;
}

function cost(node: Node): number {
  if (node.kind === "not") return cost(node.child);
  if (node.kind === "and" || node.kind === "or") return Math.max(...node.children.map(cost));
  if (node.kind !== "field") return 1;
  return isFacet(node.name) && node.operator !== "=" ? 0 : 2;
}

/** Matches what the query looks for, except in conditions. Case matters only if it does in all parts. */
function highlightPattern(node: Node): RegExp | undefined {
  const parts = textsOf(node).slice(0, MAX_HIGHLIGHTED);
  if (parts.length === 0) return undefined;
  const source = parts.map((part) =>
    part.kind === "text" ? literalSource(part.text) : tolerantSource(part.source)
  );
  const all = parts.map((part) => part.kind === "text" ? "i" : part.flags);
  const flags = [...new Set(["g", ...all.join("")])].join("");
  try {
    return new RegExp(source.join("|"), flags);
  } catch {
    // Two expressions may name the same group.
    return new RegExp(source[0]!, flags);
  }
}

/** The engine's reason, without its prefix `Invalid regular expression: /(/i: `. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.slice(message.lastIndexOf(": ") + 2);
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}
