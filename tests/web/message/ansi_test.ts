import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "npm:fast-check@^4";
import { parseAnsi, plainText } from "../../../web/message/ansi.ts";

const ESC = "\x1b";
const textOf = (message: string) => parseAnsi(message).map(({ text }) => text).join("");
const styles = (message: string) =>
  parseAnsi(message).map(({ text, className, css }) => [text, className, css]);

const without = (text: string, characters: string) =>
  [...text].filter((one) => !characters.includes(one)).join("");
/** Text that starts no sequence. */
const words = fc.string({ unit: "binary" })
  .map((text) => without(text, "\x1b\x90\x98\x9b\x9d\x9e\x9f"));
/** Text that ends no sequence. */
const inside = words.map((text) => without(text, "\x07\x18\x1a\x9c"));
const sequence = fc.oneof(
  fc.tuple(fc.constantFrom(`${ESC}[`, "\x9b"), fc.stringMatching(/^[0-9;:?<=>]{0,12}[@-~]$/)),
  fc.tuple(
    fc.constantFrom(`${ESC}]`, `${ESC}P`, `${ESC}_`, `${ESC}^`, `${ESC}X`, "\x90", "\x9d"),
    inside,
    fc.constantFrom(`${ESC}\\`, "\x9c"),
  ),
  fc.tuple(fc.constantFrom(`${ESC}]`), inside, fc.constant("\x07")),
  fc.tuple(fc.constant(ESC), fc.stringMatching(/^[ -/]?[0-9c=>DEHM]$/)),
).map((parts) => parts.join(""));
/** Arbitrary and hostile input. */
const anything = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(ESC, "[", "]", "\\", "\x9b", "\0", "\n", ";", ":", "m", "é") }),
  fc.string({
    unit: fc.constantFrom(`${ESC}[`, "38", "48", "5", "2", "0", ";", ":", "m", "a", "-"),
  }),
);

Deno.test("parseAnsi() removes all escape sequences, and nothing else", () => {
  fc.assert(fc.property(fc.array(fc.tuple(words, sequence)), (parts) => {
    const message = parts.flat().join("");
    const expected = parts.map(([text]) => text).join("");
    assertEquals(textOf(message), expected);
    assertEquals(plainText(message), expected);
  }));
});

Deno.test("parseAnsi() keeps a message without escape sequences", () => {
  fc.assert(fc.property(words, (text) => assertEquals(textOf(text), text)));
});

