/**
 * Splits JSON into tokens or a tree, as written: numbers keep their digits, and objects the order of their
 * keys and duplicates, which `JSON.parse()` would lose.
 *
 * @module
 */
import { plainSpan, plainText, type Span } from "./ansi.ts";

/** A value in a JSON text. */
export interface JsonNode {
  /** The key as written, with its quotes; `undefined` in an array and at the top. */
  readonly key: string | undefined;
  /** A scalar as written, or the opening bracket. */
  readonly text: string;
  /** The entries of an object or array; `undefined` for a scalar. */
  readonly children: JsonNode[] | undefined;
}

/** Maximum number of characters; longer messages are not parsed as JSON. */
export const MAX_JSON_LENGTH = 131_072;
/** Maximum number of tokens, each of which is an element; the rest is plain text. */
const MAX_TOKENS = 2000;
/** Maximum size of a tree, in which each node takes about four elements; larger ones are shown as text. */
const MAX_NODES = 1000;
const MAX_DEPTH = 32;

/** Matches a string, with a colon if it is a key; punctuation; any other word; or white space. */
const TOKEN = /("[^"\\]*(?:\\[^][^"\\]*)*"?)(\s*:)?|([{}[\],:])|([^\s"{}[\],:]+)|\s+/g;

/** Whether a text is a valid JSON object or array. */
export function isJson(text: string): boolean {
  const ends = text.trim().replace(/^(.)[^]*(.)$/, "$1$2");
  if (text.length > MAX_JSON_LENGTH || (ends !== "{}" && ends !== "[]")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Decodes the escapes in the strings of a JSON text: `"caf\\u00e9"` becomes `"café"`. Line breaks and tabs stay
 * escaped, so that the text keeps its lines; terminal escape sequences are removed.
 */
export function decodeStrings(text: string): string {
  return text.replace(STRING, (string) => {
    if (!string.includes("\\")) return string;
    try {
      const decoded: string = plainText(JSON.parse(string));
      return `"${inLine(decoded)}"`;
    } catch {
      return string;
    }
  });
}

/** The text with its line breaks and tabs escaped. */
export function inLine(text: string): string {
  return text.replace(/[\n\r\t]/g, (character) => ESCAPES[character]!);
}

/** A string, or the beginning of one: searching for the end from every quote would take quadratic time. */
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"?/g;
const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Splits JSON, which may be cut off, into tokens. No character is lost. */
export function jsonSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const [token, string, colon, punctuation, word] of text.matchAll(TOKEN)) {
    if (spans.length >= MAX_TOKENS) {
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

/** The CSS class of a scalar as written. */
export function scalarClass(text: string): string {
  if (text.startsWith('"')) return "string";
  return /^[-\d]/.test(text) ? "number" : "word";
}

/** The tree of a text that passes {@linkcode isJson}; `undefined` if it is too large to show as a tree. */
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
      if (++nodes > MAX_NODES || open.length > MAX_DEPTH) return undefined;
    }
  }
  return top[0];
}

function span(text: string, className: string): Span {
  return { text, className, css: "" };
}
