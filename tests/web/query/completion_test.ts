import { assertEquals } from "@std/assert";
import { complete, completed, type SeenFields } from "../../../web/query/completion.ts";

const VALUES: Readonly<Record<string, string[]>> = {
  level: ["error", "info"],
  region: ["dfw", "ams"],
  machine: ["web-1", "worker-1"],
  status: ["500", "200"],
  "user.name": ["Ada L", "Bob"],
};
const seen: SeenFields = {
  names: () => Object.keys(VALUES),
  values: (name) => VALUES[name] ?? [],
};

/** The query after each suggestion; `|` is the caret. */
function completions(query: string): string[] {
  const caret = query.indexOf("|");
  const text = query.replace("|", "");
  const completion = complete(text, caret, seen);
  return (completion?.suggestions ?? []).map((suggestion) => {
    const { text: result, caret } = completed(text, completion!, suggestion);
    return `${result.slice(0, caret)}|${result.slice(caret)}`;
  });
}

const cases: [query: string, expected: string[]][] = [
  ["|", []],
  ["st|", ["status:|"]],
  ["a -st|", ["a -status:|"]],
  ["(ST| b)", ["(status:| b)"]],
  ["name|", ["user.name:|"]],
  ["level:|", ["level:error |", "level:info |"]],
  ["level:e|", ["level:error |"]],
  ["level:error,|", ["level:error,error |", "level:error,info |"]],
  ["level:e| x", ["level:error| x"]],
  ["user.name:ada|", ['user.name:"Ada L" |']],
  ["machine:1|", []],
  ["machine:r-1|", ["machine:worker-1 |"]],
  ["am|", ["user.name:|", "region:ams |"]],
  ["level:error|", []],
  ['"lev|', []],
  ["st|atus", []],
];

for (const [query, expected] of cases) {
  Deno.test(`complete() continues ${query}`, () => assertEquals(completions(query), expected));
}
