/** Which element shows which row. */
import { assertEquals } from "@std/assert";
import { type Row, Rows } from "../../../web/rows/row.ts";
import { Slots } from "../../../web/list/slots.ts";

const made = new Rows();
const rows: Row[] = Array.from({ length: 1000 }, () => made.line("a line"));

function slotsOf(slots: Slots, shown: readonly Row[]): number[] {
  slots.assign(shown);
  return shown.map(({ id }) => slots.of(id));
}

Deno.test("Slots lets rows that stay keep their elements, and hands on those of rows that go", () => {
  const slots = new Slots();
  assertEquals(slotsOf(slots, rows.slice(0, 3)), [0, 1, 2]);
  assertEquals(slotsOf(slots, rows.slice(1, 4)), [1, 2, 0]);
  assertEquals(slotsOf(slots, rows.slice(100, 103)), [1, 2, 0]);
});

Deno.test("Slots gives no element to two rows", () => {
  const slots = new Slots();
  for (let from = 0; from < 900; from += 37) {
    const count = 20 + from % 41;
    assertEquals(new Set(slotsOf(slots, rows.slice(from, from + count))).size, count);
  }
});