Deno.test("for any input, no escape character is shown, and no text is added", () => {
  fc.assert(
    fc.property(anything, (message) => {
      const text = textOf(message);
      assertEquals(plainText(message), text);
      assert(!text.includes(ESC));
      let at = 0;
      for (const character of text) {
        at = message.indexOf(character, at) + 1;
        assert(at > 0, `${JSON.stringify(text)} is not part of ${JSON.stringify(message)}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("for any input, only known classes and colors are used", () => {
  const CLASSES =
    /^((bold|dim|italic|underline|strike|inverse|ansi-rgb|ansi-(\d|1[0-5]))( (?!$)|$))*$/;
  const CSS =
    /^(--color: rgb\(\d+ \d+ \d+\)|color: rgb\(\d+ \d+ \d+\); background-color: rgb\(\d+ \d+ \d+\)|)$/;
  fc.assert(
    fc.property(anything, (message) => {
      for (const { className, css } of parseAnsi(message)) {
        assertMatch(className, CLASSES);
        assertMatch(css, CSS);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a malformed sequence removes no words", () => {
  const unending = "0;a title that never ends\nthe rest";
  assertEquals(textOf(`${ESC}]${unending}`), unending);
  assertEquals(textOf(`${ESC}]a title${ESC}[31mred`), "a titlered");
  assertEquals(textOf(`${ESC}[注文 42 m`), "注文 42 m");
  assertEquals(textOf(`${ESC}[12\nnext line`), "12\nnext line");
  assertEquals(textOf(`${ESC}\nnext line`), "\nnext line");
  assertEquals(textOf(`cut off ${ESC}[3`), "cut off ");
  assertEquals(textOf(`cut off ${ESC}`), "cut off ");
});

Deno.test("the sequence of a hyperlink is removed, including its address", () => {
  const link = `${ESC}]8;;https://evil.example${ESC}\\bank${ESC}]8;;${ESC}\\`;
  assertEquals(styles(link), [["bank", "", ""]]);
});

const coded: [codes: string, className: string, css?: string][] = [
  ["31", "ansi-1"],
  ["97", "ansi-15"],
  ["38;5;9", "ansi-9"],
  ["38;5;16", "ansi-rgb", "--color: rgb(0 0 0)"],
  ["38;5;208", "ansi-rgb", "--color: rgb(255 135 0)"],
  ["38;5;255", "ansi-rgb", "--color: rgb(238 238 238)"],
  ["38;2;1;2;3", "ansi-rgb", "--color: rgb(1 2 3)"],
  ["38:2:1:2:3", "ansi-rgb", "--color: rgb(1 2 3)"],
  ["38:2::1:2:3", "ansi-rgb", "--color: rgb(1 2 3)"],
  ["38;2;1;2;3;1", "bold ansi-rgb", "--color: rgb(1 2 3)"],
  ["1;38;5;1;4", "bold underline ansi-1"],
  // An invalid color changes nothing, and the codes after it still apply.
  ["38;5;256", ""],
  ["38;2;1;2;999", ""],
  ["38;2;1", ""],
  ["38;5;;4", "underline ansi-0"],
  ["58;5;7;3", "italic"],
  ["?31", ""],
  // Text on a background that the app chose is legible.
  ["30;43", "", "color: rgb(0 0 0); background-color: rgb(229 229 16)"],
  ["41", "", "color: rgb(255 255 255); background-color: rgb(205 49 49)"],
  ["31;41", "", "color: rgb(255 255 255); background-color: rgb(205 49 49)"],
  ["7;32", "", "color: rgb(0 0 0); background-color: rgb(13 188 121)"],
];

for (const [codes, className, css = ""] of coded) {
  Deno.test(`the codes ${codes} mean: ${className} ${css}`, () => {
    assertEquals(styles(`${ESC}[${codes}mx`), [["x", className, css]]);
  });
}

Deno.test("marks are set, reset individually, and all reset at once", () => {
  const message =
    `${ESC}[1;3;4;9ma${ESC}[22mb${ESC}[24;29mc${ESC}[0md${ESC}[4:3me${ESC}[4:0mf${ESC}[7mg${ESC}[mh`;
  const marks = styles(message).map(([text, className]) => `${text}: ${className}`);
  assertEquals(marks.slice(0, 2), [
    "a: bold italic underline strike",
    "b: italic underline strike",
  ]);
  assertEquals(marks.slice(2), ["c: italic", "d: ", "e: underline", "f: ", "g: inverse", "h: "]);
});

const MILLION = 1_000_000;
const HOSTILE: Record<string, string> = {
  "a million ESC": ESC.repeat(MILLION),
  "half a million unterminated CSI": `${ESC}[`.repeat(MILLION / 2),
  "half a million unterminated OSC": `${ESC}]`.repeat(MILLION / 2),
  "a CSI with a million parameters": `${ESC}[${";".repeat(MILLION)}m`,
  "a CSI with a million digits": `${ESC}[${"1".repeat(MILLION)}m`,
  "a CSI with a million colons": `${ESC}[38${":".repeat(MILLION)}m`,
  "an OSC of a million characters": `${ESC}]${"x".repeat(MILLION)}`,
  "a color for each of 160,000 characters": `${ESC}[31mx`.repeat(MILLION / 6),
  "a million NUL in a CSI": `${ESC}[${"\0".repeat(MILLION)}`,
};

for (const [name, message] of Object.entries(HOSTILE)) {
  Deno.test(`parsing takes bounded time and returns a bounded number of spans: ${name}`, () => {
    assert(parseAnsi(message).length <= 2001);
  });
}
