import { assert, assertEquals } from "@std/assert";
import {
  columnValue,
  CustomColumns,
  MAX_COLUMNS,
  offeredNames,
} from "../../../web/columns/custom_columns.ts";
import { toggleValue } from "../../../web/query/edit_query.ts";
import { RowFactory } from "../../../web/rows/row.ts";
import { flyPayload, matcher } from "../../support/viewer/sample_rows.ts";

const rows = new RowFactory();
function columns(list: string): CustomColumns {
  const columns = new CustomColumns();
  columns.set(list);
  return columns;
}

Deno.test("a column shows a field of JSON or logfmt, however deep it is", () => {
  const chosen = columns("status,user.id, http.path tags.name,missing");
  const json =
    `{"msg":"m","status":500,"user":{"id":"a\\nb"},"http.path":"/x","tags":[{"name":1}]}`;
  assertEquals(chosen.valuesOf(rows.line(json)), ["500", "a\\nb", "/x", "1", ""]);
  assertEquals(chosen.valuesOf(rows.line(flyPayload({ message: json })))[0], "500");
  assertEquals(chosen.valuesOf(rows.line("level=info status=200 msg=x"))[0], "200");
  assertEquals(chosen.valuesOf(rows.line("plain")), ["", "", "", "", ""]);
});

Deno.test("a column can show a field of the log collector, and one that is a column already", () => {
  const pod = rows.line(`{"kubernetes":{"pod_name":"web-1"},"message":"hello"}`);
  assertEquals(columns("kubernetes.pod_name").valuesOf(pod), ["web-1"]);
  assertEquals(columns("msg").valuesOf(rows.line(`{"level":"info","msg":"hi"}`)), ["hi"]);
});

Deno.test("hostile names and values are harmless", () => {
  const chosen = columns(`__proto__,constructor.name,${"a.".repeat(40)},${"x".repeat(999)}`);
  assertEquals(chosen.valuesOf(rows.line(`{"msg":"m","a":1}`)), ["", "", "", ""]);
  const long = columns("x").valuesOf(rows.line(JSON.stringify({ msg: "m", x: "y".repeat(9999) })));
  assert(long[0]!.length <= 200);
  const many = Array.from({ length: 50 }, (_, i) => `f${i}`).join();
  assertEquals(columns(many).names.length, MAX_COLUMNS);
});

Deno.test("a column is as wide as its values, within limits", () => {
  const chosen = columns("a,duration");
  assertEquals(chosen.tracks, "[c0] 4ch [c1] 10ch");
  chosen.valuesOf(rows.line(`{"msg":"m","a":"12345678","duration":"${"9".repeat(100)}"}`));
  assertEquals(chosen.tracks, "[c0] 8ch [c1] 24ch");
});

Deno.test("a column is added at the end, and removed by the same action", () => {
  assertEquals(columns("a,b").toggled("c"), "a,b,c");
  assertEquals(columns("a,b,c").toggled("b"), "a,c");
});

Deno.test("the fields that are offered are those of the lines, the most frequent first", () => {
  const lines = [`{"msg":"m","b":1}`, `{"msg":"m","a":{"x":1,"y":{"z":1}},"b":1,"c d":1}`];
  assertEquals(offeredNames(lines.map((line) => rows.line(line))), ["b", "a.x", "a.y.z"]);
});

Deno.test("The query of a column's value shows its line, and not those with other values", () => {
  const values = [7, "a\nb", 'q"\\', true, ["a", "b"], [], [["a"]], { x: 1, y: { z: null } }, "a*"];
  const lines = values.map((value) => rows.line(JSON.stringify({ msg: "m", up: { value } })));
  for (const [i, line] of lines.entries()) {
    const query = toggleValue("", "up.value", columnValue(line, "up.value"), false, true);
    const { test } = matcher(query);
    assertEquals(lines.map(test).indexOf(true), i, query);
    assertEquals(lines.filter(test).length, 1, query);
  }
});
