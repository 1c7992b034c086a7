import { assert, assertEquals } from "@std/assert";
import { EVERYTHING } from "../../../web/search/filter.ts";
import { ended, type Row, Rows } from "../../../web/rows/row.ts";
import { Store } from "../../../web/rows/store.ts";
import { assertEventually } from "../../support/patience.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";

const LEVELS = ["info", "warn", "error"];

/** A store that holds lines of changing levels, and what made them. */
function filled(count: number, limit = count): { store: Store; rows: Rows } {
  const store = new Store(limit);
  const rows = new Rows();
  for (let i = 0; i < count; i++) {
    store.add(rows.line(flyPayload({ message: `line ${i}`, level: LEVELS[i % 3]! })));
  }
  return { store, rows };
}

function ids(rows: Iterable<Row>): number[] {
  return Array.from(rows, ({ id }) => id);
}

Deno.test("Store holds so many rows, and lets the oldest go", () => {
  const { store } = filled(10, 4);
  assertEquals([ids(store.all()), ids(store.visible())], [[6, 7, 8, 9], [6, 7, 8, 9]]);
  assertEquals([store.size, store.added, store.evicted], [4, 10, 6]);
  assertEquals([store.visibleCount, store.visibleAt(3).id], [4, 9]);
});

Deno.test("Store lets rows go where its limit is lowered, and holds more where it is raised", () => {
  const { store, rows } = filled(10);
  store.limit = 3;
  assertEquals([ids(store.all()), ids(store.visible()), store.evicted], [[7, 8, 9], [7, 8, 9], 7]);
  store.limit = 4;
  for (let i = 0; i < 5; i++) store.add(rows.line("more"));
  assertEquals(ids(store.all()), [11, 12, 13, 14]);
});

Deno.test("Store holds fewer rows where lines of megabytes would fill the memory", () => {
  const store = new Store(100_000);
  const rows = new Rows();
  // The same text a hundred times, which takes no memory here.
  const megabyte = "x".repeat(1_000_000);
  for (let i = 0; i < 150; i++) store.add(rows.line(megabyte));
  assertEquals([store.size, store.visibleCount, store.evicted], [100, 100, 50]);
  store.add(rows.line("x".repeat(99_000_001)));
  assertEquals(store.size, 1);
  store.clear();
  for (let i = 0; i < 3; i++) store.add(rows.line(megabyte));
  assertEquals(store.size, 3);
});

Deno.test("Store counts the levels of the lines held, and of no others", () => {
  const { store, rows } = filled(10, 4);
  assertEquals([...store.facets.level], [["info", 2], ["warn", 1], ["error", 1]]);
  assertEquals([...store.facets.machine], [["m1", 4]]);
  for (let i = 0; i < 3; i++) store.add(rows.line("plain"));
  assertEquals([...store.facets.level], [["info", 1]]);
  store.add(rows.dropped(1, 1));
  assertEquals([...store.facets.level, ...store.facets.region], []);
});

Deno.test("a filter shows the lines that fit it, those held and those to come, and every gap", () => {
  const { store, rows } = filled(6);
  store.limit = 8;
  store.add(rows.dropped(7, 700));
  store.setFilter({ ...EVERYTHING, levels: new Set(["error"]) });
  assertEquals(ids(store.visible()), [2, 5, 6]);
  store.add(rows.line(flyPayload({ level: "info" })));
  store.add(rows.line(flyPayload({ level: "error" })));
  store.add(rows.lost("nats", 1));
  assertEquals(ids(store.visible()), [2, 5, 6, 8, 9]);
  assertEquals([store.size, store.evicted], [8, 2]);
  store.add(rows.line("plain"));
  assertEquals(ids(store.visible()), [5, 6, 8, 9]);
  store.setFilter(EVERYTHING);
  assertEquals(ids(store.visible()), [3, 4, 5, 6, 7, 8, 9, 10]);
});

