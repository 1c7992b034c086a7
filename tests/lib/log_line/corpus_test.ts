/**
 * Compares the parser with a corpus of lines that real loggers, servers and collectors print.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import { assert, assertEquals } from "@std/assert";
import { type LogLine, parseLogLine } from "../../../lib/log_line/log_line.ts";

/** `corpus/NAME.json`: the output of one logger or collector. */
interface Source {
  /**
   * How the lines were made: by a run of the named version, with host names, paths and ids replaced,
   * or by hand after a documented layout. Most loggers also have one line in an envelope of Fly's.
   */
  readonly source: string;
  readonly lines: readonly CorpusLine[];
}

interface CorpusLine {
  readonly payload: string;
  /** Only the given keys are compared. `time` is in RFC 3339, or null if the line has none. */
  readonly expected: Partial<Omit<LogLine, "time">> & { readonly time?: string | null };
}

/** Digits finer than a millisecond may be rounded or cut off. */
const TIME_TOLERANCE_MS = 1;

const CORPUS = new URL("corpus/", import.meta.url);

let correct = 0;
let total = 0;
let sources = 0;

for (const name of [...Deno.readDirSync(CORPUS)].map((entry) => entry.name).sort()) {
  const { lines }: Source = JSON.parse(Deno.readTextFileSync(new URL(name, CORPUS)));
  Deno.test(`parseLogLine() reads the lines of ${name}`, () => {
    const mismatches = lines.map(describeMismatch).filter((mismatch) => mismatch !== undefined);
    sources++;
    total += lines.length;
    correct += lines.length - mismatches.length;
    assert(
      mismatches.length === 0,
      `${mismatches.length} of ${lines.length} lines are misread:\n${mismatches.join("\n")}`,
    );
  });
}

Deno.test("parseLogLine() reads the whole corpus", () => {
  console.log(`${correct} of ${total} lines of ${sources} sources are read correctly`);
  assertEquals(correct, total);
});

/** The payload and each key that differs from what is expected, or undefined if none does. */
function describeMismatch({ payload, expected }: CorpusLine): string | undefined {
  let actual: LogLine;
  try {
    actual = parseLogLine(payload);
  } catch (error) {
    return `${payload}\n    throws ${error}`;
  }
  const differences: string[] = [];
  for (const [key, value] of Object.entries(expected)) {
    const found = actual[key as keyof LogLine];
    if (key === "time" ? isSameTime(actual.time, value) : isSame(found, value)) continue;
    const got = key === "time" ? iso(actual.time) : JSON.stringify(found);
    differences.push(`    ${key}: expected ${JSON.stringify(value)}, got ${got}`);
  }
  return differences.length === 0 ? undefined : [payload, ...differences].join("\n");
}

function isSame(actual: unknown, expected: unknown): boolean {
  // A clone has the usual prototype, whatever the parser's objects have.
  return isDeepStrictEqual(structuredClone(actual), expected);
}

function isSameTime(actual: number | undefined, expected: unknown): boolean {
  if (actual === undefined || expected === null) return actual === undefined && expected === null;
  return Math.abs(actual - Date.parse(expected as string)) <= TIME_TOLERANCE_MS;
}

function iso(time: number | undefined): string {
  return JSON.stringify(time === undefined ? null : new Date(time));
}
