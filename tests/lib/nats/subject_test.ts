import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SignJWT } from "jose";
import fc from "npm:fast-check@^4";
import { createKeys } from "../../../lib/auth/keys.ts";
import { Problem, type ProblemCode } from "../../../lib/problem.ts";
import { isName, type Permission, type Selection, selectScope } from "../../../lib/nats/subject.ts";
import { SubjectTemplate } from "../../../lib/nats/subject_template.ts";
import { createVerify } from "../../../lib/auth/token.ts";
import { codeOf } from "../../support/problem_code.ts";
import { subjectMatches } from "../../support/subject_matches.ts";

const TEMPLATE = new SubjectTemplate("logs.{app}.{region}.{machine}");
const secret = new TextEncoder().encode("a secret for tests with at least 32 bytes");
const rules = { maxTtl: 3600, appClaim: "app", allowAllApps: false };
const keys = createKeys({ kind: "secret", secret });
const verify = createVerify(keys, rules);
const verifyAll = createVerify(keys, { ...rules, allowAllApps: true });

/** Signs and verifies the claims as those of a real request, and resolves to what they permit. */
async function grant(claims: Record<string, unknown>, check = verify): Promise<Permission> {
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("10m").sign(secret);
  return await check(token);
}

/** Returns the subject, or the code of the problem. */
function subjectOf(permission: Permission, selection: Selection): string {
  try {
    return selectScope(permission, selection, TEMPLATE).subject;
  } catch (error) {
    return codeOf(error);
  }
}

/** Names, most of them from a few similar ones, so that claims and queries often match. */
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("web", "web-2", "We", "w", "dfw") },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/) },
);
const hostilePart = fc.oneof(
  fc.constantFrom(".", "*", ">", " ", "\t", "\r\n", "\n", "\0", "\x7f", "\u2028", "٣", "é", "ａ"),
  fc.constantFrom("logs", "web", "w", "-", "_", "%2e", "$SYS", "__proto__"),
);
/** Any string, with a higher share of those that could be harmful in a subject. */
const anyString = fc.oneof(
  { weight: 9, arbitrary: name },
  { weight: 2, arbitrary: fc.array(hostilePart, { maxLength: 5 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.tuple(name, hostilePart).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 80 }) },
  // UTF-16 code units: lone surrogates too.
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 0xffff })).map(fromCodeUnits) },
);
const maybe = fc.option(anyString, { nil: undefined, freq: 2 });
const selection = fc.record({ app: maybe, region: maybe, machine: maybe });

function fromCodeUnits(units: number[]): string {
  return String.fromCharCode(...units.slice(0, 80));
}

Deno.test("selectScope() returns no subject but one of a permitted app, whatever claims and query contain", async () => {
  const claims = fc.record({
    app: fc.oneof(anyString, fc.array(anyString, { maxLength: 4 })),
    region: maybe,
    machine: maybe,
  });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(claims, selection, name, name, name, async (claims, selection, ...other) => {
      const scope = await grant(claims)
        .then((permission) => selectScope(permission, selection, TEMPLATE))
        .catch((error) => void codeOf(error));
      if (scope === undefined) return;
      accepted++;
      const permitted = [claims.app].flat();
      const [first, app, ...rest] = scope.subject.split(".");
      assertEquals([first, app], ["logs", scope.app]);
      assert(permitted.includes(scope.app), `"${scope.app}" is not an app of the token`);
      assertMatch(rest.join("."), /^(>|[\w-]+\.>|(\*|[\w-]+)\.[\w-]+)$/);
      const seen = subjectMatches(scope.subject, `logs.${other.join(".")}`);
      assert(!seen || permitted.includes(other[0]), `${scope.subject} shows ${other[0]}`);
    }),
    { numRuns: 2_000 },
  );
  assert(accepted > 50, `Expected many of the tokens to be valid, but only ${accepted} were`);
});

