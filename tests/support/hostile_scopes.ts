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
