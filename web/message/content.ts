/**
 * How much of a message is shown: the beginning while collapsed, nearly all of it when expanded.
 *
 * @module
 */
import { parseLogLine } from "../../lib/log_line/log_line.ts";
import { parseLogfmt } from "../../lib/log_line/parse_logfmt.ts";
import type { Line } from "../rows/row.ts";
import { parseAnsi, plainSpan, plainText, type Span } from "./ansi.ts";
import {
  decodeStrings,
  isJson,
  type JsonNode,
  jsonSpans,
  jsonTree,
  MAX_JSON_LENGTH,
} from "./json.ts";
import { shownFields } from "./shown_text.ts";

/** The part of a message that is shown. */
export interface Content {
  readonly spans: readonly Span[];
  /** Number of characters that are not shown. */
  readonly hidden: number;
}

/**
 * Limits of a collapsed and of an expanded message: a megabyte must neither fill the view nor
 * block the page.
 */
const COLLAPSED = { length: 2000, lines: 20 };
const EXPANDED = { length: 131_072, lines: 5000 };

const NO_NAMES: ReadonlySet<string> = new Set();

/** Results are kept per line, since rows are drawn again in every frame, and per set of omitted fields. */
const collapsed = new WeakMap<ReadonlySet<string>, WeakMap<Line, Content>>();
const expanded = new WeakMap<Line, Content>();
const json = new WeakMap<Line, { readonly text: string | undefined }>();

/** Whether the line can be expanded: its message is longer than shown, or it has a JSON tree. */
export function canExpand(line: Line): boolean {
  return jsonOf(line) !== undefined || contentOf(line, false).hidden > 0;
}

/** Whether all of the message is shown when expanded. */
export function fits({ message }: Line): boolean {
  return message.length <= EXPANDED.length;
}

/**
 * The part of the message that is shown as text, followed by the line's other fields unless a tree shows them.
 *
 * @param omitted The names of fields that are columns; left out unless expanded.
 */
export function contentOf(line: Line, isExpanded: boolean, omitted = NO_NAMES): Content {
  const cache = isExpanded
    ? expanded
    : cached(collapsed, omitted, () => new WeakMap<Line, Content>());
  return cached(cache, line, () => {
    if (line.more !== undefined && !isExpanded) return summary(line);
    const shown = beginning(line.message, isExpanded ? EXPANDED : COLLAPSED);
    const hidden = line.message.length - shown.length;
    const isJsonText = !line.isStructured && jsonOf(line) !== undefined && beginsAsJson(shown);
    const spans = isJsonText ? jsonSpans(decodeStrings(plainText(shown))) : parseAnsi(shown);
    return {
      spans: hidden > 0 || (isExpanded && jsonOf(line) !== undefined)
        ? spans
        : [...spans, ...fieldSpans(line, isExpanded ? NO_NAMES : omitted)],
      hidden,
    };
  });
}

/** The first line of an entry of several, and what went wrong, unless the first line says it. */
function summary({ message, reason }: Line): Content {
  const first = beginning(message, { ...COLLAPSED, lines: 1 });
  const hidden = message.length - first.length;
  if (reason === undefined) return { spans: parseAnsi(first), hidden };
  if (UNTELLING.test(plainText(first))) return { spans: parseAnsi(reason), hidden };
  return { spans: [...parseAnsi(first), plainSpan(" "), ...parseAnsi(reason)], hidden };
}

/** First lines that do not say what went wrong: `Traceback (most recent call last):`, `/app/shop.js:12`. */
const UNTELLING = /^[\s|+]*(?:Exception Group )?Traceback \(|^\S+:\d+$/;

function fieldSpans(line: Line, omitted: ReadonlySet<string>): Span[] {
  const shown = shownFields(line).filter(({ name }) => !omitted.has(name.slice(0, -1)));
  return shown.flatMap(({ name, value }) => [
    plainSpan(" "),
    { text: name, className: "field-name", css: "" },
    { text: value, className: "field", css: "" },
  ]);
}

/** The tree of a line's JSON; `undefined` if there is none, or if it is too large for a tree. */
export function treeOf(line: Line): JsonNode | undefined {
  const text = jsonOf(line);
  return text === undefined ? undefined : jsonTree(text);
}

/** The app's line if it is JSON or logfmt; otherwise the envelope of a log collector other than Fly's. */
function jsonOf(line: Line): string | undefined {
  return cached(json, line, () => ({ text: findJson(line) })).text;
}

function findJson({ message, payload, envelope, isStructured }: Line): string | undefined {
  if (payload.length > 2 * MAX_JSON_LENGTH) return undefined;
  const text = plainText(isStructured ? parseLogLine(payload).text : message);
  const pairs = isStructured && !beginsAsJson(text) ? parseLogfmt(text) : undefined;
  if (pairs !== undefined) return JSON.stringify(Object.fromEntries(pairs));
  if (text.length <= MAX_JSON_LENGTH && beginsAsJson(text) && isJson(text)) return text;
  return envelope !== "" && envelope !== "fly" && isJson(payload) ? payload : undefined;
}

/** A quick check, so that most messages are not parsed. */
function beginsAsJson(text: string): boolean {
  return /^\s*[{[]/.test(plainText(text.slice(0, 256)));
}

/** The beginning of a text, cut between characters, or after a line if there are too many lines. */
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
  const isHighSurrogate = /[\ud800-\udbff]/.test(text[max - 1]!);
  return isHighSurrogate ? max - 1 : max;
}

function cached<K extends WeakKey, T>(cache: WeakMap<K, T>, key: K, compute: () => T): T {
  let result = cache.get(key);
  if (result === undefined) cache.set(key, result = compute());
  return result;
}
