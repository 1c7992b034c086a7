import { assert, assertEquals, assertMatch } from "@std/assert";
import { isName } from "../../lib/nats/subject.ts";
import { parseLogLine } from "../../lib/log_line/log_line.ts";
import { SEVERITIES } from "../../lib/log_line/severity.ts";
import { SAMPLE_APPS, sampleBacklog, sampleLines } from "../../tools/sample_logs.ts";
import { Random } from "../soak/random.ts";

/** A replacement for `Math.random()` that returns the same numbers for the same seed. */
function seeded(seed: number): () => number {
  const random = new Random(seed);
  return () => random.between(0, 1);
}

const RANDOM = seeded(1);
const LINES = SAMPLE_APPS.flatMap((app) =>
  Array.from({ length: 2_000 }, () => sampleLines(app, RANDOM)).flat()
);
const RECORDS = LINES.map(({ payload }) => JSON.parse(payload));

Deno.test("sampleLines() returns lines in Fly's format, each with its machine's subject", () => {
  for (const [index, { subject }] of LINES.entries()) {
    const record = RECORDS[index];
    const [prefix, app, region, machine] = subject.split(".");
    assertEquals([prefix, isName("app", app), isName("region", region)], ["logs", true, true]);
    assertMatch(machine!, /^[0-9a-f]{14}$/);
    assertMatch(record.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    assertEquals(record, {
      event: { provider: record.event.provider },
      fly: { app: { instance: machine, name: app }, region },
      host: record.host,
      log: { level: record.log.level },
      message: record.message,
      timestamp: record.timestamp,
    });
  }
});

Deno.test("sampleLines() varies apps, regions, providers, levels and messages", () => {
  assertEquals(SAMPLE_APPS.length, 3);
  const seen = (values: unknown[]) => [...new Set(values)].toSorted();
  assertEquals(seen(RECORDS.map(({ fly }) => fly.region)), ["ams", "dfw", "fra", "gru", "iad"]);
  assertEquals(seen(RECORDS.map(({ event }) => event.provider)), ["app", "proxy", "runner"]);
  assertEquals(seen(RECORDS.map(({ log }) => log.level)), ["debug", "error", "info", "warn"]);
  const messages: string[] = RECORDS.map(({ message }) => message);
  // deno-lint-ignore no-control-regex -- colors begin with ESC
  for (const kind of [/^$/, /\x1b\[32m/, /\t/, /🥪/, /^TypeError:/, /^ {4}at /]) {
    assert(messages.some((message) => kind.test(message)), `Expected a message like ${kind}`);
  }
});

/** What distinguishes the lines of each app's loggers. */
const LOGGER_LINES: Record<string, RegExp[]> = {
  // deno-lint-ignore no-control-regex -- colors begin with ESC
  "panini-786": [/^\{"level":\d0,/, /^\x1b\[3\dm[a-z]+\x1b\[39m: /, /^\{"name":"cart",/],
  "pickle-api": [/^\{"order":/, / - orders - [A-Z]+ - /, / \| orders\.api:/, /^\{"asctime":/],
  "mustard-worker": [
    ...[/^\{"level":"[a-z]+","ts":/, /^time=\S+ level=[A-Z]+ msg="/, /^[DIWE], \[/],
    ...[/ 1 --- \[worker-1\] /, /^\[\S+ [A-Z]{3}\] /, / \[[a-z]+\] 7#7: /],
  ],
};

Deno.test("sampleLines() returns lines of each app's loggers, and parseLogLine() finds their level", () => {
  const levels = SEVERITIES.filter((severity) => severity !== "none");
  for (const { name, loggers } of SAMPLE_APPS) {
    const patterns = LOGGER_LINES[name]!;
    assertEquals(patterns.length, loggers.length, name);
    const records = RECORDS.filter(({ fly }) => fly.app.name === name);
    for (const pattern of patterns) {
      const logged = records.filter(({ message }) => pattern.test(message));
      assert(logged.every(({ event, log }) => event.provider === "app" && log.level === "info"));
      const found = logged.map(({ message }) => parseLogLine(message).severity);
      assertEquals(levels.filter((level) => found.includes(level)), levels, `${name}: ${pattern}`);
      assert(!found.includes("none"), `${name}: ${pattern}`);
      // The level of the app's own line takes precedence over Fly's.
      assertEquals(logged.map((record) => parseLogLine(JSON.stringify(record)).severity), found);
    }
  }
});

Deno.test("sampleLines() orders the lines of a burst by time", () => {
  const random = seeded(2);
  const bursts = Array.from({ length: 2_000 }, () => sampleLines(SAMPLE_APPS[0]!, random));
  const stamps = bursts.map((lines) => lines.map(({ payload }) => JSON.parse(payload).timestamp));
  assert(stamps.some((burst) => burst.length >= 5));
  for (const burst of stamps) assertEquals(burst, burst.toSorted());
});

Deno.test("sampleLines() returns the same lines for the same random numbers and the same time", () => {
  const lines = (seed: number) => {
    const random = seeded(seed);
    const now = new Date("2026-11-20T20:42:11.123Z");
    return SAMPLE_APPS.flatMap((app) =>
      Array.from({ length: 200 }, () => sampleLines(app, random, now)).flat()
    );
  };
  assertEquals(lines(3), lines(3));
  assert(JSON.stringify(lines(3)) !== JSON.stringify(lines(4)));
});

Deno.test("sampleBacklog() returns hundreds of lines per app over the last ten minutes, oldest first", () => {
  const now = new Date("2026-11-20T20:42:11.123Z");
  const lines = sampleBacklog(seeded(5), now).map(({ payload }) => JSON.parse(payload));
  for (const { name } of SAMPLE_APPS) {
    const own = lines.filter(({ fly }) => fly.app.name === name);
    assert(own.length >= 300, `Only ${own.length} lines of ${name}`);
  }
  // Lines of different apps may have the same millisecond, and are told apart by made-up digits.
  const times = lines.map(({ timestamp }) => timestamp.slice(0, "2026-11-20T20:42:11.123".length));
  assertEquals(times, times.toSorted());
  assert(times[0]! >= "2026-11-20T20:32:11.123" && times[0]! < "2026-11-20T20:32:40");
  assert(times.at(-1)! <= "2026-11-20T20:42:11.123" && times.at(-1)! > "2026-11-20T20:41:40");
});

Deno.test("sampleLines() uses Math.random() by default", () => {
  const messages = Array.from({ length: 100 }, () => sampleLines(SAMPLE_APPS[0]!)[0]!.payload)
    .map((payload) => JSON.parse(payload).message);
  assert(new Set(messages).size > 10);
});
