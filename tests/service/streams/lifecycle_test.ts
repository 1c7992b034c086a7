import { assert, assertEquals } from "@std/assert";
import { assertProblem } from "../../support/expect_problem.ts";
import { readRaw } from "../../support/clients/raw_reader.ts";
import { read } from "../../support/clients/sse_reader.ts";
import {
  type LogLine,
  logsUrl,
  openStream,
  openWhenFree,
  permitting,
  readiness,
  type Stack,
  startStack,
  subjectOf,
  subjects,
  USER,
} from "../../support/service.ts";
import { assertEventually } from "../../support/patience.ts";
import { suspend } from "../../support/suspend.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** The log line for the end of the stream of `app`. */
function closed(app: string): Promise<LogLine> {
  return stack.service.logged((line) => line.msg === "stream closed" && line.app === app);
}

Deno.test("Each stream has its own subscription, which is closed with it", async () => {
  const { service, nats } = stack;
  const first = await openStream(service, { app: "own" });
  const second = await openStream(service, { app: "own" });
  const other = await openStream(service, { app: "other", region: "dfw" });
  assertEquals(await subjects(nats), [
    subjectOf("other", "dfw", ">"),
    subjectOf("own", ">"),
    subjectOf("own", ">"),
  ]);
  const names = (await nats.connections()).map(({ name }) => name);
  assertEquals(names.filter((name) => name === "natstap").length, 1, "One connection for all");
  await first.close();
  await assertEventually(() => subjects(nats), [
    subjectOf("other", "dfw", ">"),
    subjectOf("own", ">"),
  ]);
  stack.publisher.publish(subjectOf("own"), "still here");
  assertEquals(await second.line(), "still here");
  await second.close();
  await other.close();
  await assertEventually(() => subjects(nats), []);
  assertEquals((await closed("own")).reason, "client");
});

Deno.test("A subscription ends when its client disconnects without notice", async () => {
  const reader = await readRaw(await logsUrl(stack.service, { app: "gone" }));
  await reader.until("ready");
  assertEquals(await subjects(stack.nats), [subjectOf("gone", ">")]);
  reader.close();
  await assertEventually(() => subjects(stack.nats), []);
  assertEquals((await closed("gone")).reason, "client");
});

Deno.test("A stream ends when its token expires, and the next request answers 401", async () => {
  await assertEventually(() => subjects(stack.nats), []);
  const exp = Math.floor(Date.now() / 1000) + 3;
  const url = await logsUrl(stack.service, { app: "expires", exp });
  await using reader = await read(url);
  assertEquals((await reader.control("ready")).expiresAt, new Date(exp * 1000).toISOString());
  stack.publisher.publish(subjectOf("expires"), "in time");
  assertEquals(await reader.line(), "in time");
  const rest = await reader.rest();
  assert(Date.now() >= exp * 1000, "Not too early");
  assertEquals(rest.map(({ event, data }) => [event, data]), [["end", `{"reason":"expired"}`]]);
  await assertEventually(() => subjects(stack.nats), []);
  assertEquals((await closed("expires")).reason, "expired");
  await assertProblem(await fetch(url), 401, "token_expired");
});

Deno.test("HEAD and refused requests open no subscription and no stream", async () => {
  await assertEventually(() => subjects(stack.nats), []);
  const url = await logsUrl(stack.service, { app: "never" });
  for (const [query, method] of [["", "HEAD"], ["&app=other", "GET"], ["&format=xml", "GET"]]) {
    const response = await fetch(url + query, { method: method! });
    await response.body?.cancel();
  }
  assertEquals(await subjects(stack.nats), []);
  assert(!stack.service.logs.some(({ app }) => app === "never"), "No log line of a stream");
});

Deno.test("A client that leaves before NATS confirms leaves no subscription behind", async () => {
  await using own = await startStack({ MAX_STREAMS: "1" });
  const { service, nats } = own;
  const leave = new AbortController();
  const url = await logsUrl(service, { app: "early" });
  await suspend(nats.pid);
  try {
    const answer = fetch(url, { signal: leave.signal }).catch((error) => error.name);
    await assertEventually(() => readiness(service), "at_capacity", "It takes the whole quota");
    leave.abort();
    assertEquals(await answer, "AbortError");
  } finally {
    Deno.kill(nats.pid, "SIGCONT");
  }
  await assertEventually(() => readiness(service), "ready", "The quota is free again");
  await assertEventually(() => subjects(nats), []);
  const count = (name: string) => service.logs.filter(({ msg }) => msg === name).length;
  await assertEventually(() => count("stream opened") - count("stream closed"), 0);
});

Deno.test("A token that expires before NATS confirms leaves no subscription behind", async () => {
  await using own = await startStack();
  const exp = Math.floor(Date.now() / 1000) + 2;
  const url = await logsUrl(own.service, { app: "late", exp });
  await suspend(own.nats.pid);
  const answer = read(url);
  try {
    await assertEventually(() => Date.now() > exp * 1000 + 1_000, true);
  } finally {
    Deno.kill(own.nats.pid, "SIGCONT");
  }
  await using reader = await answer;
  const events = (await reader.rest()).map(({ event }) => event);
  assertEquals(events, ["ready", "end"]);
  await assertEventually(() => subjects(own.nats), []);
});

Deno.test("A denied subscription takes no quota and is not kept", async () => {
  const config = permitting({ deny: subjectOf("denied", ">") });
  await using own = await startStack({ ...USER, MAX_STREAMS: "1" }, config);
  for (let tries = 0; tries < 3; tries++) {
    const response = await fetch(await logsUrl(own.service, { app: "denied" }));
    await assertProblem(response, 403, "subscription_denied");
  }
  await using _reader = await openStream(own.service, { app: "permitted" });
  assertEquals(await subjects(own.nats), [subjectOf("permitted", ">")]);
});

Deno.test("MAX_STREAMS_PER_APP limits each app's streams, and a closed stream makes room", async () => {
  await using own = await startStack({ MAX_STREAMS_PER_APP: "2" });
  const { service, nats } = own;
  const first = await openStream(service, { app: "busy" });
  await using _second = await openStream(service, { app: "busy" }, { region: "dfw" });
  const url = await logsUrl(service, { app: "busy" }, { machine: "m1" });
  await assertProblem(await fetch(url), 429, "too_many_streams");
  await using _other = await openStream(service, { app: "other" });
  assertEquals(await subjects(nats), [
    subjectOf("busy", ">"),
    subjectOf("busy", "dfw", ">"),
    subjectOf("other", ">"),
  ]);
  await first.close();
  await using _third = await openWhenFree(service, { app: "busy" });
  await assertProblem(await fetch(url), 429, "too_many_streams");
});

Deno.test("MAX_STREAMS limits all streams, and every closed stream makes room", async () => {
  await using own = await startStack({ MAX_STREAMS: "2" });
  const { service } = own;
  const first = await openStream(service, { app: "a" });
  await using _second = await openStream(service, { app: "b" });
  const url = await logsUrl(service, { app: "c" });
  await assertProblem(await fetch(url), 503, "at_capacity");
  await first.close();
  const exp = Math.floor(Date.now() / 1000) + 3;
  await using third = await openWhenFree(service, { app: "c", exp });
  await third.rest();
  await using _fourth = await openWhenFree(service, { app: "d" });
  await assertProblem(await fetch(url), 503, "at_capacity");
});
