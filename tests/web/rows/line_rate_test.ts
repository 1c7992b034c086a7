import { assertEquals } from "@std/assert";
import { Rate } from "../../../web/rows/line_rate.ts";
import { type Line, Rows } from "../../../web/rows/row.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";

const BEGIN = Date.parse("2026-11-20T20:42:00Z");

/** Makes lines that came so many seconds after {@linkcode BEGIN}. */
function clockedLines(): (second: number, level?: string) => Line {
  let now = BEGIN;
  const rows = new Rows(() => now);
  return (second, level = "info") => {
    now = BEGIN + 1000 * second;
    return rows.line(flyPayload({ level }));
  };
}

Deno.test("bars() counts lines by the seconds in which they came, errors apart", () => {
  const rate = new Rate(4);
  const line = clockedLines();
  const lines = [line(0), line(0.999, "ERROR"), line(2, "fatal"), line(2.5, "warn")];
  for (const each of lines) rate.add(each);
  assertEquals(rate.bars(1, BEGIN + 3200), [
    { from: BEGIN, to: BEGIN + 1000, lines: 2, errors: 1, firstId: 0 },
    { from: BEGIN + 1000, to: BEGIN + 2000, lines: 0, errors: 0, firstId: undefined },
    { from: BEGIN + 2000, to: BEGIN + 3000, lines: 2, errors: 1, firstId: 2 },
    { from: BEGIN + 3000, to: BEGIN + 4000, lines: 0, errors: 0, firstId: undefined },
  ]);
});

Deno.test("bars() sums several seconds, the same ones as time goes by", () => {
  const rate = new Rate(6);
  const line = clockedLines();
  for (const second of [0, 1, 2, 3, 3, 4]) rate.add(line(second));
  const counts = (now: number) => rate.bars(2, BEGIN + now).map(({ lines }) => lines);
  assertEquals(counts(4000), [2, 3, 1]);
  assertEquals(counts(5999), [2, 3, 1]);
  assertEquals(counts(6000), [3, 1, 0]);
});

Deno.test("bars() forgets what is past the span", () => {
  const rate = new Rate(3);
  const line = clockedLines();
  rate.add(line(0));
  rate.add(line(1));
  assertEquals(rate.bars(1, BEGIN + 3000).map(({ lines }) => lines), [1, 0, 0]);
  rate.add(line(3));
  assertEquals(rate.bars(1, BEGIN + 3000).map(({ lines }) => lines), [1, 0, 1]);
  rate.clear();
  assertEquals(rate.bars(1, BEGIN + 3000).map(({ lines }) => lines), [0, 0, 0]);
});
