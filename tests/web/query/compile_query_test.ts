import { assert, assertEquals, assertMatch } from "@std/assert";
import { RowFactory } from "../../../web/rows/row.ts";
import { compileQuery } from "../../../web/query/compile_query.ts";
import { type FlyFields, flyLine, matcher } from "../../support/viewer/sample_rows.ts";

/** Why a query is rejected. */
function errorOf(query: string): string {
  const compiled = compileQuery(query);
  assert("error" in compiled, `${query} is accepted`);
  return compiled.error;
}

const HTTP = '{"msg":"request","status":503,"path":"/healthz/live","user":{"id":"42"},"ms":512.5}';
const TREE =
  '{"msg":"done","res":{"statusCode":200,"headers":[{"x-id":"7"}]},"took":"1.2s","size":"3KB"}';

const cases: [query: string, fields: FlyFields, passes: boolean][] = [
  ["", {}, true],
  ["HEALTH", { message: "GET /healthz" }, true],
  ["ÉTÉ", { message: "l'été" }, true],
  ["a.c", { message: "abc" }, false],
  ["/a.c/", { message: "abc" }, true],
  ["/a.c/", { message: "ABC" }, false],
  ["/a.c/i", { message: "ABC" }, true],
  ["/^GET .* 5\\d\\d$/", { message: "GET / 503" }, true],
  ["/^GET .* 5\\d\\d$/", { message: "GET / 503 7ms" }, false],
  ['"verbatim: (?:[{\\\\/^$|*+"', { message: "verbatim: (?:[{\\/^$|*+" }, true],
  // Words may be anywhere; a phrase is contiguous.
  ["POST 500", { message: "500 for POST" }, true],
  ['"POST 500"', { message: "POST /x 500" }, false],
  ["a -b", { message: "a c" }, true],
  ["a -b", { message: "a b" }, false],
  ["(x OR b) a", { message: "a b" }, true],
  ["x OR y", { message: "a b" }, false],
  // Escape sequences between words are not searched.
  ['"disk full"', { message: "disk \x1b[1;31mfull\x1b[0m" }, true],
  ["31m", { message: "disk \x1b[1;31mfull\x1b[0m" }, false],
  // Text that looks the same is the same.
  ["café", { message: "cafe\u0301" }, true],
  ["cafe\u0301", { message: "café" }, true],
  ["/caf(é)+$/", { message: "cafe\u0301" }, true],
  ['"a b"', { message: "a\u00a0b" }, true],
  ["/a b/", { message: "a\tb" }, true],
  ["/done$/", { message: "done\r" }, true],
  // Columns.
  ["dfw", { region: "dfw" }, true],
  ["fw", { region: "dfw" }, false],
  ["7c60", { machine: "d896d7c609dd68" }, true],
  ["proxy", { provider: "proxy" }, true],
  ["app", { provider: "app" }, false],
  ["warning", { level: "warning" }, true],
  ["level:warn", { level: "WARN" }, true],
  ["level:warning", { level: "warn" }, true],
  ["level:fatal", { level: "fatal" }, true],
  ["level:fatal", { level: "error" }, false],
  ["level:error,warn", { level: "fatal" }, true],
  ["level:error", { level: "info" }, false],
  ["level>=warn", { level: "error" }, true],
  ["level>=warn", { level: "info" }, false],
  ["level<warn", { level: "" }, false],
  ["region:ams", { region: "dfw" }, false],
  ["region:AMS,dfw", { region: "dfw" }, true],
  ["machine:web-1", { machine: "web-10" }, false],
  ["machine:web-*", { machine: "web-10" }, true],
  ["machine:*e*-1*", { machine: "web-10" }, true],
  ["machine:*1*e*", { machine: "web-10" }, false],
  ["machine:d896d7c6", { machine: "d896d7c609dd68" }, true],
  ["-provider:proxy", { provider: "proxy" }, false],
  // Fields.
  ["status:503", { message: HTTP }, true],
  ["status:50", { message: HTTP }, false],
  ["status:5*", { message: HTTP }, true],
  ["status:500,503", { message: HTTP }, true],
  ["status:(500 OR 503)", { message: HTTP }, true],
  ["status:(500 OR 502)", { message: '{"msg":"502 items","status":200}' }, false],
  ["status!=503", { message: HTTP }, false],
  ["status>=500", { message: HTTP }, true],
  ["status>503", { message: HTTP }, false],
  ["user.id:42", { message: HTTP }, true],
  ["user.id:4", { message: HTTP }, false],
  ["id:42", { message: HTTP }, true],
  ["-path:/healthz", { message: HTTP }, false],
  ["path=/healthz", { message: HTTP }, false],
  ["path:/^.healthz/", { message: HTTP }, true],
  ["ms>500ms", { message: HTTP }, true],
  ["ms>0.6s", { message: HTTP }, false],
  ["msg:request", { message: HTTP }, true],
  ["absent:*", { message: HTTP }, false],
  ["user.id:*", { message: HTTP }, true],
  ['"statusCode": 200', { message: TREE }, true],
  ["res.statusCode:200", { message: TREE }, true],
  ["x-id:7", { message: TREE }, true],
  ["took>500ms", { message: TREE }, true],
  ["took>=1200", { message: TREE }, true],
  ["size>2KB", { message: TREE }, true],
  ['"a/b":1', { message: '{"msg":"x","a\\/b":1}' }, true],
  // A field with the name of a column.
  ["region:eu", { region: "ams", message: '{"msg":"x","region":"eu"}' }, false],
  ["region=eu", { region: "ams", message: '{"msg":"x","region":"eu"}' }, true],
  ["region=ams", { region: "ams", message: '{"msg":"x","region":"eu"}' }, true],
  ["host:9c2f", {}, true],
  // Dates.
  ["at>=2026-11-26", { message: '{"msg":"x","at":"2026-11-26T00:00:00Z"}' }, true],
  ["at>2026-11-26", { message: '{"msg":"x","at":"2026-11-26T01:00:00+01:00"}' }, false],
  ['at<"2026-11-27 00:00Z"', { message: '{"msg":"x","at":1795694400000}' }, true],
  ["at<2026-11-26", { message: '{"msg":"x","at":"soon"}' }, false],
  ["time>500", { message: '{"msg":"x","time":512}' }, true],
  ["time:2026-11-26", { message: '{"msg":"x","time":"2026-11-26T12:00:00Z"}' }, true],
  // Logfmt, and its like in other text.
  ["status>=500", { message: "level=info status=503 dur=7ms" }, true],
  ["dur<5ms", { message: "level=info status=503 dur=7ms" }, false],
  ["status:503", { message: "GET / status=503" }, true],
  ['user:"a b"', { message: 'GET / user="a b" x=1' }, true],
  // Text that looks like a condition.
  ["main.go:42", { message: "panic at main.go:42" }, true],
  ["std::vector", { message: "in std::vector" }, true],
  ["Error: no", { message: "Error: no such order" }, true],
  // An object or an array is compared only as a whole.
  ['user={"id":"42"}', { message: HTTP }, true],
  ['user={"id":"4"}', { message: HTTP }, false],
  ['user="{\\"id\\":\\"42\\"}"', { message: HTTP }, true],
  ["user:id", { message: HTTP }, false],
];

