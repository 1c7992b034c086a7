import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { assertProblem } from "../../support/expect_problem.ts";
import { type RawReader, readRaw } from "../../support/clients/raw_reader.ts";
import {
  type LogLine,
  logsUrl,
  type Service,
  type Stack,
  startService,
  startStack,
} from "../../support/service.ts";
import { floodStalled, openStalled, STALLED_LINES } from "../../support/stalled.ts";
import { suspend } from "../../support/suspend.ts";

/** Opens a stream of `app` and reads its `ready` event. */
async function open({ service }: Stack, app: string, format = "sse"): Promise<RawReader> {
  const url = await logsUrl(service, { app, sub: app, jti: `token of ${app}` }, { format });
  const reader = await readRaw(url);
  assertMatch(await reader.until(format === "sse" ? "\n\n" : "\n"), /\bready\b/);
  return reader;
}

/** Opens one stream per entry of `apps`, 50 at a time. */
async function openMany(stack: Stack, apps: string[]): Promise<RawReader[]> {
  const readers: RawReader[] = [];
  while (readers.length < apps.length) {
    const some = apps.slice(readers.length, readers.length + 50);
    readers.push(...await Promise.all(some.map((app) => open(stack, app))));
  }
  return readers;
}

/** The `retry` time of a stream that has ended for a shutdown, and sent nothing before; checks it. */
function retryTime(rest: string): number {
  const retry = /^event: end\nretry: (\d+)\ndata: \{"reason":"shutdown"\}\n\n$/.exec(rest)?.[1];
  assert(Number(retry) >= 500 && Number(retry) <= 5_000, rest);
  return Number(retry);
}

/** Log lines with this message. */
function logged({ logs }: Service, msg: string): LogLine[] {
  return logs.filter((line) => line.msg === msg);
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test(`${signal} ends each stream with its own retry time, and the process with 0`, async () => {
    // Anything that waited for the deadline would take an hour.
    await using stack = await startStack({ SHUTDOWN_SECONDS: "3600" });
    const { service } = stack;
    const apps = Array.from({ length: 8 }, (_, i) => `app-${i}`);
    const readers = await Promise.all(apps.map((app) => open(stack, app)));
    const { code } = await service.stop(signal);
    assertEquals(code, 0, service.stderr());

    const retries = new Set<number>();
    for (const reader of readers) {
      retries.add(retryTime(await reader.rest()));
      reader.close();
    }
    assert(retries.size > 1, `All retry times are the same: ${[...retries]}`);
    const reasons = logged(service, "stream closed").map(({ reason }) => reason);
    assertEquals(reasons, apps.map(() => "shutdown"));
    assertEquals(logged(service, "stopping").map((line) => line.signal), [signal]);
    await assertRejects(() => fetch(`${service.url}/healthz`), TypeError);
  });
}

Deno.test("SIGTERM delivers buffered lines before the end event", async () => {
  await using stack = await startStack({ SHUTDOWN_SECONDS: "3600", BUFFER_BYTES: "67108864" });
  using reader = await openStalled(stack, { sub: "stalled" });
  const stopped = stack.service.stop();
  const rest = await reader.rest();
  assertEquals(rest.match(/^data: \d+ /gm)?.length, STALLED_LINES);
  assertMatch(rest.slice(-100), /\n\nevent: end\nretry: \d+\ndata: \{"reason":"shutdown"\}\n\n$/);
  assertEquals((await stopped).code, 0);
});

