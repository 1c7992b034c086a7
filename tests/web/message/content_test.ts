import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { canUnfold, contentOf, treeOf } from "../../../web/message/content.ts";
import { type Line, Rows } from "../../../web/rows/row.ts";

const rows = new Rows();
/** A line that is a message alone. */
const lineOf = (message: string): Line => ({ ...rows.line(""), message });
const shown = (line: Line, isUnfolded = false) =>
  contentOf(line, isUnfolded).spans.map(({ text }) => text).join("");

Deno.test("a message of some lines, or of some length, is shown whole", () => {
  for (const message of ["", "one", "a\n".repeat(20), "é".repeat(2000)]) {
    const line = lineOf(message);
    assertEquals([shown(line), contentOf(line, false).hidden, canUnfold(line)], [
      message,
      0,
      false,
    ]);
  }
});

Deno.test("a long message begins folded, and says how much is hidden", () => {
  const long = lineOf("x".repeat(5000));
  assertEquals([shown(long).length, contentOf(long, false).hidden, canUnfold(long)], [
    2000,
    3000,
    true,
  ]);
  assertEquals([shown(long, true).length, contentOf(long, true).hidden], [5000, 0]);
  const high = lineOf("x\n".repeat(100));
  assertEquals([shown(high), contentOf(high, false).hidden], ["x\n".repeat(20).trimEnd(), 161]);
  assertEquals([shown(high, true), contentOf(high, true).hidden], ["x\n".repeat(100), 0]);
});

Deno.test("a long message is cut between characters, wherever that is", () => {
  fc.assert(fc.property(fc.nat(4), fc.boolean(), (offset, isUnfolded) => {
    const line = lineOf("x".repeat(offset) + "😀".repeat(200_000));
    assert(shown(line, isUnfolded).isWellFormed());
    assert(contentOf(line, isUnfolded).hidden > 0);
  }));
});

Deno.test("a JSON message folds out, also where it is coloured; a broken one is text", () => {
  const colored = lineOf('\x1b[36m{"a":\x1b[1m1}\x1b[0m');
  assertEquals([canUnfold(colored), shown(colored)], [true, '{"a":1}']);
  assertEquals(treeOf(colored)?.children?.[0], { key: '"a"', text: "1", children: undefined });
  const broken = lineOf('{"a":1');
  assertEquals([canUnfold(broken), treeOf(broken)], [false, undefined]);
});

const MEGABYTE = 1_000_000;
const HOSTILE: Record<string, string> = {
  "letters": "x".repeat(MEGABYTE),
  "line breaks": "\n".repeat(MEGABYTE),
  "escape characters": "\x1b".repeat(MEGABYTE),
  "colours": "\x1b[31mx".repeat(MEGABYTE / 6),
  "brackets": "[".repeat(MEGABYTE / 2) + "]".repeat(MEGABYTE / 2),
  "values": `[${"1,".repeat(MEGABYTE / 2)}1]`,
  "keys": `{${'"a":{},'.repeat(MEGABYTE / 8)}"b":1}`,
};

for (const [name, message] of Object.entries(HOSTILE)) {
  Deno.test(`a megabyte is bounded, folded and unfolded: ${name}`, () => {
    const line = lineOf(message);
    for (const [isUnfolded, most] of [[false, 2000], [true, 131_072]] as const) {
      const { spans } = contentOf(line, isUnfolded);
      assert(spans.length <= 2002);
      assert(shown(line, isUnfolded).length <= most);
    }
    assertEquals(treeOf(line), undefined);
    assert(canUnfold(line));
  });
}