Deno.test("a filter over many rows shows the newest at once, and the others in their order", async () => {
  const { store, rows } = filled(60_000);
  // Slow enough for several slices.
  store.setFilter({ ...EVERYTHING, text: "l.*i.*[05]$", regex: true });
  assert(store.filtering);
  assert(store.visibleCount > 0 && store.visibleCount < 12_000);
  assertEquals(store.visibleAt(store.visibleCount - 1).id, 59_995);
  // Lines come, and the oldest go, meanwhile.
  const lines = Array.from(
    { length: 10 },
    (_, i) => rows.line(flyPayload({ message: `line ${i}` })),
  );
  for (const line of lines) store.add(line);
  await assertEventually(() => store.filtering, false);
  const fitting = Array.from({ length: 12_000 }, (_, i) => 5 * i).filter((id) => id >= 10);
  assertEquals(ids(store.visible()), [...fitting, lines[0]!.id, lines[5]!.id]);
});

Deno.test("another filter takes the place of one that is still being applied", async () => {
  const { store } = filled(60_000);
  store.setFilter({ ...EVERYTHING, text: "l.*i.*[05]$", regex: true });
  assert(store.filtering);
  store.setFilter({ ...EVERYTHING, text: "line 5999" });
  await assertEventually(() => store.filtering, false);
  assertEquals(ids(store.visible()), [5999, ...Array.from({ length: 10 }, (_, i) => 59_990 + i)]);
});

Deno.test("rows that go while a filter is applied are not looked for", async () => {
  const { store } = filled(60_000);
  store.setFilter({ ...EVERYTHING, text: "l.*i.*[05]$", regex: true });
  assert(store.filtering);
  store.limit = 7;
  await assertEventually(() => store.filtering, false);
  assertEquals(ids(store.visible()), [59_995]);
});

Deno.test("a filter that is none leaves what is visible, and says why", () => {
  const { store, rows } = filled(6);
  store.setFilter({ ...EVERYTHING, text: "line [45]", regex: true });
  store.setFilter({ ...EVERYTHING, text: "line [45", regex: true });
  assertEquals([ids(store.visible()), store.filter.text], [[4, 5], "line [45"]);
  assert(store.problem?.startsWith("Not a regular expression yet"));
  store.limit = 9;
  store.add(rows.line("line 4 again"));
  assertEquals(ids(store.visible()), [4, 5, 6]);
  store.setFilter(EVERYTHING);
  assertEquals([store.visibleCount, store.problem, store.pattern], [7, undefined, undefined]);
});

Deno.test("a gap that is over takes the place of the one that was not, if that is still held", () => {
  const { store, rows } = filled(2, 4);
  const gap = rows.lost("connection", 1);
  store.add(gap);
  store.setFilter({ ...EVERYTHING, text: "line 1" });
  store.replace(ended(gap, 7));
  assertEquals([...store.visible()].at(-1), ended(gap, 7));
  assertEquals([...store.all()].at(-1), ended(gap, 7));
  for (let i = 0; i < 4; i++) store.add(rows.line("line 1"));
  store.replace(ended(gap, 8));
  assertEquals(ids(store.all()), [3, 4, 5, 6]);
});

Deno.test("visibleIndexOf() is where the row is, or the nearest after it, or the last", () => {
  const { store } = filled(10);
  assertEquals(new Store(9).visibleIndexOf(0), -1);
  store.setFilter({ ...EVERYTHING, levels: new Set(["error"]) });
  assertEquals([0, 2, 3, 5, 8, 9].map((id) => store.visibleIndexOf(id)), [0, 0, 1, 1, 2, 2]);
});

Deno.test("clear() lets go of all rows, and keeps the filter and the counts of all time", async () => {
  const { store, rows } = filled(60_000);
  store.setFilter({ ...EVERYTHING, text: "l.*i.*[05]$", regex: true });
  store.clear();
  assertEquals([store.size, store.visibleCount, store.filtering], [0, 0, false]);
  assertEquals([store.facets.level.size, store.added, store.evicted], [0, 60_000, 0]);
  store.add(rows.line("line 5"));
  store.add(rows.line("other"));
  await Promise.resolve();
  assertEquals(ids(store.visible()), [60_000]);
});

Deno.test("onChange is called once for all that changes in one task", async () => {
  const { store, rows } = filled(3);
  let changes = 0;
  await Promise.resolve();
  store.onChange = () => void changes++;
  for (let i = 0; i < 5; i++) store.add(rows.line("more"));
  store.clear();
  store.setFilter({ ...EVERYTHING, text: "more" });
  assertEquals(changes, 0);
  await Promise.resolve();
  assertEquals(changes, 1);
});
