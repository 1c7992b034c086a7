import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { SubjectTemplate } from "../../../lib/nats/subject_template.ts";
import { type Permission, type Selection, selectScope } from "../../../lib/nats/subject.ts";
import { codeOf } from "../../support/problem_code.ts";
import { subjectMatches } from "../../support/subject_matches.ts";

const TABLE: [template: string, selection: Selection, subject: string][] = [
  ["logs.{app}.{region}.{machine}", {}, "logs.web.>"],
  ["logs.{app}.{region}.{machine}", { region: "dfw" }, "logs.web.dfw.>"],
  ["logs.{app}.{region}.{machine}", { machine: "m1" }, "logs.web.*.m1"],
  ["logs.{app}.{region}.{machine}", { region: "dfw", machine: "m1" }, "logs.web.dfw.m1"],
  ["logs.{app}.{machine}", {}, "logs.web.>"],
  ["logs.{app}.{machine}", { region: "dfw" }, "filter_invalid"],
  ["logs.{app}.{machine}", { machine: "m1" }, "logs.web.m1"],
  ["k8s.{app}", {}, "k8s.web"],
  ["k8s.{app}", { region: "dfw" }, "filter_invalid"],
  ["k8s.{app}", { machine: "m1" }, "filter_invalid"],
  ["{app}.logs.{machine}", {}, "web.logs.>"],
  ["{app}.logs.{machine}", { region: "dfw" }, "filter_invalid"],
  ["{app}.logs.{machine}", { machine: "m1" }, "web.logs.m1"],
  ["{machine}.{app}", {}, "*.web"],
  ["{region}.x.{machine}.{app}.y", { machine: "m1" }, "*.x.m1.web.y"],
  ["org.logs.{region}.{app}.{machine}.tail", {}, "org.logs.*.web.*.tail"],
];

function subjectOf(permission: Permission, selection: Selection, template: string): string {
  try {
    return selectScope(permission, selection, new SubjectTemplate(template)).subject;
  } catch (error) {
    return codeOf(error);
  }
}

for (const [template, selection, subject] of TABLE) {
  Deno.test(`SUBJECT ${template} turns ${JSON.stringify(selection)} into ${subject}`, () => {
    assertEquals(subjectOf({ apps: ["web"] }, selection, template), subject);
    if (subject === "filter_invalid") return;
    // A token that permits only this selection gets the same stream, with or without a query.
    const { region, machine } = selection;
    assertEquals(subjectOf({ apps: ["web"], region, machine }, {}, template), subject);
    assertEquals(subjectOf({ apps: ["web"], region, machine }, selection, template), subject);
  });
}

Deno.test("SUBJECT determines the widest subject of all apps", () => {
  const table = [
    ["logs.{app}.{region}.{machine}", "logs.>"],
    ["logs.{app}.{machine}", "logs.>"],
    ["k8s.{app}", "k8s.>"],
    ["{app}.logs.{machine}", "*.logs.>"],
    ["{app}.logs", "*.logs"],
  ] as const;
  for (const [template, subject] of table) {
    assertEquals(subjectOf({ apps: "*" }, {}, template), subject);
  }
});

Deno.test("selectScope() refuses a token's region or machine that the subjects cannot express", () => {
  assertEquals(subjectOf({ apps: ["web"], region: "dfw" }, {}, "k8s.{app}"), "filter_forbidden");
  assertEquals(
    subjectOf({ apps: ["web"], machine: "m1" }, {}, "logs.{app}.{region}"),
    "filter_forbidden",
  );
});

