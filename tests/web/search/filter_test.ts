import { assert, assertEquals, assertMatch } from "@std/assert";
import { compile, EVERYTHING, type Filter } from "../../../web/search/filter.ts";
import { RowFactory } from "../../../web/rows/row.ts";
import { type FlyFields, flyLine, matcher } from "../../support/viewer/sample_rows.ts";

/** Why an expression is rejected. */
function errorOf(text: string): string {
  const compiled = compile({ ...EVERYTHING, text, regex: true });
  assert("error" in compiled, `${text} is accepted`);
  return compiled.error;
}

const cases: [filter: Partial<Filter>, fields: FlyFields, passes: boolean][] = [
  [{}, {}, true],
  [{ text: "HEALTH" }, { message: "GET /healthz" }, true],
  [{ text: "HEALTH", matchCase: true }, { message: "GET /healthz" }, false],
  [{ text: "ÉTÉ" }, { message: "l'été" }, true],
  [{ text: "a.c" }, { message: "abc" }, false],
  [{ text: "a.c" }, { message: "a.c" }, true],
  [{ text: "(?:[{\\/^$|*+" }, { message: "verbatim: (?:[{\\/^$|*+" }, true],
  [{ text: "a.c", regex: true }, { message: "ABC" }, true],
  [{ text: "a.c", regex: true, matchCase: true }, { message: "ABC" }, false],
  [{ text: "^GET .* 5\\d\\d$", regex: true }, { message: "GET / 503" }, true],
  [{ text: "^GET .* 5\\d\\d$", regex: true }, { message: "GET / 503 7ms" }, false],
  // Escape sequences between words are not searched.
  [{ text: "disk full" }, { message: "disk \x1b[1;31mfull\x1b[0m" }, true],
  [{ text: "31m" }, { message: "disk \x1b[1;31mfull\x1b[0m" }, false],
  // Only the message is searched.
  [{ text: "dfw" }, { message: "hello", region: "dfw" }, false],
  [{ facets: { level: new Set(["error", "warn"]) } }, { level: "WARN" }, true],
  [{ facets: { level: new Set(["error"]) } }, { level: "info" }, false],
  [{ facets: { region: new Set(["ams"]) } }, { region: "dfw" }, false],
  [{ facets: { machine: new Set(["m1"]) } }, { machine: "m1" }, true],
  [{ facets: { provider: new Set(["proxy"]) } }, { provider: "app" }, false],
  [{ facets: { region: new Set(["dfw"]) }, text: "no" }, { region: "dfw", message: "yes" }, false],
  [{ facets: { region: new Set(["dfw"]), machine: new Set(["m2"]) } }, { region: "dfw" }, false],
];

for (const [filter, fields, passes] of cases) {
  const show = (value: unknown) =>
    JSON.stringify(value, (_, part) => part instanceof Set ? [...part] : part);
  Deno.test(`the filter ${show(filter)} ${passes ? "shows" : "hides"} ${show(fields)}`, () => {
    assertEquals(matcher(filter).test(flyLine(fields)), passes);
  });
}

Deno.test("a line without a level is hidden if levels are selected", () => {
  const infos = matcher({ facets: { level: new Set(["info"]) } });
  assertEquals(infos.test(new RowFactory().line("plain")), false);
});

Deno.test("the pattern finds every match to highlight", () => {
  const places = (filter: Partial<Filter>, text: string) =>
    [...text.matchAll(matcher(filter).pattern!)].map(({ index }) => index);
  assertEquals(places({ text: "ab" }, "ab AB a.b"), [0, 3]);
  assertEquals(places({ text: "ab", matchCase: true }, "ab AB a.b"), [0]);
  assertEquals(places({ text: "a.?b", regex: true }, "ab AB a.b"), [0, 3, 6]);
  assertEquals(matcher({ facets: { level: new Set(["info"]) } }).pattern, undefined);
});

for (const text of ["(", "[a", "a{2,1}", "*", "(?<n>a)(?<n>b)", "\\"]) {
  Deno.test(`an incomplete regular expression is reported: ${text}`, () => {
    assertMatch(errorOf(text), /^Not a valid regular expression yet: [^A-Z/]+$/);
  });
}

Deno.test("an expression that could take forever is rejected", () => {
  assertMatch(errorOf("^(\\w+\\s?)*$"), /could take forever/);
  // As plain text, it is harmless.
  const message = "it was ^(\\w+\\s?)*$";
  assert(matcher({ text: "^(\\w+\\s?)*$" }).test(flyLine({ message })));
});

for (const text of ["(?:a?){40}b", "a?".repeat(40), "(?:a|a)".repeat(30), "(|)".repeat(30)]) {
  Deno.test(`an expression with too many choices is rejected: ${text}`, () => {
    assertMatch(errorOf(text), /too many repeats and alternatives/);
  });
}

const slow: [expression: string, message: string][] = [
  [".*.*.*=", "x".repeat(1_000_000)],
  ["a*a*a*a*a*b", "a".repeat(30_000)],
  ["\\s+\\s+\\d", " ".repeat(1_000_000)],
  // With this many repeats, a line half as long again would take a minute.
  [`${"x.*?".repeat(20)}z`, "x".repeat(250)],
  [`${"a*".repeat(30)}b`, "a".repeat(250)],
  [`${"a?".repeat(28)}${"a".repeat(28)}b`, "a".repeat(250)],
];

for (const [text, message] of slow) {
  Deno.test(`a match by ${text} that would take minutes is abandoned and reported`, () => {
    const matching = matcher({ text, regex: true });
    assertEquals([matching.test(flyLine()), matching.problem], [false, undefined]);
    assertEquals(matching.test(flyLine({ message })), false);
    assertMatch(matching.problem!, /^This expression takes too long/);
  });
}

Deno.test("an expression with repeats still matches at the end of a long line", () => {
  const message = `${"x".repeat(30_000)} user=7 status=503`;
  assert(matcher({ text: "user=\\d+.*status=5\\d\\d", regex: true }).test(flyLine({ message })));
});
