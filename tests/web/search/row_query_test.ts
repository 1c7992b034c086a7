import { assert, assertEquals } from "@std/assert";
import { type Row, RowFactory } from "../../../web/rows/row.ts";
import { Store } from "../../../web/rows/store.ts";
import { RowQuery } from "../../../web/search/row_query.ts";

function ids(rows: Iterable<Row>): number[] {
  return Array.from(rows, ({ id }) => id);
}

Deno.test("an invalid query changes nothing, and reports its problem", () => {
  const store = new Store(9);
  const rows = new RowFactory();
  for (let i = 0; i < 6; i++) store.add(rows.line(`line ${i}`));
  const query = new RowQuery(store);
  query.update({ text: "/line [45]/" });
  query.update({ text: "/line [45/" });
  assertEquals(ids(store.visible()), [4, 5]);
  assert(query.problem?.startsWith("Close the regular expression"));
  assertEquals([query.query.text, query.applied], ["/line [45/", "/line [45]/"]);
  store.add(rows.line("line 4 again"));
  assertEquals(ids(store.visible()), [4, 5, 6]);
  query.reset();
  assertEquals([store.visibleCount, query.problem, query.pattern], [7, undefined, undefined]);
});
