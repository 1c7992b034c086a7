/**
 * What of a message is shown: the beginning of it while it is folded, nearly all of it when it is not.
 *
 * @module
 */
import { parseAnsi, plainText, type Span } from "./ansi.ts";
import { isJson, type JsonNode, jsonSpans, jsonTree, LONGEST_JSON } from "./json.ts";
import type { Line } from "../rows/row.ts";

/** A message, in part or whole. */
export interface Content {
  readonly spans: readonly Span[];
  /** Characters that are not shown. */
  readonly hidden: number;
}

/**
 * How much is shown of a message that is folded, and of one that is not: a message of a megabyte must
 * neither fill the view unasked nor hold up the page when asked for.
 */
const FOLDED = { length: 2000, lines: 20 };
const UNFOLDED = { length: 131_072, lines: 5000 };

/** Rows are drawn anew in each frame: what a message holds is found once. */
const folded = new WeakMap<Line, Content>();
const unfolded = new WeakMap<Line, Content>();
const json = new WeakMap<Line, boolean>();

/** Whether there is more to the message than is shown of it at first. */
export function canUnfold(line: Line): boolean {
  return isJsonMessage(line) || contentOf(line, false).hidden > 0;
}

/** Whether all of the message is shown once it is folded out. */
export function fits({ message }: Line): boolean {
  return message.length <= UNFOLDED.length;
}

/** What is shown of the message as text. */
export function contentOf(line: Line, isUnfolded: boolean): Content {
  return remembered(isUnfolded ? unfolded : folded, line, () => {
    const shown = beginning(line.message, isUnfolded ? UNFOLDED : FOLDED);
    const hidden = line.message.length - shown.length;
    return { spans: isJsonMessage(line) ? jsonSpans(plainText(shown)) : parseAnsi(shown), hidden };
  });
}

/** The tree of a JSON message; `undefined` where it is none, or too much for a tree. */
export function treeOf(line: Line): JsonNode | undefined {
  return isJsonMessage(line) ? jsonTree(plainText(line.message)) : undefined;
}

function isJsonMessage(line: Line): boolean {
  const { message } = line;
  if (message.length > LONGEST_JSON) return false;
  return remembered(json, line, () => beginsAsJson(message) && isJson(plainText(message)));
}

/** Spares most messages the search for their escape sequences. */
function beginsAsJson(message: string): boolean {
  return /^\s*[{[]/.test(plainText(message.slice(0, 256)));
}

/** The beginning of a text, cut at the end of a line where that is, and never within a character. */
function beginning(text: string, most: { length: number; lines: number }): string {
  const end = characterEnd(text, most.length);
  let line = -1;
  for (let lines = 0; lines < most.lines; lines++) {
    line = text.indexOf("\n", line + 1);
    if (line === -1 || line >= end) return text.slice(0, end);
  }
  // A line break at the very end of the message hides nothing.
  return line === text.length - 1 ? text : text.slice(0, line);
}

function characterEnd(text: string, most: number): number {
  if (text.length <= most) return text.length;
  const last = text.charCodeAt(most - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return isHighSurrogate ? most - 1 : most;
}

function remembered<T>(memory: WeakMap<Line, T>, line: Line, find: () => T): T {
  let found = memory.get(line);
  if (found === undefined) memory.set(line, found = find());
  return found;
}
