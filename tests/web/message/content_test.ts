import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { canExpand, contentOf, treeOf } from "../../../web/message/content.ts";
import { shownText } from "../../../web/message/shown_text.ts";
import { type Line, RowFactory } from "../../../web/rows/row.ts";

const rows = new RowFactory();
/** A line with only a message. */
const lineOf = (message: string): Line => ({ ...rows.line(""), message });
const shown = (line: Line, isExpanded = false) =>
  contentOf(line, isExpanded).spans.map(({ text }) => text).join("");
const hidden = (line: Line, isExpanded = false) => contentOf(line, isExpanded).hidden;

Deno.test("a message of moderate length is shown in full", () => {
  for (const message of ["", "one", "a\n".repeat(20), "é".repeat(2000)]) {
    const line = lineOf(message);
    assertEquals([shown(line), hidden(line), canExpand(line)], [message, 0, false]);
  }
});

Deno.test("a long message is collapsed, and shows how much is hidden", () => {
  const long = lineOf("x".repeat(5000));
  assertEquals([shown(long).length, hidden(long), canExpand(long)], [2000, 3000, true]);
  assertEquals([shown(long, true).length, hidden(long, true)], [5000, 0]);
  const high = lineOf("x\n".repeat(100));
  assertEquals([shown(high), hidden(high)], ["x\n".repeat(20).trimEnd(), 161]);
  assertEquals([shown(high, true), hidden(high, true)], ["x\n".repeat(100), 0]);
});

Deno.test("a long message is cut between characters", () => {
  fc.assert(fc.property(fc.nat(4), fc.boolean(), (offset, isExpanded) => {
    const line = lineOf("x".repeat(offset) + "😀".repeat(200_000));
    assert(shown(line, isExpanded).isWellFormed());
    assert(hidden(line, isExpanded) > 0);
  }));
});

Deno.test("a JSON message can be expanded, even if it is colored; broken JSON is text", () => {
  const colored = lineOf('\x1b[36m{"a":\x1b[1m1}\x1b[0m');
  assertEquals([canExpand(colored), shown(colored)], [true, '{"a":1}']);
  assertEquals(treeOf(colored)?.children?.[0], { key: '"a"', text: "1", children: undefined });
  const broken = lineOf('{"a":1');
  assertEquals([canExpand(broken), treeOf(broken)], [false, undefined]);
});

const MEGABYTE = 1_000_000;
const HOSTILE: Record<string, string> = {
  "letters": "x".repeat(MEGABYTE),
  "line breaks": "\n".repeat(MEGABYTE),
  "escape characters": "\x1b".repeat(MEGABYTE),
  "colors": "\x1b[31mx".repeat(MEGABYTE / 6),
  "brackets": "[".repeat(MEGABYTE / 2) + "]".repeat(MEGABYTE / 2),
  "values": `[${"1,".repeat(MEGABYTE / 2)}1]`,
  "keys": `{${'"a":{},'.repeat(MEGABYTE / 8)}"b":1}`,
};

for (const [name, message] of Object.entries(HOSTILE)) {
  Deno.test(`a megabyte is cut off, whether collapsed or expanded: ${name}`, () => {
    const line = lineOf(message);
    for (const [isExpanded, most] of [[false, 2000], [true, 131_072]] as const) {
      const { spans } = contentOf(line, isExpanded);
      assert(spans.length <= 2002);
      assert(shown(line, isExpanded).length <= most);
    }
    assertEquals(treeOf(line), undefined);
    assert(canExpand(line));
  });
}

Deno.test("a line of JSON shows its message, followed by its fields, and expands to a tree", () => {
  const json =
    `{"level":"warn","msg":"say \\"hi\\"","order":8812,"note":"two words","path":"C:\\\\temp"}`;
  const line = rows.line(json);
  assertEquals(shown(line), `say "hi" order=8812 note="two words" path=C:\\temp`);
  assertEquals(shownText(line), shown(line));
  assertEquals(canExpand(line), true);
  assertEquals(treeOf(line)?.children?.length, 5);
});

Deno.test("JSON that has no message is shown decoded and without escape sequences", () => {
  const table = [
    [`{"url":"https:\\/\\/x.example\\/a"}`, `{"url":"https://x.example/a"}`],
    [`{"level":"\\u001b[32minfo\\u001b[39m"}`, `{"level":"info"}`],
    [`{"text":"\\u6ce8\\u6587\\n\\tx"}`, `{"text":"注文\\n\\tx"}`],
    [`["\\ud800", "caf\\u00e9"]`, `["\ud800", "café"]`],
  ] as const;
  for (const [payload, expected] of table) {
    const line = rows.line(payload);
    assertEquals(shown(line), expected);
    assertEquals(shownText(line), expected);
  }
});

Deno.test("a line from a log collector other than Fly's expands to its whole envelope", () => {
  const line = rows.line(`{"kubernetes":{"pod_name":"web-1"},"message":"hello","stream":"stdout"}`);
  assertEquals([shown(line), canExpand(line)], ["hello", true]);
  const keys = treeOf(line)?.children?.map(({ key }) => key);
  assertEquals(keys, [`"kubernetes"`, `"message"`, `"stream"`]);
});

Deno.test("very many or very long fields are cut off", () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i]));
  const line = rows.line(JSON.stringify({ msg: "many", ...many }));
  assertEquals(shown(line).split(" k").length, 51);
  assert(shown(line).endsWith("k49=49 … 950 more"));
  const long = rows.line(JSON.stringify({ msg: "long", x: "y".repeat(100_000) }));
  assert(shown(long).length < 600);
  const key = rows.line(JSON.stringify({ msg: "long", ["x".repeat(100_000)]: 1 }));
  assert(shown(key).length < 200);
});

Deno.test("fields stay on one line, and are shown no matter how deeply they are nested", () => {
  const lines = rows.line(JSON.stringify({ msg: "m", "a\nb": "c\r\nd\te" }));
  assertEquals(shown(lines), 'm a\\nb="c\\r\\nd\\te"');
  assertEquals(shownText(lines), shown(lines));
  const [open, close] = ["[".repeat(400_000), "]".repeat(400_000)];
  assert(shown(rows.line(`{"msg":"m","deep":${open}${close}}`)).startsWith("m deep="));
});
