import { assert, assertEquals } from "@std/assert";
import { ContentJoin } from "../../../../lib/history/victoria_logs/content_join.ts";
import { toNanoseconds } from "../../../../lib/history/victoria_logs/line_time.ts";
import { type IndexEntry, toPages } from "../../../../lib/history/victoria_logs/page.ts";
import { parseStoredLine } from "../../../../lib/history/victoria_logs/stored_line.ts";
import type { SampleLine } from "../../../../tools/sample_logs.ts";
import {
  flyLine,
  fromVector,
  START,
  STORED_LINES,
} from "../../../support/victoria_logs/stored_lines.ts";

/** Returns the row that VictoriaLogs answers with. */
function stored(line: SampleLine, merged = true) {
  const row = flatten(JSON.parse(merged ? fromVector(line) : line.payload));
  const { message, timestamp, ...rest } = row;
  const json = JSON.stringify({ ...rest, _msg: message, _time: timestamp });
  return parseStoredLine(json, { app: "*" })!;
}

function flatten(value: Record<string, unknown>, prefix = ""): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, value]) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(flatten(value as Record<string, unknown>, `${prefix}${name}.`))
        : [[`${prefix}${name}`, typeof value === "string" ? value : JSON.stringify(value)]]
    ),
  );
}

function bytes({ payload }: SampleLine): Uint8Array {
  return new TextEncoder().encode(payload);
}

Deno.test("ContentJoin recognizes each line, whether or not Vector has merged its JSON", () => {
  for (const merged of [true, false]) {
    const lines = STORED_LINES.filter(({ subject }) => !subject.startsWith("logs.collector"));
    const join = new ContentJoin(START);
    join.addStored(lines.map((line) => stored(line, merged)));
    for (const line of lines) assert(!join.isNew(bytes(line)), line.payload);
    for (const line of lines) assert(join.isNew(bytes(line)), line.payload);
  }
});

Deno.test("ContentJoin tells lines apart by machine, time and message", () => {
  const line = flyLine("x");
  const others = [
    flyLine("y"),
    flyLine("x", { machine: "m2" }),
    flyLine("x", { timestamp: "2025-03-01T12:00:00.000000001Z" }),
  ];
  for (const other of others) {
    const join = new ContentJoin(START);
    join.addStored([stored(line)]);
    assert(join.isNew(bytes(other)), other.payload);
    assert(!join.isNew(bytes(line)));
  }
});

Deno.test("ContentJoin counts identical lines", () => {
  const line = flyLine("x");
  const join = new ContentJoin(START);
  assertEquals(join.addStored([stored(line), stored(line)]).length, 2);
  assertEquals(join.addStored([stored(line), stored(line)]).length, 0);
  assertEquals(join.addStored([stored(line), stored(line), stored(line)]).length, 1);
  assertEquals([1, 2, 3, 4].map(() => join.isNew(bytes(line))), [false, false, false, true]);
});

Deno.test("ContentJoin keeps no lines that are too old to be live", () => {
  const line = flyLine("x", { timestamp: "2025-03-01T11:59:59.999Z" });
  const join = new ContentJoin(START);
  assertEquals(join.addStored([stored(line), stored(line)]).length, 2);
  assert(join.isNew(bytes(line)));
});

Deno.test("ContentJoin passes on payloads that are not lines of Fly", () => {
  const join = new ContentJoin(START);
  join.addStored([stored(flyLine("x"))]);
  for (const text of ["", "x", "{", "[]", "null", "7", '"x"', "{}", '{"fly":7}', "\0"]) {
    assert(join.isNew(new TextEncoder().encode(text)), text);
  }
  assert(join.isNew(Uint8Array.of(0xff, 0xfe)));
});

Deno.test("toNanoseconds() reads every form of a time", () => {
  const table: [unknown, string | undefined][] = [
    ["2025-03-01T12:00:00Z", "2025-03-01T12:00:00.000000000Z"],
    ["2025-03-01T12:00:00.5Z", "2025-03-01T12:00:00.500000000Z"],
    ["2025-03-01T12:00:00.123456789Z", "2025-03-01T12:00:00.123456789Z"],
    ["2025-03-01T12:00:00.1234567891Z", "2025-03-01T12:00:00.123456789Z"],
    ["2025-03-01T14:00:00.25+02:00", "2025-03-01T12:00:00.250000000Z"],
    ["2025-03-01 12:00:00,25 UTC", "2025-03-01T12:00:00.250000000Z"],
    [1740830400123, "2025-03-01T12:00:00.123000000Z"],
    ["1740830400.5", "2025-03-01T12:00:00.500000000Z"],
    ["yesterday", undefined],
    ["", undefined],
    [undefined, undefined],
    [{}, undefined],
  ];
  for (const [time, expected] of table) assertEquals(toNanoseconds(time), expected);
});

Deno.test("toPages() ends a page at a number of lines or bytes, but never between lines of one time", () => {
  const entries = (count: number, bytes: number, time = (i: number) => i): IndexEntry[] =>
    Array.from({ length: count }, (_, i) => ({ time: String(time(i)).padStart(5, "0"), bytes }));
  const counts = (all: IndexEntry[]) => toPages(all).map(({ count }) => count);
  assertEquals(counts([]), []);
  assertEquals(counts(entries(700, 10)), [250, 250, 200]);
  assertEquals(counts(entries(4, 50_000)), [2, 2]);
  assertEquals(counts(entries(2, 10_000_000)), [1, 1]);
  assertEquals(counts(entries(3_000, 10, () => 7)), [3_000]);
  assertEquals(counts(entries(2_000, 10, (i) => i < 249 ? i : 249)), [2_000]);
  assertEquals(toPages(entries(251, 10)), [
    { from: "00000", to: "00249", count: 250 },
    { from: "00250", to: "00250", count: 1 },
  ]);
});
