/**
 * Completes names and values in a query.
 *
 * @module
 */
import { FACET_NAMES } from "../rows/facets.ts";
import { writtenName, writtenValue } from "./edit_query.ts";

/** The names and values that lines have had. */
export interface SeenFields {
  /** Names of fields, facets first. */
  names(): Iterable<string>;
  /** Values of a field, the most frequent ones first. */
  values(name: string): Iterable<string>;
}

/** What the part of a query before the caret may become. */
export interface Completion {
  /** Position of the part that is replaced, up to the caret. */
  readonly start: number;
  readonly end: number;
  readonly suggestions: readonly Suggestion[];
}

export interface Suggestion {
  readonly text: string;
  /** Whether it is a name, after which a value has to be typed. */
  readonly isName: boolean;
}

const MAX_SUGGESTIONS = 8;
/** Maximum number of names or values that are looked through. */
const MAX_CONSIDERED = 2000;

/** The word before the caret: a name, or a condition with the values before the last comma, and that value. */
const PART =
  /(?:^|[\s(])-?(?:([\p{L}_@$][\p{L}\p{N}_.@$/[\]-]*)(?:(?::|!?=)(?:[^\s()"]*,)?([^\s()",]*))?)$/u;

/**
 * Completes the word before the caret; `undefined` if nothing is known that it could become.
 *
 * @example
 * ```ts
 * complete("timeout level:e", 15, seen); // suggests "error" from 14 to 15
 * ```
 */
export function complete(text: string, caret: number, seen: SeenFields): Completion | undefined {
  const before = text.slice(0, caret);
  const isInWord = /^[^\s)]/.test(text.slice(caret));
  const isInQuotes = (before.replace(/\\./g, "").split('"').length - 1) % 2 === 1;
  if (isInWord || isInQuotes) return undefined;
  const [, name, value] = PART.exec(before) ?? [];
  if (name === undefined) return undefined;
  const part = value ?? name;
  const suggestions = value === undefined ? words(name, seen) : valuesOf(name, value, seen);
  if (suggestions.length === 0) return undefined;
  return { start: caret - part.length, end: caret, suggestions };
}

/** The query with a suggestion in it, and the new position of the caret. */
export function completed(
  text: string,
  { start, end }: Completion,
  { text: inserted, isName }: Suggestion,
): { readonly text: string; readonly caret: number } {
  const after = text.slice(end);
  const space = isName || /^[\s)]/.test(after) ? "" : " ";
  const before = text.slice(0, start) + inserted + space;
  return { text: before + after, caret: before.length };
}

/** Names, and the values of facets, that begin with a word. */
function words(word: string, seen: SeenFields): Suggestion[] {
  const names = matching(seen.names(), word).map((name) => `${writtenName(name)}:`);
  const values = word.length < 2 ? [] : FACET_NAMES.flatMap((column) => {
    const begin = matching(seen.values(column), word).filter((value) => beginsWith(value, word));
    return begin.map((value) => `${column}:${writtenValue(value)}`);
  });
  const suggestions = [
    ...names.map((text) => ({ text, isName: true })),
    ...values.map((text) => ({ text, isName: false })),
  ];
  return suggestions.slice(0, MAX_SUGGESTIONS);
}

function valuesOf(name: string, value: string, seen: SeenFields): Suggestion[] {
  const values = matching(seen.values(name), value);
  if (values.length === 1 && values[0] === value) return [];
  return values.slice(0, MAX_SUGGESTIONS)
    .map((text) => ({ text: writtenValue(text), isName: false }));
}

/** The texts that contain `part`; those that begin with it come first. */
function matching(texts: Iterable<string>, part: string): string[] {
  const first: string[] = [];
  const others: string[] = [];
  let considered = 0;
  for (const text of texts) {
    if (++considered > MAX_CONSIDERED) break;
    if (beginsWith(text, part)) first.push(text);
    else if (part.length > 1 && text.toLowerCase().includes(part.toLowerCase())) others.push(text);
  }
  return [...first, ...others];
}

function beginsWith(text: string, part: string): boolean {
  return text.slice(0, part.length).toLowerCase() === part.toLowerCase();
}
