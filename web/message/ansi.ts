/**
 * Terminal escape sequences: text with styles out of a message; whatever else a sequence wants of a
 * terminal vanishes.
 *
 * `@ansi-tools/parser` finds the sequences: it knows all of their kinds, gives tokens rather than
 * HTML, and takes linear time whatever comes (1 MB of the worst: 0.8 s; `ansi-sequence-parser`
 * does not end on one sequence of 1 MB, `anser` and `ansicolor` leave OSC sequences in the text).
 *
 * @module
 */
import { type CODE, parse } from "@ansi-tools/parser";
import { applySgr, type Pen, PLAIN_PEN, styleOf } from "./sgr.ts";

/** A piece of text in one style. */
export interface Span {
  readonly text: string;
  /** Names of classes in the row's style sheet, `""` for plain text. */
  readonly className: string;
  /** Declarations for what no class can say: a colour out of millions. */
  readonly css: string;
}

/** What begins a sequence: ESC, or the 8-bit controls DCS, SOS, CSI, OSC, PM and APC. */
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const INTRODUCER = /[\x1b\x90\x98\x9b\x9d-\x9f]/;

/** Each span is an element: what a flood of colours has beyond these stays plain. */
const MOST_SPANS = 2000;

/** The message's text in its styles. */
export function parseAnsi(message: string): Span[] {
  if (!INTRODUCER.test(message)) return message === "" ? [] : [plainSpan(message)];
  const spans: Span[] = [];
  let pen: Pen = PLAIN_PEN;
  let rest = "";
  for (const code of parse(message)) {
    const text = textOf(code);
    if (spans.length === MOST_SPANS) rest += text;
    else if (isSgr(code)) pen = applySgr(groupsOf(code), pen);
    else if (text !== "") spans.push({ text, ...styleOf(pen) });
  }
  return rest === "" ? spans : [...spans, plainSpan(rest)];
}

/** The message without its escape sequences: what is seen of it, and searched in. */
export function plainText(message: string): string {
  if (!INTRODUCER.test(message)) return message;
  // A filter asks this of 100,000 lines, and nearly all sequences are CSI: 0.3 µs a line, not over 1.
  const text = message.replaceAll(CSI, "");
  return INTRODUCER.test(text) ? parse(message).map(textOf).join("") : text;
}

// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CSI = /\x1b\[[\x20-\x3f]*[\x40-\x7e]/g;

/** Text in no style. */
export function plainSpan(text: string): Span {
  return { text, className: "", css: "" };
}

type Sgr = Extract<CODE, { params: string[] }>;

/** The parameters, each with what colons join to it. */
function groupsOf({ params, parameterGroups }: Sgr): string[][] {
  return parameterGroups ?? params.map((one) => [one]);
}

function isSgr(code: CODE): code is Sgr {
  return code.type === "CSI" && code.command === "m" && isWellFormed(code.raw);
}

/**
 * The parser lets a broken sequence run on, over line breaks and words, to whatever could end it.
 * No log line loses words that way: of a broken sequence only its introducer goes.
 */
function textOf(code: CODE): string {
  if (code.type === "TEXT") return code.raw;
  return isWellFormed(code.raw) ? "" : code.raw.replace(SEQUENCE_START, "");
}

// deno-lint-ignore no-control-regex -- control characters are what it looks for
const SEQUENCE_START = /^(?:\x1b\0*[[\]PX^_]?|[\x90-\x9f])/;

const WELL_FORMED = [
  // CSI: parameters, then a final letter, where the message did not end before it.
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  /^(?:\x1b\0*\[|\x9b)[\x20-\x3f\0]*[\x40-\x7e]?$/,
  // OSC, DCS, SOS, PM, APC: any text, and its terminator.
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  /^(?:\x1b\0*[\]PX^_]|[\x90\x98\x9d-\x9f])[^]*(?:\x07|\x1b\\|\x9c)$/,
  // What has no more than ESC, intermediate characters and one final character.
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  /^\x1b[\x20-\x2f\0]*[\x30-\x4f\x51-\x57\x59\x5a\x5c\x60-\x7e]?$/,
];

function isWellFormed(sequence: string): boolean {
  return WELL_FORMED.some((form) => form.test(sequence));
}
