/** Random claims and queries: names, parts of subjects, of URLs and of commands, and any other text. */
import fc from "npm:fast-check@^4";

/** The same cases in each run; a failure prints the seed and the failing case. */
export const SEED = 786;

/** Only a few, so that claims and queries often contain the same name. */
const name = fc.constantFrom("web", "other", "dfw");
/** Besides names, claims and queries contain parts of subjects, URLs and commands. */
const IN_CLAIMS = [
  ...[".", "*", ">", " ", "\t", "\r\n", "\n", "\0", "\x7f", "\u2028", "\u200b", "\u202e", "\ufeff"],
  ...["SUB > 1", "$SYS", "_INBOX", "__proto__", "-", "\u0435", "\uff41", "\ud800", "a".repeat(63)],
];
const IN_QUERY = [
  ...["%00", "%2e", "%2E", "%3e", "%2a", "%c0%ae", "%e0%80%ae", "%u002e", "%252e", "%253e", "%ff"],
  ...["+", "%20", "%09", "%0d%0a", "%0aSUB+>+1%0d%0a", "%", "%2", ";", "#", "?", "=", "&", "&&"],
  ...["&app=other", "&%61pp=other", ";app=other", "&region=>", "&machine=*", "[]", "/", "\\", "é"],
];
const NAMES = ["%61pp", "app[]", "APP", "app%00", ";app", "+app", "__proto__", "app%c0%ae"];

/** One or several parts; usually a plain name. */
function partsOf(hostile: string[]): fc.Arbitrary<string> {
  const part = fc.oneof(name, fc.constantFrom(...hostile));
  const parts = fc.array(part, { minLength: 1, maxLength: 4 }).map((all) => all.join(""));
  return fc.oneof({ weight: 4, arbitrary: name }, { weight: 2, arbitrary: parts });
}
const any = fc.string({ unit: "binary", maxLength: 70 });
const claim = fc.oneof({ weight: 9, arbitrary: partsOf(IN_CLAIMS) }, { weight: 1, arbitrary: any });
const apps = fc.array(claim, { minLength: 1, maxLength: 3 });
const narrowing = fc.option(claim, { nil: undefined, freq: 2 });
/** Claims of a token about what it permits, many of them hostile. */
export const claims = fc.record({
  app: fc.oneof(name, claim, apps, fc.constant("*")),
  region: narrowing,
  machine: narrowing,
});
/** At most one query parameter, whose name is sometimes distorted. */
function parameter(name: string): fc.Arbitrary<string[]> {
  const names = fc.oneof({ weight: 6, arbitrary: fc.constant(name) }, fc.constantFrom(...NAMES));
  const encoded = any.map((text) => encodeURIComponent(text.toWellFormed()));
  const value = fc.oneof({ weight: 9, arbitrary: partsOf(IN_QUERY) }, encoded);
  const pair = fc.tuple(names, value).map((pair) => pair.join("="));
  return fc.array(pair, { maxLength: 1 });
}
/** Queries that select an app, a region and a machine, many of them hostile. */
export const query = fc.tuple(parameter("app"), parameter("region"), parameter("machine"))
  .map((pairs) => pairs.flat().join("&"));

/** Texts that no app, region or machine has, as they are in a URL. */
export const FILTERS: [attack: string, values: string[]][] = [
  ["%00", ["web%00", "%00web", "w%00eb", "%00", "web%00.%3E"]],
  ["%2e, a dot", ["web%2eother", "%2e", "%2E%2E", "web%2e%3e", "..", "web.", ".web", "./web"]],
  ["a wildcard, plain or encoded", ["*", ">", "%2a", "%3e", "web.>", "w*", "%2A.%3E", "web%20>"]],
  ["overlong UTF-8", ["%c0%ae", "web%c0%ae%c0%be", "%e0%80%ae", "%f0%80%80%ae", "%c1%b7eb"]],
  ["invalid UTF-8", ["%ff", "web%80", "%e0%a4%a", "%ed%a0%80", "%f4%90%80%80", "%C3", "w%FEb"]],
  ["%u002e, broken percent signs", ["web%u002eother", "%u003e", "%", "web%", "%2", "%zz", "%%2e"]],
  ["double encoding", ["web%252eother", "%253e", "%25%32%65", "%2525252e", "web%2500", "%252a"]],
  ["a plus sign or a space", ["+", "web+", "+web", "w+eb", "web+>", "%20", "web%20", "%20web"]],
  ["a tab, encoded", ["web%09", "%09", "web%09other", "%0b", "web%0c", "web%c2%a0"]],
  ["an encoded CRLF and NATS commands", [
    ...["a%0d%0aSUB%20%3e%201%0d%0a", "a\\r\\nSUB+>+1", "web%0aSUB+logs.other.>+9", "web%0d%0a"],
    ...["web%0d%0aPUB+logs.web.x+3%0d%0aabc%0d%0a", "web.>%201%0d%0aSUB%20logs.other.>", "%0a"],
    ...["%E5%98%8A%E5%98%8DSUB+>+1", "web%C4%8D%C4%8ASUB%C4%A0>", "web%e2%80%a8", "web%c2%85"],
  ]],
  ["Unicode look-alikes", [
    ...["w%d0%b5b", "%ef%bd%97eb", "web%e2%80%8b", "%e2%80%aebew", "web%cc%81", "%ef%bb%bfweb"],
    ...["w%c3%a9b", "%ef%bc%8e", "web%e3%80%82other"],
  ]],
  ["empty or missing text", ["", "%", "&region="]],
  ["a value of 254 letters to 60 KB", ["w".repeat(254), "w".repeat(8_000), "w".repeat(60_000)]],
  ["a very long sequence of dots or of %2e", [".".repeat(60_000), "%2e".repeat(20_000)]],
  ["a path, a template or a semicolon", ["../web", "web/", "web;app=other", "{web}", "$SYS", "-w"]],
  ["a list, or JSON", ["web,other", '["web"]', "%5B%22web%22%5D", "web|other", "_w", "__proto__"]],
];
