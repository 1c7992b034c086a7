/**
 * Which lines are shown.
 *
 * @module
 */
import { countChoices } from "./ambiguous_repeat.ts";
import { plainText } from "../message/ansi.ts";
import { boundedTest } from "./bounded_match.ts";
import type { Line } from "../rows/row.ts";

/** What a line must have to be shown; an empty text, or set, asks for nothing. */
export interface Filter {
  /** Is in the message; or, with `regex`, fits it. */
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  readonly levels: ReadonlySet<string>;
  readonly regions: ReadonlySet<string>;
  readonly machines: ReadonlySet<string>;
  readonly providers: ReadonlySet<string>;
}

/** The filter that every line passes. */
export const EVERYTHING: Filter = {
  text: "",
  regex: false,
  matchCase: false,
  levels: new Set(),
  regions: new Set(),
  machines: new Set(),
  providers: new Set(),
};

/** A filter at work. */
export interface Matcher {
  test(line: Line): boolean;
  /** Finds what the text asks for, to highlight it; with the global flag. */
  readonly pattern: RegExp | undefined;
  /** Why no line passes any more, where a match has taken too long; for who wrote the filter. */
  readonly problem: string | undefined;
}

/** Why a filter is none, in words for who is still writing it. */
export interface FilterError {
  readonly error: string;
}

const AMBIGUOUS = "This expression could take forever: it repeats what can itself repeat.";
const TOO_MANY = "This expression has too many repeats and alternatives.";
const TOO_SLOW = "This expression takes too long on these lines: try one with fewer repeats.";

/** With more, even a short line could take seconds. */
const MOST_CHOICES = 30;

/** Makes `filter` ready to test lines. */
export function compile(filter: Filter): Matcher | FilterError {
  const { text, regex, matchCase } = filter;
  const accepts = setTest(filter);
  if (text === "") return { test: accepts, pattern: undefined, problem: undefined };
  const source = regex ? text : escape(text);
  try {
    const pattern = new RegExp(source, matchCase ? "g" : "gi");
    const choices = regex ? countChoices(pattern) : 0;
    if (choices > MOST_CHOICES) return { error: choices === Infinity ? AMBIGUOUS : TOO_MANY };
    // Also for plain text: twice as fast as to turn each message into lower case.
    const bounded = boundedTest(new RegExp(source, matchCase ? "" : "i"));
    return {
      test: (line) => accepts(line) && bounded.test(plainText(line.message)),
      pattern,
      get problem() {
        return bounded.tooSlow ? TOO_SLOW : undefined;
      },
    };
  } catch (error) {
    return { error: explain(error) };
  }
}

function setTest({ levels, regions, machines, providers }: Filter): (line: Line) => boolean {
  const wanted = [
    [levels, "level"],
    [regions, "region"],
    [machines, "machine"],
    [providers, "provider"],
  ] as const;
  const asked = wanted.filter(([values]) => values.size > 0);
  return (line) => asked.every(([values, fact]) => values.has(line[fact]));
}

/** A regular expression that fits `text` alone. */
function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** The engine's reason, without what goes before it: `Invalid regular expression: /(/i: …`. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.slice(message.lastIndexOf(": ") + 2);
  return `Not a regular expression yet: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
}
