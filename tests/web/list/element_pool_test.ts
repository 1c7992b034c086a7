import { assertEquals } from "@std/assert";
import { ElementPool } from "../../../web/list/element_pool.ts";
import { type Row, RowFactory } from "../../../web/rows/row.ts";

const factory = new RowFactory();
const rows: Row[] = Array.from({ length: 1000 }, () => factory.line("a line"));

type Pool = ElementPool<number, number>;

/** A pool whose elements are numbers, in order. */
function createPool(): Pool {
  let count = 0;
  return new ElementPool(() => count++);
}

function elementsOf(pool: Pool, shown: readonly Row[]): (number | undefined)[] {
  const ids = shown.map(({ id }) => id);
  pool.assign(ids);
  return ids.map((id) => pool.of(id));
}

Deno.test("ElementPool keeps the elements of remaining rows, and reuses those of removed rows", () => {
  const pool = createPool();
  assertEquals(elementsOf(pool, rows.slice(0, 3)), [0, 1, 2]);
  assertEquals(elementsOf(pool, rows.slice(1, 4)), [1, 2, 0]);
  assertEquals(elementsOf(pool, rows.slice(100, 103)), [1, 2, 0]);
});

Deno.test("ElementPool assigns no element to two rows", () => {
  const pool = createPool();
  for (let from = 0; from < 900; from += 37) {
    const count = 20 + from % 41;
    assertEquals(new Set(elementsOf(pool, rows.slice(from, from + count))).size, count);
  }
});
