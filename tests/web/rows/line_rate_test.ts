import { assertEquals } from "@std/assert";
import { LineRate } from "../../../web/rows/line_rate.ts";
import { type Line, RowFactory } from "../../../web/rows/row.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";

const START = Date.parse("2026-11-20T20:42:00Z");

/** Creates lines that arrived a number of seconds after {@linkcode START}. */
function clockedLines(): (second: number, level?: string) => Line {
  let now = START;
  const rows = new RowFactory(() => now);
  return (second, level = "info") => {
    now = START + 1000 * second;
    return rows.line(flyPayload({ level }));
  };
}

Deno.test("bars() counts lines per second of arrival, and errors separately", () => {
  const rate = new LineRate(4);
  const line = clockedLines();
  const lines = [line(0), line(0.999, "ERROR"), line(2, "fatal"), line(2.5, "warn")];
  for (const each of lines) rate.add(each);
  assertEquals(rate.bars(1, START + 3200), [
    { from: START, to: START + 1000, lines: 2, errors: 1, firstId: 0 },
    { from: START + 1000, to: START + 2000, lines: 0, errors: 0, firstId: undefined },
    { from: START + 2000, to: START + 3000, lines: 2, errors: 1, firstId: 2 },
    { from: START + 3000, to: START + 4000, lines: 0, errors: 0, firstId: undefined },
  ]);
});

Deno.test("bars() returns bars of several seconds each, which stay the same as time passes", () => {
  const rate = new LineRate(6);
  const line = clockedLines();
  for (const second of [0, 1, 2, 3, 3, 4]) rate.add(line(second));
  const counts = (now: number) => rate.bars(2, START + now).map(({ lines }) => lines);
  assertEquals(counts(4000), [2, 3, 1]);
  assertEquals(counts(5999), [2, 3, 1]);
  assertEquals(counts(6000), [3, 1, 0]);
});

Deno.test("bars() forgets lines older than the span", () => {
  const rate = new LineRate(3);
  const line = clockedLines();
  rate.add(line(0));
  rate.add(line(1));
  assertEquals(rate.bars(1, START + 3000).map(({ lines }) => lines), [1, 0, 0]);
  rate.add(line(3));
  assertEquals(rate.bars(1, START + 3000).map(({ lines }) => lines), [1, 0, 1]);
  rate.clear();
  assertEquals(rate.bars(1, START + 3000).map(({ lines }) => lines), [0, 0, 0]);
});

Deno.test("a line of the past counts at its own time, unless its second has expired", () => {
  const rate = new LineRate(4);
  const line = clockedLines();
  rate.add(line(3));
  rate.add(line(3), START + 1000);
  rate.add(line(3), START - 1000);
  assertEquals(rate.bars(1, START + 3200).map(({ lines }) => lines), [0, 1, 0, 1]);
});
