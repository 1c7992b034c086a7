/**
 * How much of a message is shown: the beginning while collapsed, nearly all of it when expanded.
 *
 * @module
 */
import { parseAnsi, plainText, type Span } from "./ansi.ts";
import { isJson, type JsonNode, jsonSpans, jsonTree, MAX_JSON_LENGTH } from "./json.ts";
import type { Line } from "../rows/row.ts";

/** The part of a message that is shown. */
export interface Content {
  readonly spans: readonly Span[];
  /** Number of characters that are not shown. */
  readonly hidden: number;
}

/**
 * Limits of a collapsed and of an expanded message: a megabyte must not fill the view, nor block the page
 * when expanded.
 */
const COLLAPSED = { length: 2000, lines: 20 };
const EXPANDED = { length: 131_072, lines: 5000 };

/** Results per line, since rows are drawn again in every frame. */
const collapsed = new WeakMap<Line, Content>();
const expanded = new WeakMap<Line, Content>();
const json = new WeakMap<Line, boolean>();

/** Whether the message can be expanded: it is longer than shown, or JSON. */
export function canExpand(line: Line): boolean {
  return isJsonMessage(line) || contentOf(line, false).hidden > 0;
}

/** Whether all of the message is shown when expanded. */
export function fits({ message }: Line): boolean {
  return message.length <= EXPANDED.length;
}

/** The part of the message that is shown as text. */
export function contentOf(line: Line, isExpanded: boolean): Content {
  return cached(isExpanded ? expanded : collapsed, line, () => {
    const shown = beginning(line.message, isExpanded ? EXPANDED : COLLAPSED);
    const hidden = line.message.length - shown.length;
    return { spans: isJsonMessage(line) ? jsonSpans(plainText(shown)) : parseAnsi(shown), hidden };
  });
}

/** The tree of a JSON message; `undefined` if it is not JSON, or too large for a tree. */
export function treeOf(line: Line): JsonNode | undefined {
  return isJsonMessage(line) ? jsonTree(plainText(line.message)) : undefined;
}

function isJsonMessage(line: Line): boolean {
  const { message } = line;
  if (message.length > MAX_JSON_LENGTH) return false;
  return cached(json, line, () => beginsAsJson(message) && isJson(plainText(message)));
}

/** A quick check, so that most messages are not searched for escape sequences. */
function beginsAsJson(message: string): boolean {
  return /^\s*[{[]/.test(plainText(message.slice(0, 256)));
}

/** The beginning of a text, cut between characters, and at the end of a line if there are too many. */
function beginning(text: string, limit: { length: number; lines: number }): string {
  const end = characterEnd(text, limit.length);
  let line = -1;
  for (let lines = 0; lines < limit.lines; lines++) {
    line = text.indexOf("\n", line + 1);
    if (line === -1 || line >= end) return text.slice(0, end);
  }
  // A line break at the end of the message hides nothing.
  return line === text.length - 1 ? text : text.slice(0, line);
}

function characterEnd(text: string, max: number): number {
  if (text.length <= max) return text.length;
  const last = text.charCodeAt(max - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return isHighSurrogate ? max - 1 : max;
}

function cached<T>(cache: WeakMap<Line, T>, line: Line, compute: () => T): T {
  let result = cache.get(line);
  if (result === undefined) cache.set(line, result = compute());
  return result;
}
