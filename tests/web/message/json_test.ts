import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import * as json from "../../../web/message/json.ts";

const { decodeStrings, isJson, jsonSpans, jsonTree } = json;

const text = (source: string) => jsonSpans(source).map((span) => span.text).join("");

/** The tree as JSON. */
function written({ key, text, children }: json.JsonNode): string {
  const value = children === undefined
    ? text
    : `${text}${children.map(written).join(",")}${text === "{" ? "}" : "]"}`;
  return key === undefined ? value : `${key}:${value}`;
}

Deno.test("the tokens and the tree reproduce the JSON as written", () => {
  fc.assert(fc.property(fc.json(), fc.constantFrom(undefined, 2, "\t"), (valid, indent) => {
    const value = [JSON.parse(valid)];
    const source = JSON.stringify(value, null, indent);
    assertEquals(text(source), source);
    const tree = jsonTree(source);
    if (tree !== undefined) assertEquals(written(tree), JSON.stringify(value));
  }));
});

Deno.test("numbers keep their digits, and objects the order and duplicates of their keys", () => {
  const source = '{"b":12345678901234567890,"a":1.0,"1":-0e5,"a":[true,null,{},[]]}';
  assertEquals(written(jsonTree(source)!), source);
});

Deno.test("tokens have the class of their kind", () => {
  const spans = jsonSpans('{"a\\"b" : "c","n":-1.5e3,"w":null}');
  const textsOf = (kind: string) =>
    spans.filter(({ className }) => className === kind).map(({ text }) => text);
  assertEquals(textsOf("punctuation"), ["{", " :", ",", ":", ",", ":", "}"]);
  assertEquals(textsOf("key"), ['"a\\"b"', '"n"', '"w"']);
  assertEquals([textsOf("string"), textsOf("number"), textsOf("word")], [['"c"'], ["-1.5e3"], [
    "null",
  ]]);
  assertEquals(textsOf(""), [" "]);
});

Deno.test("for any input, even JSON that is cut off, no text is lost", () => {
  const unit = fc.constantFrom('"', "\\", "{", "}", "[", "]", ":", ",", " ", "\n", "1", "a", "\0");
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit })), (source) => {
      assertEquals(text(source), source);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("isJson() accepts objects and arrays, but no scalars, sentences or broken JSON", () => {
  assertEquals(['{"a":1}', " [1]\n", "{}"].map(isJson), [true, true, true]);
  const none = ["1", '"a"', "null", "", "{", "[info] started", "{a}", '{"a":1} {"b":2}', "[1,]"];
  assertEquals(none.filter(isJson), []);
});

const HOSTILE: Record<string, string> = {
  "nested 100,000 deep": "[".repeat(100_000) + "]".repeat(100_000),
  "objects nested 30,000 deep": '{"a":'.repeat(30_000) + "1" + "}".repeat(30_000),
  "100,000 values": `[${"1,".repeat(100_000)}1]`,
  "a string of backslashes": `["${"\\\\".repeat(100_000)}"]`,
  "a million unclosed brackets": "[".repeat(1_000_000),
  "closing braces only": `{${"}  ".repeat(80_000)}`,
};

for (const [name, source] of Object.entries(HOSTILE)) {
  Deno.test(`JSON is parsed in bounded time into a bounded number of elements: ${name}`, () => {
    assert(jsonSpans(source).length <= 2002);
    assertEquals(text(source), source);
    if (!isJson(source)) return;
    const tree = jsonTree(source);
    assert(tree === undefined || written(tree).length < 131_072);
  });
}

Deno.test("decodeStrings() takes linear time for strings that do not end", () => {
  // In quadratic time, this would take minutes.
  const hostile = `[${'\\"'.repeat(500_000)}`;
  assertEquals(decodeStrings(hostile), hostile);
});
