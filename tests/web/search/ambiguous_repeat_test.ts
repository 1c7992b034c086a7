import { assertEquals } from "@std/assert";
import { countChoices, hasAmbiguousRepeat } from "../../../web/search/ambiguous_repeat.ts";

const ambiguous = [
  /(a+)+b/,
  /(a*)*b/,
  /(a|a)*b/,
  /(a|ab)*c/,
  /(\w+\s?)*$/,
  /^([\w.]+)+@/,
  /(\w|\d)+!/,
  /(?:.*,)*x/,
  /(x+x+)+y/,
  /([a-f]+[e-z]+)*1/,
  /(?<name>\s*\w+\s*)*;/,
  /((ab)+)+c/,
  /(a{1,3})+b/,
  /(a+){10,}b/,
  /(a+){1,30}b/,
  /(A+|a)+b/i,
  /(a?a?)*b/,
  /(é+|ü)+\1+(?:\1)*x/,
  /([^x]+|注)+y/,
  /x(?=(a+)+b)/,
];

for (const pattern of ambiguous) {
  Deno.test(`hasAmbiguousRepeat() finds the one of ${pattern}`, () => {
    assertEquals(hasAmbiguousRepeat(pattern), true);
  });
}

const plain = [
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
  /"(?:[^"\\]|\\.)*"/,
  /(?:A|a)+b/,
  /(a+){2}b/,
  /^(?!.*health)(?=.*error).*$/,
  /\[(\w+)\] (\w+): .*/,
  /a{,5}{x/,
  /[\]|()*+]+x/,
  /\x41\u0042\cA\0+/,
  /(?<level>warn|error)\b.*\k<level>/,
  /()|(|a)(?:)*/,
];

for (const pattern of plain) {
  Deno.test(`hasAmbiguousRepeat() finds none in ${pattern}`, () => {
    assertEquals(hasAmbiguousRepeat(pattern), false);
  });
}

Deno.test("hasAmbiguousRepeat() is done at once with a long list of words", () => {
  const words = Array.from({ length: 1000 }, (_, i) => `w${i}`).join("|");
  assertEquals(hasAmbiguousRepeat(new RegExp(`((${words})+ )*`)), true);
  assertEquals(hasAmbiguousRepeat(new RegExp(words)), false);
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
  [/(a+)+/, Infinity],
];

for (const [pattern, choices] of counted) {
  Deno.test(`countChoices() finds ${choices} in ${pattern}`, () => {
    assertEquals(countChoices(pattern), choices);
  });
}
