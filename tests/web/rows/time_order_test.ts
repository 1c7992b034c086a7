import { assertEquals } from "@std/assert";
import { dueCount, insertByTime } from "../../../web/rows/time_order.ts";

const cases: [title: string, times: (number | undefined)[], sorted: (number | undefined)[]][] = [
  ["lines are sorted by time", [5, 9, 7, 8, 6], [5, 6, 7, 8, 9]],
  ["a line is not put before one that is more than a second later", [5000, 3000], [5000, 3000]],
  ["a clock that is ahead does not affect other lines", [1, 90_000, 3, 2], [1, 90_000, 2, 3]],
  ["a line without a time keeps its place", [5, undefined, 4, 3], [5, undefined, 3, 4]],
];

for (const [title, times, sorted] of cases) {
  Deno.test(title, () => {
    const lines: { time: number | undefined }[] = [];
    for (const time of times) insertByTime(lines, { time });
    assertEquals(lines.map(({ time }) => time), sorted);
  });
}

Deno.test("lines of the same time stay in order of arrival", () => {
  const lines: { time: number; name: string }[] = [];
  for (const name of "abc") insertByTime(lines, { time: 7, name });
  insertByTime(lines, { time: 6, name: "first" });
  assertEquals(lines.map(({ name }) => name), ["first", "a", "b", "c"]);
});

Deno.test("a line that has waited for a second no longer holds back those before it", () => {
  const lines = [1500, 1000, 2200].map((received) => ({ received }));
  assertEquals([1999, 2000, 3199, 3200].map((now) => dueCount(lines, now)), [0, 2, 2, 3]);
});
