import { assertEquals } from "@std/assert";
import { Heights } from "../../../web/list/heights.ts";

const USUAL = 22;

Deno.test("Heights assumes the usual height for rows that have not been measured", () => {
  const heights = new Heights(USUAL);
  assertEquals(heights.before(Infinity, 100_000), 100_000 * USUAL);
});

Deno.test("Heights keeps the first usual height until it is cleared", () => {
  const heights = new Heights(USUAL);
  heights.assume(30);
  heights.assume(40);
  assertEquals(heights.before(1, 1), 30);
  heights.clear();
  heights.assume(40);
  assertEquals(heights.before(1, 1), 40);
});

Deno.test("Heights adds the differences of measured rows, whatever the order of measuring", () => {
  const heights = new Heights(USUAL);
  for (const [id, height] of [[7, 44], [3, 66], [9, USUAL], [5, 23], [3, 88]] as const) {
    heights.set(id, height);
  }
  assertEquals(heights.before(3, 3), 3 * USUAL);
  assertEquals(heights.before(4, 4), 4 * USUAL + 66);
  assertEquals(heights.before(10, 10), 10 * USUAL + 66 + 1 + 22);
});

Deno.test("Heights uses the last measured height of a row that was collapsed again", () => {
  const heights = new Heights(USUAL);
  heights.set(1, 400);
  heights.set(1, USUAL);
  assertEquals(heights.before(2, 2), 2 * USUAL);
});

Deno.test("Heights forgets removed rows, whether a few or thousands", () => {
  const heights = new Heights(USUAL);
  for (let id = 0; id < 10_000; id++) heights.set(id, USUAL + 1);
  for (const first of [10, 5000, 9990]) {
    heights.forgetBefore(first);
    assertEquals(heights.before(10_000, 10_000 - first), (10_000 - first) * (USUAL + 1));
  }
});

Deno.test("Heights is correct after any sequence of measurements and removals", () => {
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
