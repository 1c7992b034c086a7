import { assert, assertEquals, assertMatch } from "@std/assert";
import { compile, EVERYTHING, type Filter, type Matcher } from "../../../web/search/filter.ts";
import { Rows } from "../../../web/rows/row.ts";
import { type FlyFacts, flyLine } from "../../support/viewer/sample_rows.ts";

function matcher(filter: Partial<Filter>): Matcher {
  const compiled = compile({ ...EVERYTHING, ...filter });
  if ("error" in compiled) throw new Error(compiled.error);
  return compiled;
}

const rules: [filter: Partial<Filter>, facts: FlyFacts, passes: boolean][] = [
  [{}, {}, true],
  [{ text: "HEALTH" }, { message: "GET /healthz" }, true],
  [{ text: "HEALTH", matchCase: true }, { message: "GET /healthz" }, false],
  [{ text: "ÉTÉ" }, { message: "l'été" }, true],
  [{ text: "a.c" }, { message: "abc" }, false],
  [{ text: "a.c" }, { message: "a.c" }, true],
  [{ text: "(?:[{\\/^$|*+" }, { message: "as it is: (?:[{\\/^$|*+" }, true],
  [{ text: "a.c", regex: true }, { message: "ABC" }, true],
  [{ text: "a.c", regex: true, matchCase: true }, { message: "ABC" }, false],
  [{ text: "^GET .* 5\\d\\d$", regex: true }, { message: "GET / 503" }, true],
  [{ text: "^GET .* 5\\d\\d$", regex: true }, { message: "GET / 503 7ms" }, false],
  // A colour in the middle of a word, and the numbers that make it.
  [{ text: "disk full" }, { message: "disk \x1b[1;31mfull\x1b[0m" }, true],
  [{ text: "31m" }, { message: "disk \x1b[1;31mfull\x1b[0m" }, false],
  // What is searched is the message, not what stands around it.
  [{ text: "dfw" }, { message: "hello", region: "dfw" }, false],
  [{ levels: new Set(["error", "warn"]) }, { level: "WARN" }, true],
  [{ levels: new Set(["error"]) }, { level: "info" }, false],
  [{ regions: new Set(["ams"]) }, { region: "dfw" }, false],
  [{ machines: new Set(["m1"]) }, { machine: "m1" }, true],
  [{ providers: new Set(["proxy"]) }, { provider: "app" }, false],
  [{ regions: new Set(["dfw"]), text: "no" }, { region: "dfw", message: "yes" }, false],
  [{ regions: new Set(["dfw"]), machines: new Set(["m2"]) }, { region: "dfw" }, false],
];

for (const [filter, facts, passes] of rules) {
  const show = (value: unknown) =>
    JSON.stringify(value, (_, part) => part instanceof Set ? [...part] : part);
  Deno.test(`the filter ${show(filter)} ${passes ? "shows" : "hides"} ${show(facts)}`, () => {
    assertEquals(matcher(filter).test(flyLine(facts)), passes);
  });
}

Deno.test("a line without a level is hidden where levels are asked for", () => {
  assertEquals(matcher({ levels: new Set(["info"]) }).test(new Rows().line("plain")), false);
});

Deno.test("the pattern finds each place to highlight, as the filter is written", () => {
  const places = (filter: Partial<Filter>, text: string) =>
    [...text.matchAll(matcher(filter).pattern!)].map(({ index }) => index);
  assertEquals(places({ text: "ab" }, "ab AB a.b"), [0, 3]);
  assertEquals(places({ text: "ab", matchCase: true }, "ab AB a.b"), [0]);
  assertEquals(places({ text: "a.?b", regex: true }, "ab AB a.b"), [0, 3, 6]);
  assertEquals(matcher({ levels: new Set(["info"]) }).pattern, undefined);
});

for (const text of ["(", "[a", "a{2,1}", "*", "(?<n>a)(?<n>b)", "\\"]) {
  Deno.test(`what is not a regular expression yet is said gently: ${text}`, () => {
    const compiled = compile({ ...EVERYTHING, text, regex: true });
    assert("error" in compiled);
    assertMatch(compiled.error, /^Not a regular expression yet: [^A-Z/]+$/);
  });
}

Deno.test("an expression that could take forever on the next line is no filter", () => {
  const compiled = compile({ ...EVERYTHING, text: "^(\\w+\\s?)*$", regex: true });
  assert("error" in compiled);
  assertMatch(compiled.error, /could take forever/);
  // As plain text it is as good as any.
  const message = "it was ^(\\w+\\s?)*$";
  assert(matcher({ text: "^(\\w+\\s?)*$" }).test(flyLine({ message })));
});

for (const text of ["(?:a?){40}b", "a?".repeat(40), "(?:a|a)".repeat(30), "(|)".repeat(30)]) {
  Deno.test(`an expression with too many choices is no filter: ${text}`, () => {
    const compiled = compile({ ...EVERYTHING, text, regex: true });
    assert("error" in compiled);
    assertMatch(compiled.error, /too many repeats and alternatives/);
  });
}

const slow: [expression: string, message: string][] = [
  [".*.*.*=", "x".repeat(1_000_000)],
  ["a*a*a*a*a*b", "a".repeat(30_000)],
  ["\\s+\\s+\\d", " ".repeat(1_000_000)],
  // So many repeats that a line half as long again would take a minute.
  [`${"x.*?".repeat(20)}z`, "x".repeat(250)],
  [`${"a*".repeat(30)}b`, "a".repeat(250)],
  [`${"a?".repeat(28)}${"a".repeat(28)}b`, "a".repeat(250)],
];

for (const [text, message] of slow) {
  Deno.test(`a match by ${text} that would take minutes is given up, and said`, () => {
    const matching = matcher({ text, regex: true });
    assertEquals([matching.test(flyLine()), matching.problem], [false, undefined]);
    assertEquals(matching.test(flyLine({ message })), false);
    assertMatch(matching.problem!, /^This expression takes too long/);
  });
}

Deno.test("an expression with repeats still finds what it fits in a long line", () => {
  const message = `${"x".repeat(30_000)} user=7 status=503`;
  assert(matcher({ text: "user=\\d+.*status=5\\d\\d", regex: true }).test(flyLine({ message })));
});
