import { assertEquals } from "@std/assert";
import { ElementKeys } from "../../../web/list/element_keys.ts";
import { type Row, RowFactory } from "../../../web/rows/row.ts";

const factory = new RowFactory();
const rows: Row[] = Array.from({ length: 1000 }, () => factory.line("a line"));

function keysOf(keys: ElementKeys, shown: readonly Row[]): number[] {
  keys.assign(shown);
  return shown.map(({ id }) => keys.of(id));
}

Deno.test("ElementKeys keeps the elements of remaining rows, and reuses those of removed rows", () => {
  const keys = new ElementKeys();
  assertEquals(keysOf(keys, rows.slice(0, 3)), [0, 1, 2]);
  assertEquals(keysOf(keys, rows.slice(1, 4)), [1, 2, 0]);
  assertEquals(keysOf(keys, rows.slice(100, 103)), [1, 2, 0]);
});

Deno.test("ElementKeys assigns no element to two rows", () => {
  const keys = new ElementKeys();
  for (let from = 0; from < 900; from += 37) {
    const count = 20 + from % 41;
    assertEquals(new Set(keysOf(keys, rows.slice(from, from + count))).size, count);
  }
});
