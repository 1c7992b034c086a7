import { assert, assertEquals } from "@std/assert";
import { EVERYTHING } from "../../../web/query/compile_query.ts";
import { type Row, RowFactory } from "../../../web/rows/row.ts";
import { Store } from "../../../web/rows/store.ts";
import { assertEventually } from "../../support/patience.ts";
import { flyPayload, matcher } from "../../support/viewer/sample_rows.ts";

const LEVELS = ["info", "warn", "error"];
/** Slow enough for several slices. Finds every fifth line. */
const SLOW = matcher("/l.*i.*[05]$/");

/** A store of lines with alternating levels, and their factory. */
function filled(count: number, limit = count): { store: Store; rows: RowFactory } {
  const store = new Store(limit);
  const rows = new RowFactory();
  for (let i = 0; i < count; i++) {
    store.add(rows.line(flyPayload({ message: `line ${i}`, level: LEVELS[i % 3]! })));
  }
  return { store, rows };
}

function ids(rows: Iterable<Row>): number[] {
  return Array.from(rows, ({ id }) => id);
}

Deno.test("Store holds a limited number of rows, and evicts the oldest", () => {
  const { store } = filled(10, 4);
  assertEquals([ids(store.all()), ids(store.visible())], [[6, 7, 8, 9], [6, 7, 8, 9]]);
  assertEquals([store.size, store.visibleCount, store.visibleAt(3).id], [4, 4, 9]);
});

Deno.test("Store evicts rows when its limit is lowered, and holds more when it is raised", () => {
  const { store, rows } = filled(10);
  store.limit = 3;
  assertEquals([ids(store.all()), ids(store.visible())], [[7, 8, 9], [7, 8, 9]]);
  store.limit = 4;
  for (let i = 0; i < 5; i++) store.add(rows.line("more"));
  assertEquals(ids(store.all()), [11, 12, 13, 14]);
});

Deno.test("Store holds fewer rows if large lines would fill the memory", () => {
  const store = new Store(100_000);
  const rows = new RowFactory();
  // The same string each time, so that the test needs little memory.
  const megabyte = "x".repeat(1_000_000);
  for (let i = 0; i < 150; i++) store.add(rows.line(megabyte));
  assertEquals([store.size, store.visibleCount], [100, 100]);
  store.add(rows.line("x".repeat(99_000_001)));
  assertEquals(store.size, 1);
  store.clear();
  for (let i = 0; i < 3; i++) store.add(rows.line(megabyte));
  assertEquals(store.size, 3);
});

Deno.test("Store counts the facets only of the lines that it holds", () => {
  const { store, rows } = filled(10, 4);
  assertEquals([...store.facets.level], [["info", 2], ["warn", 1], ["error", 1]]);
  assertEquals([...store.facets.machine], [["m1", 4]]);
  for (let i = 0; i < 3; i++) store.add(rows.line("plain"));
  assertEquals([...store.facets.level], [["info", 1]]);
  store.add(rows.dropped(1, 1));
  assertEquals([...store.facets.level, ...store.facets.region], []);
});

Deno.test("a filter shows every gap and all matching lines, both held and new", () => {
  const { store, rows } = filled(6);
  store.limit = 8;
  store.add(rows.dropped(7, 700));
  store.setFilter(matcher("level:error"));
  assertEquals(ids(store.visible()), [2, 5, 6]);
  store.add(rows.line(flyPayload({ level: "info" })));
  store.add(rows.line(flyPayload({ level: "error" })));
  store.add(rows.outage("nats", 1));
  assertEquals(ids(store.visible()), [2, 5, 6, 8, 9]);
  assertEquals(store.size, 8);
  store.add(rows.line("plain"));
  assertEquals(ids(store.visible()), [5, 6, 8, 9]);
  store.setFilter(EVERYTHING);
  assertEquals(ids(store.visible()), [3, 4, 5, 6, 7, 8, 9, 10]);
});

Deno.test("Store counts lines and matching lines apart from gaps, and knows whether rows were evicted", () => {
  const { store, rows } = filled(6, 8);
  store.add(rows.dropped(1, 1));
  store.setFilter(matcher("nothing-like-it"));
  assertEquals([store.lineCount, store.visibleLineCount, store.visibleCount], [6, 0, 1]);
  store.setFilter(matcher("5"));
  assertEquals([store.visibleLineCount, store.hasEvicted], [1, false]);
  store.limit = 1;
  assertEquals([store.lineCount, store.visibleLineCount, store.hasEvicted], [0, 0, true]);
  store.clear();
  assertEquals([store.lineCount, store.hasEvicted], [0, false]);
});

