import { assert, assertEquals } from "@std/assert";
import { countChoices } from "../../../web/search/backtracking.ts";
import { compileQuery } from "../../../web/query/compile_query.ts";

const exponential = [
  /(a+)+b/,
  /(a+)+$/,
  /(a*)*b/,
  /(a|a)*b/,
  /(\w+\s?)*$/,
  /^([\w.]+)+@/,
  /^(([a-z])+.)+$/,
  /(\w|\d)+!/,
  /(?:.*,)*x/,
  /(x+x+)+y/,
  /([a-f]+[e-z]+)*1/,
  /(?<name>\s*\w+\s*)*;/,
  /((ab)+)+c/,
  /(a{1,3})+b/,
  /(a+){10,}b/,
  /(a+){1,30}b/,
  /(\b(a+)+){3,}/,
  /(A+|a)+b/i,
  /(a?a?)*b/,
  /(é+|ü)+\1+(?:\1)*x/,
  /([^x]+|注)+y/,
  /x(?=(a+)+b)/,
  /(?<=x(a+)+)/,
];

for (const pattern of exponential) {
  Deno.test(`countChoices() finds no bound for ${pattern}`, () => {
    assertEquals(countChoices(pattern), Infinity);
  });
}

const bounded = [
  /a/,
  /GET .* 5\d\d/,
  /user=\d+.*status=(4|5)\d\d/,
  /(\d+\.)+\d+/,
  /(\d{1,3}\.){3}\d{1,3}/,
  /(?:\w+\s)+end/,
  /([^,]+,)*[^,]*$/,
  /(foo|bar)+/,
  /([0-9a-f]{2}:)+/,
  /([0-9a-f]{2})+/,
  /(?:A|a)+b/,
  /(a+){2}b/,
  /(a|ab)*c/,
  /^(?!.*health)(?=.*error).*$/,
  /\[(\w+)\] (\w+): .*/,
  /a{,5}{x/,
  /[\]|()*+]+x/,
  /\x41\u0042\cA\0+/,
  /(?<level>warn|error)\b.*\k<level>/,
  /()|(|a)(?:)*/,
  /(a+)+/,
  /x(?=(a+)+)b/,
];

for (const pattern of bounded) {
  Deno.test(`countChoices() finds a bound for ${pattern}`, () => {
    assert(countChoices(pattern) < Infinity);
  });
}

const harmless = [
  /error|warn|fatal/,
  /status=5\d\d/,
  /(GET|POST|PUT|PATCH|DELETE) \S+ (200|201|204|304)/,
  /\b\d{1,3}(\.\d{1,3}){3}\b/,
  /(\d+,?)+/,
  /(\w+\s?)+/,
  /(\/[\w-]+\/?)+/,
  /(\w+=\S+\s*)+/,
  /(-?\d*\.?\d+,?)+/,
  /([a-z]+_?)+/,
  /(\s*at .*\n?)+/,
  /(.*,)*/,
  /(foo|far|fob)+!/,
  /((error|err)[:,]? ?)+$/,
  /(ab|a)+c/,
  /[\w.+-]+@[\w-]+(\.[\w-]+)+/,
  /([A-Z][a-z]+)+/,
  /"(?:[^"\\]|\\.)*"/,
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
  /^\[(\w+)\]\s+(.*)$/,
  /(\w+\.)+\w*(Error|Exception)/,
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/,
  /(https?:\/\/)?([\w-]+\.)+[a-z]{2,}/,
  /took (\d+(\.\d+)?)(ms|s)/,
  /(Jan|Feb|Mar|Apr|May|Jun|Jul) +\d+ .* (GET|POST|PUT|PATCH) .* (200|201|204) .*(timeout|timed out)/,
  /\w+(\s+\w+)*\s*$/,
  /[^,]+(,[^,]+)*$/,
];

for (const { source } of harmless) {
  Deno.test(`a harmless expression is accepted: ${source}`, () => {
    assert(!("error" in compileQuery(`/${source}/`)));
  });
}

Deno.test("countChoices() returns at once for a long list of words", () => {
  const words = Array.from({ length: 1000 }, (_, i) => `w${i}`).join("|");
  assertEquals(countChoices(new RegExp(`((${words})+ )*$`)), Infinity);
  assert(countChoices(new RegExp(words)) < Infinity);
});

const counted: [pattern: RegExp, choices: number][] = [
  [/plain/, 0],
  [/\d{4}-[01]\d-(GET|POST)/, 0],
  [/https?:/, 1],
  [/x.*?x.*?x.*?z/, 3],
  [/.{0,200}!/, 1],
  [/(?:a?){30}b/, 30],
  [/(?:a?){1,5}b/, 6],
  [/(\d{1,3}\.){3}\d{1,3}/, 4],
  [/(?:\w+\s){20,}/, 22],
  [/(?:a|ab)(?:a|ab)/, 8],
  [/(?:a|b|c)*/, 1],
  [/a||b|/, 8],
  [/a(?=b*c*d)|b*/, 6],
];

for (const [pattern, choices] of counted) {
  Deno.test(`countChoices() finds ${choices} in ${pattern}`, () => {
    assertEquals(countChoices(pattern), choices);
  });
}
