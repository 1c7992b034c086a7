import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { scopeFilter } from "../../../../lib/history/victoria_logs/logsql.ts";
import { VictoriaLogs } from "../../../../lib/history/victoria_logs/victoria_logs.ts";
import type { Period } from "../../../../lib/history/victoria_logs/victoria_logs.ts";
import type { ScopeNames } from "../../../../lib/history/victoria_logs/logsql.ts";
import type { SampleLine } from "../../../../tools/sample_logs.ts";
import {
  type QueryServer,
  startRecordedServer,
} from "../../../support/victoria_logs/recorded_server.ts";
import { SAMPLES, START, TIED, UNUSUAL } from "../../../support/victoria_logs/stored_lines.ts";

// deno-lint-ignore no-explicit-any -- lines of JSON in any shape
type Any = any;

const { signal } = new AbortController();
const decoder = new TextDecoder();
let server: QueryServer;

Deno.test.beforeAll(async () => {
  server = await startRecordedServer();
});
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

async function readLines(
  scope: ScopeNames,
  period: Period = {},
  maxLines = 10_000,
): Promise<{ lines: string[]; cut: boolean }> {
  const logs = new VictoriaLogs(server.url, { maxLines });
  const { pages, cut } = await logs.find(scope, period, signal);
  const lines = [];
  for (const page of pages) lines.push(...await logs.read(scope, page, signal));
  return { lines: lines.map(({ payload }) => decoder.decode(payload)), cut };
}

/** The payloads of an app's samples in the order of their times, except JSON, which is not stored as it was. */
function samplesOf(app: string): string[] {
  return SAMPLES.filter(({ subject }) => subject.split(".")[1] === app)
    .map(({ payload }) => payload).filter((payload) => !isJsonMessage(payload)).sort(byTime);
}

function isJsonMessage(payload: string): boolean {
  return JSON.parse(payload).message.startsWith("{");
}

function byTime(a: string, b: string): number {
  return timeOf(a) < timeOf(b) ? -1 : 1;
}

function timeOf(payload: string): string {
  return JSON.parse(payload).timestamp.slice(0, -1).padEnd(30, "0");
}

function payloadsOf(...lines: SampleLine[]): string[] {
  return lines.map(({ payload }) => payload);
}

Deno.test("VictoriaLogs returns the payloads of an app as Fly published them, oldest first", async () => {
  for (const app of ["panini-786", "pickle-api", "mustard-worker"]) {
    const { lines, cut } = await readLines({ app });
    assertEquals(lines.filter((line) => !isJsonMessage(line)), samplesOf(app));
    assertEquals([...lines].sort(byTime), lines);
    assertEquals(cut, false);
  }
});

Deno.test("VictoriaLogs returns the lines of one region, one machine, or both", async () => {
  const { otherRegion, otherMachine } = UNUSUAL;
  assertEquals((await readLines({ app: "web", region: "ams" })).lines, payloadsOf(otherRegion));
  assertEquals((await readLines({ app: "web", machine: "m2" })).lines, payloadsOf(otherMachine));
  const both = { app: "web", region: "dfw", machine: "m2" };
  assertEquals((await readLines(both)).lines, payloadsOf(otherMachine));
  assertEquals((await readLines({ ...both, region: "ams" })).lines, []);
});

Deno.test("VictoriaLogs returns the lines of every app for a token that permits every app", async () => {
  const { lines } = await readLines({ app: "*" });
  const apps = new Set(lines.map((line) => JSON.parse(line).fly.app.name));
  const demo = ["mustard-worker", "panini-786", "pickle-api"];
  assertEquals([...apps].sort(), [...demo, "tied", "victim", "web"]);
  const machine = UNUSUAL.otherMachine.subject.split(".")[3]!;
  assertEquals((await readLines({ app: "*", machine })).lines, payloadsOf(UNUSUAL.otherMachine));
});

Deno.test("VictoriaLogs returns the last lines, or all there are", async () => {
  const { lines: all } = await readLines({ app: "panini-786" });
  for (const tail of [1, 10, all.length]) {
    const { lines, cut } = await readLines({ app: "panini-786" }, { tail });
    assertEquals(lines, all.slice(-tail));
    assertEquals(cut, false);
  }
  assertEquals((await readLines({ app: "panini-786" }, { tail: 5_000 })).lines, all);
  assertEquals((await readLines({ app: "panini-786" }, { tail: 0 })).lines, []);
  assertEquals((await readLines({ app: "unknown" }, { tail: 10 })).lines, []);
});

