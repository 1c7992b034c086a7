import { assertEquals } from "@std/assert";
import { RowFactory } from "../../../web/rows/row.ts";
import { Store } from "../../../web/rows/store.ts";
import { RowCursor } from "../../../web/selection/row_cursor.ts";
import { RowSelection } from "../../../web/selection/row_selection.ts";

function filled(count: number, limit = count) {
  const store = new Store(limit);
  const rows = new RowFactory();
  const add = (more: number) => {
    for (let i = 0; i < more; i++) store.add(rows.line(`line ${i}`));
  };
  add(count);
  return { store, add, selection: new RowSelection(store) };
}

const ids = (selection: RowSelection) => selection.rows().map(({ id }) => id);

Deno.test("RowSelection selects the rows between its ends, in both directions", () => {
  const { selection } = filled(10);
  assertEquals([selection.isEmpty, selection.count, ids(selection)], [true, 0, []]);
  for (const [anchor, focus] of [[3, 6], [6, 3]] as const) {
    selection.select(anchor, focus);
    assertEquals([selection.count, ids(selection)], [4, [3, 4, 5, 6]]);
    assertEquals([2, 3, 6, 7].map((id) => selection.has(id)), [false, true, true, false]);
  }
  selection.select(9, 9);
  assertEquals(ids(selection), [9]);
});

Deno.test("RowSelection keeps selected rows that are evicted, and no others", () => {
  const { selection, add } = filled(10);
  selection.select(2, 5);
  add(4);
  assertEquals([selection.count, ids(selection)], [4, [2, 3, 4, 5]]);
  add(100);
  assertEquals([selection.count, ids(selection)], [4, [2, 3, 4, 5]]);
  selection.clear();
  assertEquals(ids(selection), []);
});

Deno.test("while the reader is still selecting, RowSelection keeps evicted rows that may become selected", () => {
  const { selection, add } = filled(10);
  selection.select(2, 3, true);
  add(6);
  selection.select(2, 8, true);
  assertEquals(ids(selection), [2, 3, 4, 5, 6, 7, 8]);
  selection.select(2, 4, true);
  selection.close();
  assertEquals([selection.count, ids(selection)], [3, [2, 3, 4]]);
});

Deno.test("RowSelection keeps a row that is evicted between the press and the beginning of a drag", () => {
  const { selection, add } = filled(10);
  selection.press(2, []);
  add(4);
  selection.select(2, 6, true);
  assertEquals(ids(selection), [2, 3, 4, 5, 6]);
  selection.clear();
  selection.close();
  selection.press(9, []);
  selection.close();
  add(10);
  selection.select(8, 9);
  assertEquals(ids(selection), []);
});

Deno.test("RowSelection keeps rows that are evicted between a click and a click with Shift", () => {
  const { selection, add } = filled(10);
  selection.press(2, []);
  selection.close();
  add(8);
  selection.select(2, 12, true);
  selection.close();
  assertEquals(ids(selection), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

Deno.test("RowSelection keeps 10,000 evicted rows after a click; then it begins at the oldest row that is left", () => {
  const { selection, add } = filled(10);
  selection.press(0, []);
  add(10_000);
  selection.select(0, 10_009);
  assertEquals(selection.count, 10_010);
  selection.clear();
  selection.press(10_000, []);
  add(10_001);
  selection.select(10_000, 20_010);
  assertEquals([selection.count, ids(selection)[0]], [10, 20_001]);
});

Deno.test("RowSelection keeps evicted rows of at most 100 million characters after a click", () => {
  const { store, selection } = filled(0, 10);
  const rows = new RowFactory();
  const payload = "x".repeat(1_000_000);
  const add = (count: number) => {
    for (let i = 0; i < count; i++) store.add({ ...rows.line(""), payload });
  };
  add(10);
  selection.press(0, []);
  add(100);
  selection.select(0, 109);
  assertEquals(selection.count, 110);
  selection.clear();
  selection.press(100, []);
  add(101);
  selection.select(100, 210);
  assertEquals(ids(selection)[0], 201);
});

Deno.test("RowSelection keeps drawn rows that were evicted before the press, from the pressed one on", () => {
  const { store, selection, add } = filled(10);
  const drawn = [0, 1, 2, 3, 4, 5].map((index) => store.visibleAt(index));
  add(4);
  selection.press(2, drawn);
  add(1);
  selection.select(2, 6, true);
  assertEquals(ids(selection), [2, 3, 4, 5, 6]);
  selection.select(1, 6, true);
  assertEquals(ids(selection), [5, 6], "Another selection");
});

Deno.test("RowCursor moves among the rows, and from outside of the view into it", () => {
  const { store } = filled(10);
  const cursor = new RowCursor(store);
  const view = { top: 4, bottom: 7 };
  assertEquals(cursor.move(1, view), 4);
  assertEquals([cursor.move(1, view), cursor.move(-1, view)], [5, 4]);
  cursor.place(0);
  assertEquals([cursor.id, cursor.shown], [0, undefined]);
  assertEquals([cursor.move(-1, view), cursor.shown], [7, 7]);
  cursor.place(9);
  assertEquals(cursor.move(1), 9);
  cursor.place(5);
  cursor.leave();
  assertEquals([cursor.id, cursor.last, cursor.move(1, view)], [undefined, 5, 4]);
  assertEquals(new RowCursor(new Store(1)).move(1, view), undefined);
});
