/**
 * JSON as it was written: its tokens told apart, and its tree. Numbers keep their digits and
 * objects the order and the doubles of their keys, which a parsed value would lose.
 *
 * @module
 */
import { plainSpan, type Span } from "./ansi.ts";

/** A value in a JSON text. */
export interface JsonNode {
  /** The key as it was written, with its quotes; `undefined` in an array and at the top. */
  readonly key: string | undefined;
  /** What a scalar is written as; what opens an object or array. */
  readonly text: string;
  /** What an object or array holds; `undefined` for a scalar. */
  readonly children: JsonNode[] | undefined;
}

/** Longer JSON is shown as text alone, unread. */
export const LONGEST_JSON = 131_072;
/** Each token is an element, and each node some four: beyond these they stay plain text. */
const MOST_TOKENS = 2000;
const MOST_NODES = 1000;
const DEEPEST = 32;

/** Strings, with the colon that makes them keys; punctuation; other words; white space. */
const TOKEN = /("[^"\\]*(?:\\[^][^"\\]*)*"?)(\s*:)?|([{}[\],:])|([^\s"{}[\],:]+)|\s+/g;

/** Whether a text is a JSON object or array. */
export function isJson(text: string): boolean {
  const ends = text.trim().replace(/^(.)[^]*(.)$/, "$1$2");
  if (text.length > LONGEST_JSON || (ends !== "{}" && ends !== "[]")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The tokens of JSON, or of the beginning of it. Their text is the text. */
export function jsonSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const [token, string, colon, punctuation, word] of text.matchAll(TOKEN)) {
    if (spans.length >= MOST_TOKENS) {
      const shown = spans.reduce((length, span) => length + span.text.length, 0);
      return [...spans, plainSpan(text.slice(shown))];
    }
    if (colon !== undefined) spans.push(span(string!, "key"), span(colon, "punctuation"));
    else if (string !== undefined) spans.push(span(string, "string"));
    else if (punctuation !== undefined) spans.push(span(punctuation, "punctuation"));
    else spans.push(span(token, word === undefined ? "" : scalarClass(word)));
  }
  return spans;
}

/** The class of a scalar as it was written. */
export function scalarClass(text: string): string {
  if (text.startsWith('"')) return "string";
  return /^[-\d]/.test(text) ? "number" : "word";
}

/** The tree of a text that {@linkcode isJson}; `undefined` where it is too much to show as a tree. */
export function jsonTree(text: string): JsonNode | undefined {
  const top: JsonNode[] = [];
  const open: JsonNode[][] = [top];
  let nodes = 0;
  let key: string | undefined;
  for (const [token, string, colon, punctuation, word] of text.matchAll(TOKEN)) {
    if (colon !== undefined) key = string;
    else if (token === "}" || token === "]") open.pop();
    else if (punctuation === undefined ? (string ?? word) !== undefined : /[{[]/.test(token)) {
      const children = punctuation === undefined ? undefined : [];
      open.at(-1)!.push({ key, text: token, children });
      key = undefined;
      if (children !== undefined) open.push(children);
      if (++nodes > MOST_NODES || open.length > DEEPEST) return undefined;
    }
  }
  return top[0];
}

function span(text: string, className: string): Span {
  return { text, className, css: "" };
}