const INVALID: [template: string, reason: RegExp][] = [
  ["", /empty token/],
  [`${"long".repeat(1_000)}.{app}`, /at most 1000 are possible/],
  ["logs", /contains no \{app\}/],
  ["logs.{region}.{machine}", /contains no \{app\}/],
  ["logs.{app}.{app}", /\{app\} 2 times/],
  ["logs.{app}.{machine}.{machine}", /\{machine\} 2 times/],
  ["logs..{app}", /empty token/],
  [".logs.{app}", /empty token/],
  ["logs.{app}.", /empty token/],
  ["logs.{app}.>", /not a token/],
  ["logs.*.{app}", /not a token/],
  ["logs.{app} ", /a token of its own/],
  ["logs.pre-{app}", /a token of its own/],
  ["logs.{app}{region}", /a token of its own/],
  ["logs.{App}", /only \{app\}, \{region\} and \{machine\} exist/],
  ["logs.{app}.{host}", /\{host\}/],
  ["logs.{app}.{}", /\{\}/],
  ["lögs.{app}", /not a token/],
  ["$SYS.{app}", /not a token/],
  ["logs.{app}\r\nSUB > 1", /a token of its own/],
];

for (const [template, reason] of INVALID) {
  Deno.test(`SubjectTemplate rejects ${JSON.stringify(template)}`, () => {
    assert(reason.test(assertThrows(() => new SubjectTemplate(template), TypeError).message));
  });
}

const name = fc.constantFrom("web", "web-2", "w", "dfw", "logs", "k8s");
const literal = fc.constantFrom("logs", "k8s", "web", "w", "x");
const template = fc.uniqueArray(fc.constantFrom("{region}", "{machine}"), { maxLength: 2 })
  .chain((placeholders) =>
    fc.array(literal, { maxLength: 3 }).chain((literals) => {
      const tokens = ["{app}", ...placeholders, ...literals];
      return fc.shuffledSubarray(tokens, { minLength: tokens.length, maxLength: tokens.length });
    })
  ).map((tokens) => tokens.join("."));
const hostile = fc.oneof(
  { weight: 6, arbitrary: name },
  { weight: 1, arbitrary: fc.constantFrom("*", ">", "a.b", "web.>", "", " ", "\r\nSUB > 1", "é") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
);
/** Usually `undefined`, so that many combinations are valid. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

Deno.test("selectScope() never matches another app's subject, whatever template, claims and query", () => {
  let accepted = 0;
  const permission = fc.record({
    apps: fc.array(name, { minLength: 1, maxLength: 2 }),
    region: rarely(name),
    machine: rarely(name),
  });
  const selection = fc.record({
    app: fc.oneof(name, rarely(hostile)),
    region: rarely(hostile),
    machine: rarely(hostile),
  });
  const published = fc.record({ app: name, region: name, machine: name });
  fc.assert(
    fc.property(template, permission, selection, published, (text, permission, asked, line) => {
      const subject = subjectOf(permission, asked, text);
      if (/^[a-z]+_[a-z]+$/.test(subject)) return;
      accepted++;
      const template = new SubjectTemplate(text);
      if (!subjectMatches(subject, template.toSubject(line))) return;
      assert(permission.apps.includes(line.app), `${text}: ${subject} shows ${line.app}`);
      for (const filter of ["region", "machine"] as const) {
        const only = permission[filter];
        if (only !== undefined) assertEquals(line[filter], only, `${text}: ${subject}`);
      }
    }),
    { numRuns: 5_000 },
  );
  assert(accepted > 500, `Expected many subjects, but there were only ${accepted}`);
});

Deno.test("selectScope() accepts names of Kubernetes pods, of up to 253 characters, as machines", () => {
  const pod = "web-7d9c5b6f4-abcde";
  for (const machine of [pod, "p".repeat(63), `${"p".repeat(240)}-7d9c5b6f4-x`]) {
    const permission = { apps: ["web"], machine };
    assertEquals(subjectOf(permission, {}, "k8s.{app}.{machine}"), `k8s.web.${machine}`);
  }
  const long = { machine: "p".repeat(254) };
  assertEquals(subjectOf({ apps: ["web"] }, long, "k8s.{app}.{machine}"), "filter_invalid");
  const region = { region: "r".repeat(64) };
  assertEquals(subjectOf({ apps: ["web"] }, region, "k8s.{app}.{region}"), "filter_invalid");
});
