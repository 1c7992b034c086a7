// deno-lint-ignore-file no-control-regex -- matches control characters on purpose
/**
 * Parses terminal escape sequences into styled text; sequences other than styles are removed.
 *
 * `@ansi-tools/parser` finds the sequences: it knows all kinds, returns tokens rather than HTML, and takes
 * linear time for any input (0.8 s for 1 MB in the worst case). `ansi-sequence-parser` hangs on a sequence of
 * 1 MB; `anser` and `ansicolor` leave OSC sequences in the text.
 *
 * @module
 */
import { type CODE, parse } from "@ansi-tools/parser";
import { applySgr, PLAIN_STYLE, styleOf, type TextStyle } from "./sgr.ts";

/** Text in one style. */
export interface Span {
  readonly text: string;
  /** Classes of the row's style sheet; `""` for plain text. */
  readonly className: string;
  /** CSS declarations for what no class covers, such as a 24-bit color. */
  readonly css: string;
}

/** The start of a sequence: ESC, or one of the 8-bit controls DCS, SOS, CSI, OSC, PM and APC. */
const INTRODUCER = /[\x1b\x90\x98\x9b\x9d-\x9f]/;

/** Maximum number of styled spans, each of which is an element; the rest of the text is plain. */
const MAX_SPANS = 2000;

/**
 * Splits a message into spans.
 *
 * @example
 * ```ts
 * parseAnsi("disk \x1b[31mfull\x1b[0m"); // "disk ", and "full" with the class "ansi-1"
 * ```
 */
export function parseAnsi(message: string): Span[] {
  if (!INTRODUCER.test(message)) return message === "" ? [] : [plainSpan(message)];
  const spans: Span[] = [];
  let style: TextStyle = PLAIN_STYLE;
  let rest = "";
  for (const code of parse(message)) {
    const text = textOf(code);
    if (spans.length === MAX_SPANS) rest += text;
    else if (isSgr(code)) {
      style = applySgr(code.parameterGroups ?? code.params.map((one) => [one]), style);
    } else if (text !== "") spans.push({ text, ...styleOf(style) });
  }
  return rest === "" ? spans : [...spans, plainSpan(rest)];
}

/** The message without escape sequences: the text that is shown and searched. */
export function plainText(message: string): string {
  if (!INTRODUCER.test(message)) return message;
  // Filters call this for 100,000 lines. Nearly all sequences are CSI, and removing
  // these first takes 0.3 µs per line rather than 1.
  const text = message.replaceAll(CSI, "");
  return INTRODUCER.test(text) ? parse(message).map(textOf).join("") : text;
}

const CSI = /\x1b\[[\x20-\x3f]*[\x40-\x7e]/g;

/** A span of plain text. */
export function plainSpan(text: string): Span {
  return { text, className: "", css: "" };
}

function isSgr(code: CODE): code is Extract<CODE, { params: string[] }> {
  return code.type === "CSI" && code.command === "m" && isWellFormed(code.raw);
}

/**
 * The text of a token. The parser extends a malformed sequence across words and line breaks to whatever could
 * end it; only its introducer is removed, so that no words are lost.
 */
function textOf(code: CODE): string {
  if (code.type === "TEXT") return code.raw;
  return isWellFormed(code.raw) ? "" : code.raw.replace(SEQUENCE_START, "");
}

const SEQUENCE_START = /^(?:\x1b\0*[[\]PX^_]?|[\x90-\x9f])/;

const WELL_FORMED = [
  // CSI: parameters, then a final letter, unless the message is cut off.
  /^(?:\x1b\0*\[|\x9b)[\x20-\x3f\0]*[\x40-\x7e]?$/,
  // OSC, DCS, SOS, PM, APC: any text and a terminator.
  /^(?:\x1b\0*[\]PX^_]|[\x90\x98\x9d-\x9f])[^]*(?:\x07|\x1b\\|\x9c)$/,
  // ESC, intermediate characters and one final character.
  /^\x1b[\x20-\x2f\0]*[\x30-\x4f\x51-\x57\x59\x5a\x5c\x60-\x7e]?$/,
];

function isWellFormed(sequence: string): boolean {
  return WELL_FORMED.some((form) => form.test(sequence));
}