Deno.test("selectScope() never widens the subject of a valid token, whatever the query contains", () => {
  let accepted = 0;
  const permission = fc.record({
    apps: fc.array(name, { minLength: 1, maxLength: 3 }),
    region: fc.option(name, { nil: undefined }),
    machine: fc.option(name, { nil: undefined }),
  });
  const other = fc.tuple(anyString, anyString, anyString);
  fc.assert(
    fc.property(permission, selection, other, (permission, selection, [app, region, machine]) => {
      const permitted = selection.app && permission.apps[selection.app.length % 3];
      const subject = subjectOf(permission, { ...selection, app: permitted });
      if (!subject.startsWith("logs.")) return;
      accepted++;
      const seen = subjectMatches(subject, `logs.${app}.${region}.${machine}`);
      if (isName("app", app)) {
        assert(!seen || permission.apps.includes(app), `${subject} shows ${app}`);
      }
      for (const filter of ["region", "machine"] as const) {
        const only = permission[filter];
        if (only !== undefined) assert(subject.split(".").includes(only), `${subject}: ${only}`);
      }
    }),
    { numRuns: 2_000 },
  );
  assert(accepted > 50, `Expected many of the queries to be valid, but only ${accepted} were`);
});

Deno.test("selectScope() accepts one name per parameter for a token that permits every app", async () => {
  const permission = await grant({ app: "*" }, verifyAll);
  fc.assert(
    fc.property(anyString, anyString, (app, other) => {
      const subject = subjectOf(permission, { app });
      assertEquals(subject, isName("app", app) ? `logs.${app}.>` : "filter_invalid");
      if (isName("app", other) && other !== app) {
        assert(!subjectMatches(subject, `logs.${other}.dfw.d8`));
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("isName() accepts names, and rejects wildcards, dots, line breaks, NUL, look-alikes and %2e", () => {
  for (const good of ["a", "7", "panini-786", "A_b-", "d896d7c609dd68", "x".repeat(63)]) {
    assert(isName("app", good), good);
  }
  const bad = "-a _a a.b * > a* a> é a/b a%2eb $SYS".split(" ");
  const deceptive = ["\u0430", "ａ", "٣", "a\u0301", "a\u200b", "\u202ea", "\ufeffa", "a\ud800"];
  const blank = ["", "a b", "a\n", "\na", "a\0", " a", "a\t"];
  for (const value of [...bad, ...deceptive, ...blank, "x".repeat(64)]) {
    assert(!isName("app", value), JSON.stringify(value));
  }
  for (const value of [undefined, null, 7, true, ["a"], { toString: () => "a" }]) {
    assert(!isName("app", value), `${typeof value} is not a name`);
  }
});

const APP = "panini-786";
const MACHINE = "d896d7c609dd68";

Deno.test("selectScope() returns the documented subjects", () => {
  const table: [Selection, string][] = [
    [{}, "logs.panini-786.>"],
    [{ region: "dfw" }, "logs.panini-786.dfw.>"],
    [{ machine: MACHINE }, "logs.panini-786.*.d896d7c609dd68"],
    [{ region: "dfw", machine: MACHINE }, "logs.panini-786.dfw.d896d7c609dd68"],
  ];
  for (const [selection, subject] of table) {
    const scope = { app: APP, subject, region: selection.region, machine: selection.machine };
    assertEquals(selectScope({ apps: [APP] }, selection, TEMPLATE), scope);
    const withApp = { ...selection, app: APP };
    assertEquals(selectScope({ apps: [APP] }, withApp, TEMPLATE), scope);
  }
});

Deno.test("selectScope() narrows the subject to the token's region and machine if there is no query", () => {
  const apps = [APP];
  assertEquals(subjectOf({ apps, region: "dfw" }, {}), "logs.panini-786.dfw.>");
  assertEquals(subjectOf({ apps, machine: "d8" }, {}), "logs.panini-786.*.d8");
  assertEquals(subjectOf({ apps, region: "dfw", machine: "d8" }, {}), "logs.panini-786.dfw.d8");
});

Deno.test("selectScope() narrows within what the token permits", () => {
  const table: [Partial<Permission>, Selection, string][] = [
    [{ region: "dfw" }, { region: "dfw" }, "logs.panini-786.dfw.>"],
    [{ region: "dfw" }, { machine: "d8" }, "logs.panini-786.dfw.d8"],
    [{ machine: "d8" }, { region: "dfw" }, "logs.panini-786.dfw.d8"],
    [{ region: "dfw" }, { region: "ams" }, "filter_forbidden"],
    [{ region: "dfw" }, { region: "DFW" }, "filter_forbidden"],
    [{ machine: "d8" }, { machine: "d9" }, "filter_forbidden"],
    [{ machine: "d8" }, { machine: "d8", region: "ams" }, "logs.panini-786.ams.d8"],
    [{ region: "dfw", machine: "d8" }, { region: "ams" }, "filter_forbidden"],
  ];
  for (const [permission, selection, expected] of table) {
    assertEquals(subjectOf({ apps: [APP], ...permission }, selection), expected);
  }
});

Deno.test("selectScope() selects one of several permitted apps with ?app=", () => {
  const apps = ["web", "worker"];
  assertEquals(subjectOf({ apps }, {}), "app_required");
  assertEquals(subjectOf({ apps }, { region: "dfw" }), "app_required");
  assertEquals(subjectOf({ apps }, { app: "worker" }), "logs.worker.>");
  assertEquals(subjectOf({ apps }, { app: "web", region: "dfw" }), "logs.web.dfw.>");
  assertEquals(subjectOf({ apps }, { app: "billing" }), "app_forbidden");
  assertEquals(subjectOf({ apps: ["web"] }, { app: "worker" }), "app_forbidden");
  assertEquals(subjectOf({ apps: ["web"] }, { app: "WEB" }), "app_forbidden");
});

Deno.test("selectScope() returns the widest subject for a token that permits every app, and the query narrows it", () => {
  const table: [Selection, string, string][] = [
    [{}, "*", "logs.>"],
    [{ app: APP }, APP, "logs.panini-786.>"],
    [{ region: "dfw" }, "*", "logs.*.dfw.>"],
    [{ machine: "d8" }, "*", "logs.*.*.d8"],
    [{ region: "dfw", machine: "d8" }, "*", "logs.*.dfw.d8"],
    [{ app: APP, region: "dfw", machine: "d8" }, APP, "logs.panini-786.dfw.d8"],
  ];
  for (const [selection, app, subject] of table) {
    const scope = { app, subject, region: selection.region, machine: selection.machine };
    assertEquals(selectScope({ apps: "*" }, selection, TEMPLATE), scope);
  }
});

Deno.test("selectScope() rejects a filter that is empty or contains a wildcard, a dot, whitespace, a NATS command or a NUL", () => {
  for (const value of ["", "*", ">", "a.b", "a b", "a\r\nSUB >", "\0", "x".repeat(254)]) {
    for (const parameter of ["app", "region", "machine"]) {
      for (const apps of [[APP], "*"] as const) {
        assertEquals(subjectOf({ apps }, { [parameter]: value }), "filter_invalid");
      }
    }
  }
});

Deno.test("selectScope() explains each problem without repeating the input", () => {
  const table: [Permission, Selection, ProblemCode][] = [
    [{ apps: ["web"] }, { app: "s3cr3t" }, "app_forbidden"],
    [{ apps: ["web"] }, { app: "s3cr3t." }, "filter_invalid"],
    [{ apps: ["web"], region: "dfw" }, { region: "s3cr3t" }, "filter_forbidden"],
  ];
  for (const [permission, selection, code] of table) {
    const problem = assertThrows(() => selectScope(permission, selection, TEMPLATE), Problem);
    assertEquals(problem.code, code);
    assertMatch(problem.message, /^[A-Z].*\.$/);
    assert(!problem.message.includes("s3cr3t"), problem.message);
  }
});
