// deno-lint-ignore-file no-control-regex -- matches control characters on purpose
/**
 * Parses terminal escape sequences (ECMA-48) into styled text; sequences other than styles are removed. Takes linear
 * time for any input.
 *
 * @module
 */
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
  const spans: Span[] = [];
  let style: TextStyle = PLAIN_STYLE;
  let rest = "";
  let at = 0;
  const add = (to: number) => {
    const text = message.slice(at, to);
    if (spans.length === MAX_SPANS) rest += text;
    else if (text !== "") spans.push({ text, ...styleOf(style) });
  };
  for (const { 0: sequence, 1: parameters = "", 2: final, index } of message.matchAll(SEQUENCES)) {
    add(index);
    at = index + sequence.length;
    if (final === "m" && spans.length < MAX_SPANS && SGR_PARAMETERS.test(parameters)) {
      style = applySgr(parameters.split(";").map((group) => group.split(":")), style);
    }
  }
  add(message.length);
  return rest === "" ? spans : [...spans, plainSpan(rest)];
}

/** The message without escape sequences: the text that is shown and searched. */
export function plainText(message: string): string {
  return INTRODUCER.test(message) ? message.replaceAll(SEQUENCES, "") : message;
}

/**
 * The sequences, and what is removed of those that are malformed or cut off by others: only the start, so that no
 * words are lost. No part can contain the start of another sequence, which is why the time is linear.
 */
const SEQUENCES = new RegExp(
  [
    // CSI: parameters, then a final letter, unless the message is cut off.
    /(?:\x1b\0*\[|\x9b)([ -?\0]*)([@-~]|$)/,
    // OSC, DCS, SOS, PM, APC: any text and a terminator.
    /(?:\x1b\0*[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x18\x1a\x1b\x90\x98\x9b-\x9f]*(?:\x07|\x1b\\|\x9c)/,
    // ESC, intermediate characters and one final character, unless the message is cut off.
    /\x1b[ -/\0]*(?:[0-OQ-WYZ\\`-~]|$)/,
    /\x1b\0*[[\]PX^_]?|[\x90\x98\x9b\x9d-\x9f]/,
  ].map(({ source }) => source).join("|"),
  "g",
);
const SGR_PARAMETERS = /^[\d;:]*$/;

/** A span of plain text. */
export function plainSpan(text: string): Span {
  return { text, className: "", css: "" };
}
