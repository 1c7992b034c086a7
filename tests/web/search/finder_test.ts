import { assertEquals } from "@std/assert";
import { Finder } from "../../../web/search/finder.ts";
import { RowFactory } from "../../../web/rows/row.ts";
import { Store } from "../../../web/rows/store.ts";
import { matcher } from "../../support/viewer/sample_rows.ts";

/** A store of these lines, and a finder in it. */
function holding(...payloads: string[]) {
  const store = new Store(10);
  const rows = new RowFactory();
  const add = (payload: string) => store.add(rows.line(payload));
  payloads.forEach(add);
  return { store, rows, add, finder: new Finder(store) };
}

/** Searches all rows. */
function search(finder: Finder, text: string): void {
  finder.restart(matcher(text));
  while (finder.search());
}

Deno.test("Finder starts at the nearest match above the row in view", () => {
  const { finder } = holding("a", "b", "a", "b", "a");
  search(finder, "a");
  assertEquals([finder.count, finder.position], [3, 0]);
  assertEquals([finder.step(1, 3), finder.position], [2, 2]);
});

Deno.test("Finder finds matches in rows that are added before the others", () => {
  const { store, rows, finder } = holding("b", "a", "b");
  search(finder, "a");
  assertEquals(finder.step(1, 0), 1);
  store.prepend(["b", "a"].map((payload) => rows.older(payload)).reverse());
  while (finder.search());
  assertEquals([finder.count, finder.position], [2, 2]);
  assertEquals(finder.step(-1, 0), -2);
});

Deno.test("Finder starts at the first match if none is above the row in view", () => {
  const { finder } = holding("b", "b", "a", "a");
  search(finder, "a");
  assertEquals(finder.step(-1, 1), 2);
});

Deno.test("Finder steps forward and back, wrapping around at the ends", () => {
  const { finder } = holding("a", "b", "a");
  search(finder, "a");
  const steps = ([1, 1, 1, -1, -1] as const).map((by) => finder.step(by, 0));
  assertEquals(steps, [0, 2, 0, 2, 0]);
});

Deno.test("Finder stays where it is if nothing matches", () => {
  const { finder } = holding("a");
  search(finder, "c");
  assertEquals([finder.step(1, 0), finder.count, finder.position], [undefined, 0, 0]);
});

Deno.test("Finder finds new lines, and forgets evicted ones", () => {
  const { finder, add } = holding("a", "b", "a");
  search(finder, "a");
  finder.step(-1, 0);
  assertEquals(finder.current, 0);
  for (let i = 0; i < 9; i++) add(i === 4 ? "a" : "b");
  finder.search();
  assertEquals([finder.count, finder.current], [2, undefined]);
  assertEquals([finder.step(1, 99), finder.position], [7, 2]);
});

Deno.test("Finder searches 100,000 lines in slices", () => {
  const store = new Store(100_000);
  const rows = new RowFactory();
  for (let i = 0; i < 100_000; i++) store.add(rows.line(`line ${i}`));
  const finder = new Finder(store);
  search(finder, "7");
  assertEquals(finder.count, 40_951);
});