Deno.test("VictoriaLogs returns the lines of a period", async () => {
  const { lines: all } = await readLines({ app: "panini-786" });
  const since = START + 10_000;
  const later = all.filter((line) => Date.parse(JSON.parse(line).timestamp) >= since);
  assert(later.length > 0 && later.length < all.length);
  assertEquals((await readLines({ app: "panini-786" }, { since })).lines, later);
  assertEquals((await readLines({ app: "panini-786" }, { since, tail: 3 })).lines, all.slice(-3));
  assertEquals((await readLines({ app: "panini-786" }, { since, tail: 900 })).lines, later);
  const between = await readLines({ app: "panini-786" }, { since: START, until: since - 1 });
  assertEquals([...between.lines, ...later], all);
});

Deno.test("VictoriaLogs reports that the maximum number of lines cut off older ones", async () => {
  const { lines: all } = await readLines({ app: "panini-786" });
  for (const period of [{}, { tail: 1_000 }, { since: START }]) {
    assertEquals(await readLines({ app: "panini-786" }, period, 10), {
      lines: all.slice(-10),
      cut: true,
    });
    assertEquals((await readLines({ app: "panini-786" }, period, all.length)).cut, false);
  }
});

Deno.test("VictoriaLogs keeps lines of the same time in their order", async () => {
  for (let repeat = 0; repeat < 3; repeat++) {
    assertEquals((await readLines({ app: "tied" })).lines, payloadsOf(...TIED));
  }
});

Deno.test("VictoriaLogs returns an empty message, control characters and a number unchanged", async () => {
  const { lines } = await readLines({ app: "web" });
  for (const line of payloadsOf(UNUSUAL.empty, UNUSUAL.text, UNUSUAL.number, UNUSUAL.pino)) {
    assert(lines.includes(line), `Expected ${line} in ${lines.join("\n")}`);
  }
});

Deno.test("VictoriaLogs puts JSON together again whose own message has replaced it", async () => {
  const { lines } = await readLines({ app: "web", region: "dfw", machine: "m1" });
  const logged = lines.map((line) => JSON.parse(line));
  const winston: Any = logged.find(({ message }) => message.includes("slow query"));
  assertEquals(JSON.parse(winston.message), {
    message: "slow query",
    level: "warn",
    ms: "812",
    "db.table": "orders",
  });
  const ownTime: Any = logged.find(({ message }) => message.includes("own time"));
  assertEquals(ownTime.timestamp, "2025-03-01T12:00:02.5Z");
});

Deno.test("VictoriaLogs does not return a line with another app's name that a collector printed", async () => {
  assertEquals((await readLines({ app: "victim" })).lines, payloadsOf(UNUSUAL.victim));
});

/** Parts of LogsQL, and text that ends or escapes strings. */
const part = fc.constantFrom(
  ...['"', "'", "`", "\\", "\\u0022", "\\x22", '"}', "{", "}", ",", "|", "(", ")", "*", ".*", "!"],
  ...[" or ", " and ", "=", ":=", '"!="', "#", "\n", "\r", "\0", "\u2028", "web", "victim", "we*"],
  ...['"} or {"fly.app.name"="victim', '" or *', "_time:1d", "\ud800", "é", "$", "${", "%22"],
);
const hostileName = fc.oneof(
  fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
);

Deno.test("scopeFilter() contains each name as one string, whatever its characters", () => {
  const text = String.raw`"(?:[^"\\]|\\.)*"`;
  const form = new RegExp(
    String
      .raw`^\{"fly\.app\.name"=(${text}),"fly\.app\.instance"=(${text})\} "fly\.region":=(${text})$`,
  );
  fc.assert(
    fc.property(hostileName, hostileName, hostileName, (app, machine, region) => {
      if (app === "*") return;
      const found = form.exec(scopeFilter({ app, machine, region }));
      assertEquals(found?.slice(1).map((name) => JSON.parse(name)), [app, machine, region]);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("scopeFilter() rejects an empty name, which would match every line without that field", () => {
  for (const scope of [{ app: "" }, { app: "web", region: "" }, { app: "web", machine: "" }]) {
    assertThrows(() => scopeFilter(scope), RangeError, "Cannot search for an empty name");
  }
});

Deno.test("VictoriaLogs finds no line for a name that no line has", async () => {
  const known = new Set(["*", "web", "victim", "collector"]);
  for (const name of fc.sample(hostileName, { numRuns: 60, seed: 1 })) {
    if (known.has(name)) continue;
    for (
      const scope of [{ app: name }, { app: "web", region: name }, { app: "*", machine: name }]
    ) {
      const logs = new VictoriaLogs(server.url, { maxLines: 10 });
      const found = logs.find(scope, { tail: 1 }, signal);
      if (name.isWellFormed()) assertEquals((await found).pages, [], JSON.stringify(scope));
      else await assertRejects(() => found, Error, "status 400");
    }
  }
});