for (const [query, fields, passes] of cases) {
  Deno.test(`the query ${query} ${passes ? "shows" : "hides"} ${JSON.stringify(fields)}`, () => {
    assertEquals(matcher(query).test(flyLine(fields)), passes);
  });
}

Deno.test("a line without a level is hidden if levels are selected", () => {
  assertEquals(matcher("level:info").test(new RowFactory().line("plain")), false);
});

Deno.test("time is compared with the time of lines, whatever fields they have", () => {
  const query = "time>=1970-01-01T00:00:00.100Z time<1970-01-01T00:00:00.2Z";
  const message = '{"time":"2026-11-26T12:00:00Z"}';
  const passing = [99, 100, 199, 200].filter((at) =>
    matcher(query).test(flyLine({ timestamp: "", message }, at))
  );
  assertEquals(passing, [100, 199]);
});

Deno.test("the pattern finds every match to highlight, at its position", () => {
  const places = (query: string, text: string) =>
    [...text.matchAll(matcher(query).pattern!)].map(({ 0: found, index }) => [index, found.length]);
  assertEquals(places("ab", "ab AB a.b"), [[0, 2], [3, 2]]);
  assertEquals(places("/ab/", "ab AB a.b"), [[0, 2]]);
  assertEquals(places("ab cd -ef", "cd ab ef"), [[0, 2], [3, 2]]);
  assertEquals(places("é", "ae\u0301b"), [[1, 2]]);
  assertEquals(matcher("level:info").pattern, undefined);
  assertEquals(matcher("-x").pattern, undefined);
});

for (const text of ["(", "[a]{2,1}", "*", "(?<n>a)(?<n>b)"]) {
  Deno.test(`an invalid regular expression is reported: ${text}`, () => {
    assertMatch(errorOf(`/${text}/`), /^Not a valid regular expression yet: [^A-Z/]+$/);
  });
}

Deno.test("a level that is no level cannot be compared", () => {
  assertMatch(errorOf("level>=7x"), /^Compare the level/);
});

Deno.test("an expression that could take forever is rejected", () => {
  assertMatch(errorOf("/^(\\w+\\s?)*$/"), /could take forever/);
  assertMatch(errorOf("path:/^(\\w+\\s?)*$/"), /could take forever/);
  // As plain text, it is harmless.
  const message = "it was ^(\\w+\\s?)*$";
  assert(matcher("^(\\w+\\s?)*$").test(flyLine({ message })));
});

for (const text of ["(?:a?){40}b", "a?".repeat(40), "(?:a|a)".repeat(30), "(|)".repeat(30)]) {
  Deno.test(`an expression with too many choices is rejected: ${text}`, () => {
    assertMatch(errorOf(`/${text}/`), /too many repeats and alternatives/);
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
    const matching = matcher(`/${text}/i`);
    assertEquals([matching.test(flyLine()), matching.problem], [false, undefined]);
    assertEquals(matching.test(flyLine({ message })), false);
    assertMatch(matching.problem!, /^This expression takes too long/);
  });
}

Deno.test("a value with many stars does not take long on a long value", () => {
  const message = JSON.stringify({ msg: "x", path: "b".repeat(1_000_000) });
  assertEquals(matcher("path:*b*b*b*c").test(flyLine({ message })), false);
  assertEquals(matcher("path:*b*b*b*").test(flyLine({ message })), true);
});

Deno.test("an expression with repeats still matches at the end of a long line", () => {
  const message = `${"x".repeat(30_000)} user=7 status=503`;
  assert(matcher("/user=\\d+.*status=5\\d\\d/").test(flyLine({ message })));
});
