import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  isWithin,
  mapSubject,
  type Republish,
  republishProblem,
} from "../../../../lib/history/jetstream/republish.ts";
import { subjectMatches } from "../../../support/subject_matches.ts";

const TABLE: [republish: Republish, subject: string, mapped: string | undefined][] = [
  [{ src: ">", dest: "natstap.>" }, "logs.web.>", "natstap.logs.web.>"],
  [{ src: ">", dest: "natstap.>" }, "logs.*.*.m1", "natstap.logs.*.*.m1"],
  [{ src: "", dest: "natstap.>" }, "logs.>", "natstap.logs.>"],
  [{ dest: "natstap.>" }, "k8s.web", "natstap.k8s.web"],
  [{ src: "logs.>", dest: "live.>" }, "logs.web.dfw.m1", "live.web.dfw.m1"],
  [{ src: "logs.>", dest: "live.>" }, "logs.>", "live.>"],
  [{ src: "logs.>", dest: "live.>" }, "other.web.>", undefined],
  [{ src: "logs.>", dest: "live.>" }, "*.web.>", undefined],
  [{ src: "logs.>", dest: "live.>" }, ">", undefined],
  [{ src: "logs.>", dest: "live.>" }, "logs", undefined],
  [{ src: "logs.*.>", dest: "x.{{wildcard(1)}}.>" }, "logs.web.>", "x.web.>"],
  [{ src: "logs.*.>", dest: "x.{{ Wildcard( 1 ) }}.>" }, "logs.*.dfw.m1", "x.*.dfw.m1"],
  [{ src: "logs.*.>", dest: "x.$1.>" }, "logs.>", undefined],
  [{ src: "logs.*.*", dest: "x.$2.$1" }, "logs.web.m1", "x.m1.web"],
  [{ src: "logs.*.*", dest: "x.$2.$1" }, "logs.web.>", undefined],
  [{ src: "logs.*.*", dest: "x.$2.$1" }, "logs.web", undefined],
];

for (const [republish, subject, mapped] of TABLE) {
  const { src, dest } = republish;
  Deno.test(`mapSubject() maps ${subject} to ${mapped} if ${src} becomes ${dest}`, () => {
    assertEquals(republishProblem(republish), undefined);
    assertEquals(mapSubject(republish, subject), mapped);
  });
}

Deno.test("republishProblem() rejects destinations that several subjects could share", () => {
  const table: [src: string, dest: string, problem: string][] = [
    ["logs.*.>", "x.>", "exactly once"],
    ["logs.*.*", "x.$1.$1", "exactly once"],
    ["logs.*.*", "x.$1", "exactly once"],
    ["logs.*", "x.$0", "exactly once"],
    ["logs.*", "x.$2", "exactly once"],
    ["logs.*", "x.$1.{{wildcard(1)}}", "exactly once"],
    ["logs.web", "x.$1", "exactly once"],
    ["logs.*", "x.{{partition(4,1)}}", "{{partition(4,1)}}"],
    ["logs.*", "x.{{SliceFromLeft(1,2)}}.$1", "{{SliceFromLeft(1,2)}}"],
    ["logs.*", "x.{{wildcard(1)}}-{{wildcard(1)}}", "{{wildcard(1)}}-{{wildcard(1)}}"],
    [">", "x", "must end as"],
    ["logs", "x.>", "must end as"],
    ["logs.*", "x.*.$1", "must end as"],
  ];
  for (const [src, dest, problem] of table) {
    assertStringIncludes(republishProblem({ src, dest }) ?? "", problem, `${src} to ${dest}`);
  }
});

const name = fc.constantFrom("a", "b", "logs");
const anyToken = fc.oneof(name, fc.constant("*"));
const pattern = fc.tuple(fc.array(anyToken, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([tokens, open]) => [...tokens, ...(open ? [">"] : [])].join("."));
const subject = fc.array(name, { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join("."));

/** A source with a destination that has each of its wildcards, in any order. */
const republish = pattern.chain((src) => {
  const wildcards = src.split(".").filter((token) => token === "*").map((_, i) => `$${i + 1}`);
  const literals = fc.array(name, { minLength: wildcards.length === 0 ? 1 : 0, maxLength: 2 });
  return literals.chain((literals) => {
    const all = [...wildcards, ...literals];
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  }).map((tokens) => ({ src, dest: [...tokens, ...(src.endsWith(">") ? [">"] : [])].join(".") }));
});

/** How nats-server republishes a subject; `undefined` if it does not. */
function republished({ src, dest }: { src: string; dest: string }, subject: string) {
  if (!subjectMatches(src, subject)) return undefined;
  const tokens = subject.split(".");
  const matched = tokens.filter((_, i) => src.split(".")[i] === "*");
  return dest.split(".").flatMap((token) => {
    if (token === ">") return tokens.slice(src.split(".").length - 1);
    return token.startsWith("$") ? matched[Number(token.slice(1)) - 1]! : token;
  }).join(".");
}

Deno.test("A mapped subject delivers the lines of its scope and no others", () => {
  let mapped = 0;
  fc.assert(
    fc.property(republish, pattern, fc.array(subject, { minLength: 20 }), (rule, scope, lines) => {
      assertEquals(republishProblem(rule), undefined);
      const live = mapSubject(rule, scope);
      assertEquals(live !== undefined, isWithin(scope, rule.src));
      if (live === undefined) return;
      mapped++;
      for (const line of lines) {
        const target = republished(rule, line);
        assertEquals(
          target !== undefined && subjectMatches(live, target),
          subjectMatches(scope, line),
          `${line} in ${scope}, republished from ${rule.src} to ${rule.dest}`,
        );
      }
    }),
    { numRuns: 3_000 },
  );
  assert(mapped > 100, `only ${mapped} scopes were mapped`);
});

Deno.test("isWithin() holds only if every subject of the narrower pattern matches the wider one", () => {
  fc.assert(
    fc.property(pattern, pattern, subject, (narrow, wide, line) => {
      if (!isWithin(narrow, wide) || !subjectMatches(narrow, line)) return;
      assert(subjectMatches(wide, line), `${line} matches ${narrow}, but not ${wide}`);
    }),
    { numRuns: 3_000 },
  );
});
