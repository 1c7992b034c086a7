import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { terminalText } from "../../../web/message/terminal_line.ts";

const TABLE: [printed: string, left: string][] = [
  ["10%\r50%\r100% done", "100% done"],
  ["⠙\x1b[1G\x1b[0K⠹\x1b[1G\x1b[0Kadded 3 packages", "added 3 packages"],
  ["Progress 1\b2\b3", "Progress 3"],
  ["a\x1b[5Cb", "a     b"],
  ["a plain line\r", "a plain line"],
  ["two\r\nlines\r\n", "two\nlines\n"],
  ["long line\rshort", "shortline"],
  ["long line\r\x1b[Kshort", "short"],
  ["gone\x1b[2K\rnew", "new"],
  ["ab\x1b[1Dc", "ac"],
  ["abc\x1b[2G_", "a_c"],
  ["\b\bx", "x"],
  ["\x1b[32mgreen\x1b[0m\rG", "G\x1b[32mreen\x1b[0m"],
  ["\x1b[31m10%\r\x1b[32m100%\x1b[0m", "\x1b[31m\x1b[32m100%\x1b[0m"],
  ["👍👍\r👎", "👎👍"],
  ["", ""],
];

for (const [printed, left] of TABLE) {
  Deno.test(`terminalText() leaves ${JSON.stringify(left)} of ${JSON.stringify(printed)}`, () => {
    assertEquals(terminalText(printed), left);
  });
}

Deno.test("terminalText() leaves text without controls, and tabs and styles, as they are", () => {
  for (const text of ["plain", "a\tb", "\x1b[31mred\x1b[0m", "a\nb", "\x1b]0;title\x07x"]) {
    assertEquals(terminalText(text), text);
  }
  // deno-lint-ignore no-control-regex
  const plain = fc.string({ unit: "grapheme" }).filter((text) => !/[\b\r\x1b]/.test(text));
  fc.assert(fc.property(plain, (text) => assertEquals(terminalText(text), text)));
});

Deno.test("terminalText() stays as long as its input, whatever that asks for", () => {
  const piece = fc.constantFrom("a", "\r", "\b", "\n", "\x1b[9C", "\x1b[K", "\x1b[1K", "\x1b[5G");
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    const text = terminalText(pieces.join(""));
    assert(text.length <= 10 * pieces.length + 1, JSON.stringify(pieces));
    assert(!/[\b\r]/.test(text));
  }));
  assert(terminalText("\x1b[999999999C.").length <= 1_001);
  const long = `\x1b[${"1;".repeat(1_000)}m`;
  const styles = `${long}${"a\x1b[C".repeat(400)}\r\x1b[m${"\x1b[Cb".repeat(400)}`;
  assert(terminalText(styles).length <= styles.length);
  for (const attack of ["\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[9C", "\b", "\r"]) {
    assert(terminalText("a".repeat(100_000) + attack.repeat(20_000)).length <= 110_000);
  }
});

Deno.test("terminalText() takes little time to erase a long line again and again", () => {
  const erase = () => {
    const start = performance.now();
    for (const attack of ["\x1b[Kx", "\x1b[1Kx", "\x1b[2Kx"]) {
      terminalText("a".repeat(32_000) + attack.repeat(6_000));
    }
    return performance.now() - start;
  };
  // A busy machine can delay one attempt.
  assert([1, 2, 3, 4, 5].some(() => erase() < 1_000));
});
