import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { within } from "../../support/patience.ts";
import { parseAnsi } from "../../../web/message/ansi.ts";
import { segmentsOf } from "../../../web/message/segments.ts";

const ESC = "\x1b";

Deno.test("segments are split where styles, links and matches begin and end", () => {
  const message = `${ESC}[31mred http://a.exa${ESC}[0mmple/ end`;
  const segments = segmentsOf(parseAnsi(message), /d http|mple/g);
  assertEquals(
    segments.map(({ text, className, href, isMatch }) => [text, className, href, isMatch]),
    [
      ["re", "ansi-1", undefined, false],
      ["d ", "ansi-1", undefined, true],
      ["http", "ansi-1", "http://a.example/", true],
      ["://a.exa", "ansi-1", "http://a.example/", false],
      ["mple", "", "http://a.example/", true],
      ["/", "", "http://a.example/", false],
      [" end", "", undefined, false],
    ],
  );
});

Deno.test("a pattern highlights nothing if it matches nothing or only empty text", () => {
  for (const pattern of [/b/g, /x*/g, /(?:)/gu, /^/gm, /(?=a)/g]) {
    assertEquals(segmentsOf(parseAnsi("aaa"), pattern).map(({ isMatch }) => isMatch), [false]);
  }
});

Deno.test("for any input, no text is lost", () => {
  const part = fc.oneof(
    fc.constantFrom("https://a.example/b", ` ${ESC}[1m`, `${ESC}[0m`, "http://", " ", ".", "abc"),
    fc.string({ unit: "binary" }),
  );
  const pattern = fc.constantFrom(undefined, /a/g, /[a-z]+/gi, /\W*/g, /./gsu, /s:\/\/a/g);
  fc.assert(fc.property(fc.array(part), pattern, (parts, pattern) => {
    const spans = parseAnsi(parts.join(""));
    const text = spans.map((span) => span.text).join("");
    const segments = segmentsOf(spans, pattern);
    assertEquals(segments.map((piece) => piece.text).join(""), text);
    assert(segments.every((piece) => piece.text !== ""));
  }));
});

Deno.test("the number of segments is limited even if every character matches", () => {
  assert(segmentsOf(parseAnsi("a".repeat(200_000)), /a/g).length <= 501);
});

const slow: [expression: string, match: string, rest: string][] = [
  ["x.*?x.*?x.*?x.*?x.*?z", "xxxxxz", "x".repeat(2000)],
  [`${"x.*".repeat(10)}z`, `${"x".repeat(10)}z`, `\n${"x".repeat(2000)}`],
  [`${"a*".repeat(20)}b`, "aaab", "a".repeat(2000)],
  [`${"a?".repeat(20)}${"a".repeat(20)}b`, `${"a".repeat(20)}b`, "a".repeat(2000)],
  ["\\s*\\s*\\s*\\d", "   1", " ".repeat(65_536)],
];

for (const [expression, match, rest] of slow) {
  Deno.test(`a search for ${expression} that would take minutes is cut short in every row`, async () => {
    using search = startSearch();
    const rows = await search.matches(expression, Array(50).fill(match + rest));
    assertEquals(rows[0]?.[0], match);
    assertEquals(rows.length, 50);
  });
}

/** Searches in a worker, which can be stopped. */
function startSearch() {
  const worker = new Worker(import.meta.resolve("../../support/viewer/searcher.ts"), {
    type: "module",
  });
  return {
    /** The highlighted matches in each text. */
    async matches(expression: string, texts: readonly string[]): Promise<string[][]> {
      const answer = new Promise<string[][]>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      });
      worker.postMessage({ expression, texts });
      return await within(answer, `Still searching for ${expression}`);
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}
