/** The heights of rows: what is summed from few measures is what it would be from all. */
import { assertEquals } from "@std/assert";
import { Heights } from "../../../web/list/heights.ts";

const USUAL = 22;

Deno.test("Heights takes each row that was not measured to be as high as usual", () => {
  const heights = new Heights(USUAL);
  assertEquals(heights.before(Infinity, 100_000), 100_000 * USUAL);
});

Deno.test("Heights takes what it is told first for the usual, until it forgets all", () => {
  const heights = new Heights(USUAL);
  heights.assume(30);
  heights.assume(40);
  assertEquals(heights.usual, 30);
  heights.clear();
  heights.assume(40);
  assertEquals(heights.usual, 40);
});

Deno.test("Heights adds what measured rows have beyond the usual, whatever the order of measuring", () => {
  const heights = new Heights(USUAL);
  for (const [id, height] of [[7, 44], [3, 66], [9, USUAL], [5, 23], [3, 88]] as const) {
    heights.set(id, height);
  }
  assertEquals(heights.before(3, 3), 3 * USUAL);
  assertEquals(heights.before(4, 4), 4 * USUAL + 66);
  assertEquals(heights.before(10, 10), 10 * USUAL + 66 + 1 + 22);
});

Deno.test("Heights takes a row that is folded in again for as high as it is now", () => {
  const heights = new Heights(USUAL);
  heights.set(1, 400);
  heights.set(1, USUAL);
  assertEquals(heights.before(2, 2), 2 * USUAL);
});

Deno.test("Heights forgets rows that are gone, a few or thousands", () => {
  const heights = new Heights(USUAL);
  for (let id = 0; id < 10_000; id++) heights.set(id, USUAL + 1);
  for (const first of [10, 5000, 9990]) {
    heights.forgetBefore(first);
    assertEquals(heights.before(10_000, 10_000 - first), (10_000 - first) * (USUAL + 1));
  }
});

Deno.test("Heights sums what any sequence of measures, and of rows that go, amounts to", () => {
  const heights = new Heights(USUAL);
  const known = new Map<number, number>();
  let first = 0;
  let seed = 1;
  const random = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below;
  for (let i = 0; i < 20_000; i++) {
    if (i % 100 === 0) heights.forgetBefore(first += random(60));
    const id = first + random(5000);
    const height = USUAL + random(5);
    heights.set(id, height);
    known.set(id, height);
    if (i % 500 !== 0) continue;
    const last = first + random(5000);
    let sum = 0;
    for (let id = first; id < last; id++) sum += known.get(id) ?? USUAL;
    assertEquals(heights.before(last, last - first), sum);
  }
});
