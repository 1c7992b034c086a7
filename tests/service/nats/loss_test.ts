import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { assertProblem } from "../../support/expect_problem.ts";
import { readRaw } from "../../support/clients/raw_reader.ts";
import { CONNECTED, DISCONNECTED, take } from "../../support/clients/sse_reader.ts";
import {
  logsUrl,
  openStream,
  publish,
  readiness,
  startConnected,
  startStack,
  subjectOf,
  subjects,
} from "../../support/service.ts";
import { assertEventually } from "../../support/patience.ts";
import { assertAccounted, startFlow } from "../../support/timed_lines.ts";
import { suspend } from "../../support/suspend.ts";

Deno.test("Streams survive a nats-server that is killed, and report when it was away", async () => {
  const nats = await startNatsServer();
  await using service = await startConnected({ NATS_URL: nats.url });
  const apps = ["a", "a", "b"];
  const readers = await Promise.all(apps.map((app) => openStream(service, { app })));
  const leaver = await openStream(service, { app: "leaver" });
  await publish(nats, { a: "before", b: "before" });
  await nats.stop("SIGKILL");
  for (const reader of readers) {
    assertEquals([await take(reader), await take(reader)], [[undefined, "before"], DISCONNECTED]);
  }
  const url = await logsUrl(service, { app: "a" });
  await assertProblem(await fetch(url), 503, "nats_unavailable");
  await leaver.close();
  await service.logged(({ msg, app }) => msg === "stream closed" && app === "leaver");

  await using again = await startNatsServer({ port: nats.port });
  for (const reader of readers) assertEquals(await take(reader), CONNECTED);
  assertEquals(await subjects(again), [
    subjectOf("a", ">"),
    subjectOf("a", ">"),
    subjectOf("b", ">"),
  ]);
  for (const line of ["after", "after that"]) {
    await publish(again, { a: line, b: line });
    for (const reader of readers) assertEquals(await take(reader), [undefined, line], "Once");
  }
  for (const reader of readers) await reader.close();
  await assertEventually(() => subjects(again), []);
});

const APPS = Array.from({ length: 10 }, (_, i) => `app-${i}`);
const REGIONS = ["dfw", "fra"];
const MACHINES = ["m1", "m2"];
/** The filters of an app's streams, each with a pattern of the subjects that match it. */
const FILTERS: [query: Record<string, string>, filter: string][] = [
  [{}, String.raw`\..*`],
  [{ region: "dfw" }, String.raw`\.dfw\..*`],
  [{ machine: "m1" }, String.raw`\..*\.m1`],
  [{ region: "dfw", machine: "m1" }, String.raw`\.dfw\.m1`],
];