Deno.test("a filter of many rows shows the newest at once, and later the others, in order", async () => {
  const { store, rows } = filled(60_000);
  store.setFilter(SLOW);
  assert(store.filtering);
  assert(store.visibleCount > 0 && store.visibleCount < 12_000);
  assertEquals(store.visibleAt(store.visibleCount - 1).id, 59_995);
  // Meanwhile lines arrive, and the oldest are evicted.
  const lines = Array.from({ length: 10 }, (_, i) => rows.line(`line ${i}`));
  for (const line of lines) store.add(line);
  await assertEventually(() => store.filtering, false);
  const fitting = Array.from({ length: 12_000 }, (_, i) => 5 * i).filter((id) => id >= 10);
  assertEquals(ids(store.visible()), [...fitting, lines[0]!.id, lines[5]!.id]);
});

Deno.test("a new filter replaces one that is still being applied", async () => {
  const { store } = filled(60_000);
  store.setFilter(SLOW);
  assert(store.filtering);
  store.setFilter(matcher('"line 5999"'));
  await assertEventually(() => store.filtering, false);
  assertEquals(ids(store.visible()), [5999, ...Array.from({ length: 10 }, (_, i) => 59_990 + i)]);
});

Deno.test("rows evicted while a filter is being applied are skipped", async () => {
  const { store } = filled(60_000);
  store.setFilter(SLOW);
  assert(store.filtering);
  store.limit = 7;
  await assertEventually(() => store.filtering, false);
  assertEquals(ids(store.visible()), [59_995]);
});

Deno.test("prepend() adds rows before the others, filtered and counted, up to the limit", () => {
  const { store, rows } = filled(2, 5);
  store.setFilter(matcher("level:error"));
  const levels = ["error", "info", "error", "error"];
  const older = levels.map((level) => rows.older(flyPayload({ level })));
  store.prepend(older.reverse());
  assertEquals([ids(store.all()), ids(store.visible())], [[-3, -2, -1, 0, 1], [-3, -1]]);
  assertEquals(store.facets.level.get("error"), 2);
  assertEquals(store.filtering, false);
});

Deno.test("prepend() adds rows while a filter is being applied", async () => {
  const { store, rows } = filled(60_000, 60_010);
  store.setFilter(SLOW);
  assert(store.filtering);
  store.prepend([rows.older("line 5")]);
  await assertEventually(() => store.filtering, false);
  assertEquals(ids(store.visible()).slice(0, 3), [-1, 0, 5]);
});

Deno.test("replace() replaces a gap, if it is still held", () => {
  const { store, rows } = filled(2, 4);
  const gap = rows.outage("connection", 1);
  store.add(gap);
  store.setFilter(matcher('"line 1"'));
  store.replace({ ...gap, to: 7 });
  assertEquals([...store.visible()].at(-1), { ...gap, to: 7 });
  assertEquals([...store.all()].at(-1), { ...gap, to: 7 });
  for (let i = 0; i < 4; i++) store.add(rows.line("line 1"));
  store.replace({ ...gap, to: 8 });
  assertEquals(ids(store.all()), [3, 4, 5, 6]);
});

Deno.test("visibleIndexOf() returns the index of the row, or of the next one, or of the last one", () => {
  const { store } = filled(10);
  assertEquals(new Store(9).visibleIndexOf(0), -1);
  store.setFilter(matcher("level:error"));
  assertEquals([0, 2, 3, 5, 8, 9].map((id) => store.visibleIndexOf(id)), [0, 0, 1, 1, 2, 2]);
});

Deno.test("clear() removes all rows, and keeps the filter", async () => {
  const { store, rows } = filled(60_000);
  store.setFilter(SLOW);
  store.clear();
  assertEquals([store.size, store.visibleCount, store.filtering], [0, 0, false]);
  assertEquals(store.facets.level.size, 0);
  store.add(rows.line("line 5"));
  store.add(rows.line("other"));
  await Promise.resolve();
  assertEquals(ids(store.visible()), [60_000]);
});

Deno.test("onChange is called once for all changes in one task", async () => {
  const { store, rows } = filled(3);
  let changes = 0;
  await Promise.resolve();
  store.onChange = () => void changes++;
  for (let i = 0; i < 5; i++) store.add(rows.line("more"));
  store.clear();
  store.setFilter(matcher("more"));
  assertEquals(changes, 0);
  await Promise.resolve();
  assertEquals(changes, 1);
});

Deno.test("a row that is replaced is shown or hidden as its new content requires", () => {
  const { store, rows } = filled(3);
  store.limit = 10;
  const line = rows.line("Error: x");
  for (const row of [line, rows.line("line 4"), rows.line("line 5")]) store.add(row);
  store.setFilter(matcher("line"));
  assertEquals(ids(store.visible()), [0, 1, 2, 4, 5]);
  assertEquals(store.replace({ ...line, message: "Error: x\nline 3" }), true);
  assertEquals(ids(store.visible()), [0, 1, 2, 3, 4, 5]);
  store.replace(line);
  assertEquals(ids(store.visible()), [0, 1, 2, 4, 5]);
  assertEquals(store.replace({ ...line, id: 99 }), false);
});
