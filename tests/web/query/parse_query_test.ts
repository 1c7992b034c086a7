import { assertEquals } from "@std/assert";
import { parseQuery } from "../../../web/query/parse_query.ts";
import type { Node } from "../../../web/query/query.ts";

/** The structure of a query, or why it is incomplete. */
function structure(query: string): string {
  const parsed = parseQuery(query);
  if ("error" in parsed) return parsed.error;
  return parsed.node === undefined ? "everything" : show(parsed.node);
}

function show(node: Node): string {
  switch (node.kind) {
    case "and":
    case "or":
      return `${node.kind}(${node.children.map(show).join(", ")})`;
    case "not":
      return `not ${show(node.child)}`;
    case "text":
      return `[${node.text}]`;
    case "regex":
      return `/${node.source}/${node.flags}`;
    case "field": {
      const values = node.values.map((value) =>
        value.kind === "regex"
          ? `/${value.source}/`
          : value.isQuoted
          ? `"${value.text}"`
          : value.text
      );
      return `${node.name} ${node.operator} ${values.join("|")}`;
    }
  }
}

const cases: [query: string, expected: string][] = [
  ["", "everything"],
  ["  ", "everything"],
  [" a  b ", "and([a], [b])"],
  ['"a b" c', "and([a b], [c])"],
  ['"a \\"b\\" \\\\"', '[a "b" \\]'],
  ['-a -"b c"', "and(not [a], not [b c])"],
  ["NOT a AND b", "and(not [a], [b])"],
  ["a OR b c OR d", "or([a], and([b], [c]), [d])"],
  ["(a OR b) -(c d)", "and(or([a], [b]), not and([c], [d]))"],
  ["/5\\d\\d$/i x", "and(/5\\d\\d$/i, [x])"],
  ["/[/]x/", "/[/]x/"],
  ["level:warn", "level : warn"],
  ["level>=warn", "level >= warn"],
  ["status:500,502", "status : 500|502"],
  ["status:(500 OR 502,503)", "or(status : 500, status : 502|503)"],
  ["status:>=500", "status >= 500"],
  ["ms>1.5", "ms > 1.5"],
  ["a!=b", "not a = b"],
  ["user.id:42", "user.id : 42"],
  ["-path:/healthz", "not path : /healthz"],
  ["path:/^\\/api/", "path : /^\\/api/"],
  ["path:/api/", "path : /api/"],
  ['machine:"a b"', 'machine : "a b"'],
  // As JSON has it.
  ['"statusCode": 200,', "statusCode : 200"],
  ['{"a":1}', '[{"a":1}]'],
  ['"a":""', 'a : ""'],
  // Text that is copied from a line.
  ["/healthz", "[/healthz]"],
  ["/api/users foo /bar", "and([/api/users], [foo], [/bar])"],
  ["12:30:45", "[12:30:45]"],
  ["https://a.example/b?c=d", "[https://a.example/b?c=d]"],
  ["main.(*Shop).Pay", "[main.(*Shop).Pay]"],
  ["Error: no such order", "and([Error:], [no], [such], [order])"],
  ["[PR04] no candidate", "and([[PR04]], [no], [candidate])"],
  ["a->b", "[a->b]"],
  ["- a", "and([-], [a])"],
  ["--verbose", "[--verbose]"],
  ["a :)", "and([a], [:)])"],
  // Incomplete.
  ['"abc', 'Close the phrase with "'],
  ["(a OR b", "Close the parenthesis with )."],
  ["a OR", "Type what to look for after OR."],
  ["OR a", "Type what to look for before OR."],
  ["()", "Type what to look for."],
  ["a -", "Type what to exclude."],
  ["level:", "Type a value after level:"],
  ["status>=", "Type a value after status>="],
  ["/(menu|cart", "Close the regular expression with /, or put the text in quotes."],
  ["x".repeat(5001), "This search is too long."],
  ["(".repeat(50), "There are too many parentheses."],
];

for (const [query, expected] of cases) {
  Deno.test(`parseQuery() reads ${JSON.stringify(query.slice(0, 40))}`, () => {
    assertEquals(structure(query), expected);
  });
}

for (
  const part of [
    "(",
    ")",
    '"',
    "-",
    "/",
    "a",
    ":",
    ",",
    "OR ",
    "NOT ",
    "a.",
    "a:(",
    "-(",
    "/[",
    "/(",
  ]
) {
  Deno.test(`parseQuery() reads ${JSON.stringify(part)}, repeated up to the maximum length`, () => {
    parseQuery(part.repeat(5000 / part.length));
  });
}