Deno.test("200 streams survive a nats-server that is killed under load, and account for each line", async () => {
  const nats = await startNatsServer();
  await using service = await startConnected({ NATS_URL: nats.url });
  const requests = APPS.flatMap((app) => FILTERS.map((filter) => [app, ...filter] as const))
    .flatMap((request) => Array.from({ length: 5 }, () => request));
  const streams = await Promise.all(requests.map(async ([app, query, filter]) => {
    const pattern = new RegExp(`^logs.${app}${filter}$`);
    const reader = await openStream(service, { app }, query);
    return { reader, fits: (subject: string) => pattern.test(subject) };
  }));
  const before = await subjects(nats);
  assertEquals(before.length, 200);

  const options = { servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 };
  const publisher = await connect(options);
  const all = APPS.flatMap((app) =>
    REGIONS.flatMap((region) => MACHINES.map((machine) => subjectOf(app, region, machine)))
  );
  const flow = startFlow(publisher, { subjects: all, batch: 8 });
  const accounted = streams.map(({ reader, fits }) => assertAccounted(reader, flow, fits));
  const flows = () => flow.lines.findLast(({ receivedBy }) => receivedBy < Infinity)?.sentAt ?? 0;
  await assertEventually(() => flows() > 0, true);

  await nats.stop("SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await using again = await startNatsServer({ port: nats.port });
  const restartedAt = Date.now();
  const connects = () => service.logs.filter(({ msg }) => msg === "NATS connected");
  // Three of the five streams of each subject share a separate connection.
  await assertEventually(() => connects().length, 4);
  await assertEventually(() => flows() > restartedAt, true);
  await flow.stop();
  const losses = await Promise.all(accounted);
  assertEquals(losses.map(({ length }) => length), streams.map(() => 1), "One loss per stream");
  assertEquals(await subjects(again), before);
  assertEquals(service.logs.filter(({ msg }) => msg === "stream closed"), []);

  const missing = losses.reduce((sum, [loss]) => sum + loss!.missing.length, 0);
  const back = Date.parse(connects()[3]!.time) - restartedAt;
  console.log(`200 streams: NATS back after ${back} ms, ${missing} lines missing, all while away`);
  for (const { reader } of streams) await reader.close();
  await assertEventually(() => subjects(again), []);
  await publisher.close();
});

Deno.test("Streams in ndjson and in text report that nats-server is gone", async () => {
  const nats = await startNatsServer();
  await using service = await startConnected({ NATS_URL: nats.url });
  using ndjson = await readRaw(await logsUrl(service, { app: "a" }, { format: "ndjson" }));
  using text = await readRaw(await logsUrl(service, { app: "a" }, { format: "text" }));
  for (const reader of [ndjson, text]) assertMatch(await reader.until("\n"), /ready/);
  await nats.stop("SIGKILL");
  const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
  assertMatch(
    await ndjson.until("\n"),
    new RegExp(`^{"natstap":{"event":"status","nats":"disconnected","at":"${time}"}}\n$`),
  );
  assertMatch(await text.until("\n"), new RegExp(`^# status nats=disconnected at=${time}\n$`));
});

Deno.test("Streams move to the next server of NATS_URL when theirs dies", async () => {
  const first = await startNatsServer();
  await using second = await startNatsServer();
  await using service = await startConnected({ NATS_URL: `${first.url},${second.url}` });
  const { server } = await service.logged(({ msg }) => msg === "NATS connected");
  await using reader = await openStream(service, { app: "a" });
  const [dies, stays] = server === `127.0.0.1:${first.port}` ? [first, second] : [second, first];
  await dies.stop("SIGKILL");
  assertEquals([await take(reader), await take(reader)], [DISCONNECTED, CONNECTED]);
  await publish(stays, { a: "there" });
  assertEquals(await take(reader), [undefined, "there"]);
  await first.stop();
});

Deno.test("A subscription is answered 503 if nats-server dies meanwhile, and leaves nothing behind", async () => {
  const nats = await startNatsServer();
  await using service = await startConnected({ NATS_URL: nats.url, MAX_STREAMS: "1" });
  await suspend(nats.pid);
  const answer = fetch(await logsUrl(service, { app: "a" }));
  await assertEventually(() => readiness(service), "at_capacity", "It takes the whole quota");
  await nats.stop("SIGKILL");
  await assertProblem(await answer, 503, "nats_unavailable");
  await using again = await startNatsServer({ port: nats.port });
  await assertEventually(() => readiness(service), "ready");
  await using _reader = await openStream(service, { app: "b" });
  assertEquals(await subjects(again), [subjectOf("b", ">")]);
});

Deno.test("A subscription is answered 503 while nats-server hangs, and is not kept", async () => {
  await using stack = await startStack();
  const { nats, service } = stack;
  await suspend(nats.pid);
  try {
    const response = await fetch(await logsUrl(service, { app: "a" }));
    await assertProblem(response, 503, "nats_unavailable");
  } finally {
    Deno.kill(nats.pid, "SIGCONT");
  }
  await using reader = await openStream(service, { app: "b" });
  assertEquals(await subjects(nats), [subjectOf("b", ">")]);
  await publish(nats, { a: "a line", b: "b line" });
  assertEquals(await take(reader), [undefined, "b line"]);
});

Deno.test("A connection that breaks silently is reported as lost from before the first missing line", async () => {
  await using stack = await startStack();
  const { service, nats } = stack;
  await using reader = await openStream(service, { app: "a" });
  // Long enough to tell the time of the connect from that of the last answer.
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  await suspend(nats.pid);
  const brokenAt = Date.now();
  try {
    const { nats: state, at } = await reader.control("status");
    assertEquals(state, "disconnected");
    const lostAt = Date.parse(String(at));
    assert(lostAt <= brokenAt, `${at} is after ${new Date(brokenAt).toISOString()}`);
    assert(lostAt > brokenAt - 6_000, `${at} is long before ${new Date(brokenAt).toISOString()}`);
    console.log(`A silent break was reported ${brokenAt - lostAt} ms early`);
  } finally {
    Deno.kill(nats.pid, "SIGCONT");
  }
  assertEquals(await take(reader), CONNECTED);
});
