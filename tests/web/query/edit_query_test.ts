import { assertEquals } from "@std/assert";
import {
  chosenSpan,
  chosenValues,
  toggleValue,
  withoutConditions,
  withSpan,
  writtenValue,
} from "../../../web/query/edit_query.ts";

const toggles: [query: string, name: string, value: string, excludes: boolean, result: string][] = [
  ["", "level", "error", false, "level:error"],
  ["timeout", "level", "error", false, "timeout level:error"],
  ["level:error timeout", "level", "warn", false, "level:error,warn timeout"],
  ["level:error,warn timeout", "level", "error", false, "level:warn timeout"],
  ["a level:error b", "level", "error", false, "a b"],
  ["level:error", "level", "error", true, "-level:error"],
  ["-level:error", "level", "error", false, "level:error"],
  ["-level:error", "level", "error", true, ""],
  ["a OR b", "level", "error", false, "(a OR b) level:error"],
  ["a OR b ", "level", "error", false, "(a OR b) level:error"],
  ["a) OR f(b) OR )", "level", "error", false, '("a)" OR f(b) OR ")") level:error'],
  ["a OR f( OR g(b).h(", "level", "error", false, '(a OR "f(" OR "g(b).h(") level:error'],
  ["(a OR level:error)", "level", "error", false, "(a OR level:error) level:error"],
  ["(level:error)", "level", "error", false, ""],
  ["a AND level:error AND b", "level", "error", false, "a b"],
  ["level:error AND ", "level", "error", false, ""],
  ["level:(error)", "level", "error", true, "level:(error) -level:error"],
  ["", "machine", "a b", false, 'machine:"a b"'],
  ["", "status", "500", true, "-status:500"],
  ["", "path", "/healthz", true, "-path=/healthz"],
  ["", "path", "/v1/", false, 'path="/v1/"'],
  ["", "path", "//a", false, 'path="//a"'],
  ["", "machine", "<a>", false, 'machine:"<a>"'],
  ["machine:web-*", "machine", "db", false, "machine:web-*,db"],
  ['machine:"web-*"', "machine", "db", false, 'machine:"web-*",db'],
  ["machine:db", "machine", "web-*", false, 'machine:db,"web-*"'],
  ["path:/v1", "path", "/v1", false, "path:/v1 path=/v1"],
  ["status:500", "status", "502", false, "status:500,502"],
  ["level:(level:error)", "level", "error", false, "level:(level:error) level:error"],
  ["", "a key", 'say "x"', false, '"a key"="say \\"x\\""'],
];

for (const [query, name, value, excludes, result] of toggles) {
  const how = excludes ? "excluded" : "selected";
  Deno.test(`toggleValue() of ${name} ${value}, ${how}, in "${query}"`, () => {
    assertEquals(toggleValue(query, name, value, excludes), result);
  });
}

Deno.test("chosenValues() has what was written into the query", () => {
  for (
    const value of ["error", "a,b", "x*", 'q"', "\\", "/re/", "a b", "(", "/a/b/i", "/a/i", ""]
  ) {
    for (const excludes of [false, true]) {
      const query = toggleValue("other", "machine", value, excludes);
      const { selected, excluded } = chosenValues(query, "machine");
      assertEquals([...selected], excludes ? [] : [value], query);
      assertEquals([...excluded], excludes ? [value] : [], query);
      assertEquals(toggleValue(query, "machine", value, excludes), "other");
    }
  }
});

Deno.test("withSpan() writes, replaces and removes conditions on the time of lines", () => {
  const written = "a b time>=1970-01-01T00:00:01Z time<1970-01-01T00:00:02.5Z";
  assertEquals(withSpan("a b", { from: 1000, to: 2500 }), written.replace("2.5", "2.500"));
  assertEquals(chosenSpan(written), { from: 1000, to: 2500 });
  assertEquals(withSpan(written, { from: 0, to: 1000 }).match(/1970[^ ]*/g), [
    "1970-01-01T00:00:00Z",
    "1970-01-01T00:00:01Z",
  ]);
  assertEquals(withSpan(`x ${written} y`), "x a b y");
  assertEquals(withSpan("(time>=1970-01-01 AND time<1970-01-02)"), "");
  assertEquals(withSpan("a OR b", { from: 0, to: 1000 }).slice(0, 9), "(a OR b) ");
});

Deno.test("chosenSpan() is open where the query does not limit the time", () => {
  assertEquals(chosenSpan("x time>1970-01-01"), { from: 0, to: Infinity });
  assertEquals(chosenSpan("time<1970-01-01 time<=1970-01-02"), { from: -Infinity, to: 0 });
  const others = ["x", "time>500", "-time>1970-01-01", "a OR time>1970-01-01", "time:1970"];
  for (const query of [...others, 'x "time">""', "time>1970-01-01,500"]) {
    assertEquals(chosenSpan(query), undefined, query);
  }
});

Deno.test("toggleValue() of a field time keeps conditions on the time of lines", () => {
  const query = "time>=1970-01-01";
  assertEquals(toggleValue(query, "time", "500", false, true), `${query} time:500`);
});

Deno.test("withoutConditions() keeps the rest of the query", () => {
  const query = 'level:error "a b" -region:ams status:500 level:warn';
  assertEquals(withoutConditions(query, ["level", "region"]), '"a b" status:500');
});

Deno.test("writtenValue() quotes only if it is necessary", () => {
  const values = ["a", "/a/b", "a b", "/a/", "a,b"];
  assertEquals(values.map(writtenValue), ["a", "/a/b", '"a b"', '"/a/"', '"a,b"']);
});