Deno.test("SIGTERM sends the end event in ndjson and in text", async () => {
  await using stack = await startStack({ SHUTDOWN_SECONDS: "3600" });
  using ndjson = await open(stack, "a", "ndjson");
  using text = await open(stack, "a", "text");
  await stack.service.stop();
  assertMatch(
    await ndjson.rest(),
    /^\{"natstap":\{"event":"end","reason":"shutdown","retry":\d+\}\}\n$/,
  );
  assertMatch(await text.rest(), /^# end reason=shutdown retry=\d+\n$/);
});

Deno.test("SIGTERM is not delayed by a stalled reader or by a second signal", async () => {
  await using stack = await startStack({ SHUTDOWN_SECONDS: "2", BUFFER_BYTES: "67108864" });
  const { service } = stack;
  using _stalled = await openStalled(stack, { sub: "stalled" });
  using reader = await open(stack, "reads");
  const started = performance.now();
  const stopped = service.stop("SIGTERM");
  retryTime(await reader.rest());
  await assertProblem(await fetch(await logsUrl(service, { app: "a" })), 503, "shutting_down");
  assertEquals(await (await fetch(`${service.url}/healthz`)).text(), "ok");
  service.stop("SIGTERM");
  service.stop("SIGINT");
  service.stop("SIGHUP");
  assertEquals((await stopped).code, 0, service.stderr());
  assert(performance.now() - started < 20_000, "Stops soon after SHUTDOWN_SECONDS");
  assertEquals(logged(service, "stopping").length, 1);
  assertEquals(service.stderr(), "");
});

Deno.test("SIGTERM ends 1,000 streams within SHUTDOWN_SECONDS while 20 more readers have stalled", async () => {
  const shutdownTime = 8_000;
  await using stack = await startStack({
    SHUTDOWN_SECONDS: String(shutdownTime / 1_000),
    MAX_STREAMS_PER_APP: "1000",
  });
  const { service } = stack;
  const stalled = await openMany(stack, Array(20).fill("stalled"));
  await floodStalled(stack);
  const readers = await openMany(stack, Array.from({ length: 1_000 }, (_, i) => `app-${i % 50}`));
  const signalledAt = performance.now();
  const stopped = service.stop();
  const retries = await Promise.all(readers.map(async (reader) => retryTime(await reader.rest())));
  const told = Math.round(performance.now() - signalledAt);
  assert(new Set(retries).size > 500, "Retry times are spread out");
  assertEquals((await stopped).code, 0, service.stderr());
  const [begun, ended] = ["stopping", "stopped"].map((msg) =>
    Date.parse(logged(service, msg)[0]!.time)
  );
  console.log(
    `1,020 streams: the 1,000 that read were ended within ${told} ms, ` +
      `stopped after ${ended! - begun!} ms of the ${shutdownTime} ms permitted`,
  );
  assert(ended! - begun! <= shutdownTime);
  assertEquals(logged(service, "stopped")[0]!.reason, "time is up", "Delayed by stalled readers");
  const closed = logged(service, "stream closed").filter(({ reason }) => reason === "shutdown");
  assertEquals(closed.length, 1_020);
  for (const reader of [...readers, ...stalled]) reader.close();
});

Deno.test("SIGTERM leaves no stream open in the log, even if its reader has stalled", async () => {
  await using stack = await startStack({ SHUTDOWN_SECONDS: "1", BUFFER_BYTES: "67108864" });
  using _stalled = await openStalled(stack, { sub: "stalled" });
  await stack.service.stop();
  const closed = logged(stack.service, "stream closed").find(({ sub }) => sub === "stalled");
  assertEquals(closed?.reason, "shutdown");
});

Deno.test("SIGTERM ends streams and the process while NATS is down", async () => {
  await using stack = await startStack({ SHUTDOWN_SECONDS: "3600" });
  using reader = await open(stack, "a");
  await stack.publisher.close();
  await stack.nats.stop("SIGKILL");
  assertMatch(await reader.until("\n\n"), /^event: status\ndata: \{"nats":"disconnected"/);
  const { code } = await stack.service.stop();
  assertEquals(code, 0, stack.service.stderr());
  assertMatch(await reader.rest(), /^event: end\n/);
});

Deno.test("SIGTERM ends a process that has never reached NATS", async () => {
  await using service = await startService({
    NATS_URL: "nats://127.0.0.1:1",
    SHUTDOWN_SECONDS: "3600",
  });
  await service.logged(({ msg }) => msg === "NATS unavailable");
  assertEquals((await service.stop()).code, 0, service.stderr());
});

Deno.test("SIGTERM ends a process within SHUTDOWN_SECONDS while NATS hangs", async () => {
  await using stack = await startStack({ SHUTDOWN_SECONDS: "1" });
  using reader = await open(stack, "a");
  await suspend(stack.nats.pid);
  try {
    assertEquals((await stack.service.stop()).code, 0, stack.service.stderr());
  } finally {
    Deno.kill(stack.nats.pid, "SIGCONT");
  }
  assertMatch(await reader.rest(), /^event: end\n/);
});
