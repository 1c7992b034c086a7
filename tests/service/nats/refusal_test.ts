import { assertEquals } from "@std/assert";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import { assertProblem } from "../../support/expect_problem.ts";
import { CONNECTED, DISCONNECTED, type Reader, take } from "../../support/clients/sse_reader.ts";
import {
  logsUrl,
  openStream,
  permitting,
  publish,
  readiness,
  startConnected,
  startStack,
  subjectOf,
  subjects,
  USER,
} from "../../support/service.ts";
import { assertEventually } from "../../support/patience.ts";
import { suspend } from "../../support/suspend.ts";

/** Fails unless the stream ends as denied; `status` events before that are skipped. */
async function assertDenied(reader: Reader): Promise<void> {
  const rest = (await reader.rest()).filter(({ event }) => event !== "status");
  assertEquals(rest.map(({ event, data }) => [event, data]), [["end", `{"reason":"denied"}`]]);
}

Deno.test("A denied subscription answers 403 before the stream starts", async () => {
  await using stack = await startStack(USER, permitting({ deny: subjectOf("denied", ">") }));
  for (const query of [{}, { region: "dfw" }, { region: "dfw", machine: "m1" }]) {
    const url = await logsUrl(stack.service, { app: "denied" }, query);
    await assertProblem(await fetch(url), 403, "subscription_denied");
  }
  await using reader = await openStream(stack.service, { app: "permitted" });
  await publish(stack.nats, { permitted: "line" });
  assertEquals(await take(reader), [undefined, "line"]);
});

Deno.test("Revoking a permission ends the streams that need it", async () => {
  await using stack = await startStack(USER, permitting());
  const { nats, service } = stack;
  const apps = ["revoked", "revoked", "stays"];
  const readers = await Promise.all(apps.map((app) => openStream(service, { app })));
  await publish(nats, { revoked: "before", stays: "before" });
  for (const reader of readers) assertEquals(await take(reader), [undefined, "before"]);
  await nats.reload(permitting({ deny: subjectOf("revoked", ">") }));
  const [first, second, stays] = readers;
  for (const reader of [first!, second!]) await assertDenied(reader);
  await assertEventually(() => subjects(nats), [subjectOf("stays", ">")]);
  const reasons = () =>
    service.logs.filter(({ msg }) => msg === "stream closed").map(({ reason }) => reason);
  await assertEventually(reasons, ["denied", "denied"]);
  await publish(nats, { stays: "after" });
  assertEquals(await stays!.line(), "after");
  await stays!.close();
});

Deno.test("Revoking a permission while nats-server is away ends the stream", async () => {
  const nats = await startNatsServer({ config: permitting() });
  await using service = await startConnected({ NATS_URL: nats.url, ...USER });
  await using revoked = await openStream(service, { app: "revoked" });
  await using stays = await openStream(service, { app: "stays" });
  await nats.stop("SIGKILL");
  assertEquals(await take(revoked), DISCONNECTED);
  const config = permitting({ deny: subjectOf("revoked", ">") });
  await using again = await startNatsServer({ port: nats.port, config });
  await assertDenied(revoked);
  assertEquals([await take(stays), await take(stays)], [DISCONNECTED, CONNECTED]);
  assertEquals(await subjects(again), [subjectOf("stays", ">")]);
});

/** The number of connections that the server has refused because of a wrong password. */
async function countRefused({ monitorUrl }: NatsServer): Promise<number> {
  const response = await fetch(`${monitorUrl}/connz?state=closed`);
  const connections: { reason: string }[] = (await response.json()).connections;
  return connections.filter(({ reason }) => reason === "Authentication Failure").length;
}

Deno.test("A changed password ends no stream, and lines flow again once it is right", async () => {
  await using stack = await startStack(USER, permitting());
  const { nats, service } = stack;
  await using reader = await openStream(service, { app: "a" });
  await nats.reload(permitting({ password: "changed" }));
  assertEquals(await take(reader), DISCONNECTED);
  await service.logged(({ reason }) => /authorization violation/i.test(String(reason)));
  await assertEventually(async () => await countRefused(nats) >= 3, true);
  await nats.reload(permitting());
  assertEquals(await take(reader), CONNECTED);
  await publish(nats, { a: "after" });
  assertEquals(await take(reader), [undefined, "after"]);
});

Deno.test("A subscription that exceeds nats-server's limit answers 503", async () => {
  await using stack = await startStack({}, "max_subscriptions: 2");
  const { nats, service } = stack;
  const first = await openStream(service, { app: "a" });
  await using second = await openStream(service, { app: "b" });
  const refused = Array.from({ length: 20 }, async (_, i) => {
    const url = await logsUrl(service, { app: `c${i}` });
    await assertProblem(await fetch(url), 503, "nats_unavailable");
  });
  await Promise.all(refused);
  await publish(nats, { a: "line", b: "line" });
  assertEquals([await first.line(), await second.line()], ["line", "line"]);
  await first.close();
  await assertEventually(() => subjects(nats), [subjectOf("b", ">")]);
  await using third = await openStream(service, { app: "c" });
  await publish(nats, { c: "line" });
  assertEquals(await third.line(), "line");
});

Deno.test("A subscription that exceeds the limit answers 503 even if others are denied at the same time", async () => {
  const requests = 40;
  await using stack = await startStack(
    { ...USER, MAX_STREAMS: String(requests + 1) },
    `max_subscriptions: 1\n${permitting({ deny: subjectOf("*", "denied", ">") })}`,
  );
  const { nats, service } = stack;
  await using _reader = await openStream(service, { app: "a" });
  // Of different apps, because a third reader of a subject would use another connection, which has its own limit.
  const urls = await Promise.all(Array.from({ length: requests }, (_, i) => {
    return logsUrl(service, { app: `b${i}` }, i % 10 === 5 ? {} : { region: "denied" });
  }));
  // A server that was stopped answers all pending requests at once when it continues.
  await suspend(nats.pid);
  const asked = urls.map((url) => fetch(url));
  try {
    await assertEventually(() => readiness(service), "at_capacity", "All requests are pending");
  } finally {
    Deno.kill(nats.pid, "SIGCONT");
  }
  const answers = await Promise.all(asked);
  const codes = answers.map(async (response) => {
    if (response.ok) await response.body!.cancel();
    return response.ok ? "a silent stream" : (await response.json()).code;
  });
  assertEquals(
    await Promise.all(codes),
    answers.map((_, i) => i % 10 === 5 ? "nats_unavailable" : "subscription_denied"),
  );
});

Deno.test("A nats-server that returns with too low a limit leaves no stream silent", async () => {
  const nats = await startNatsServer();
  await using service = await startConnected({ NATS_URL: nats.url });
  const readers = await Promise.all(["a", "b"].map((app) => openStream(service, { app })));
  await nats.stop("SIGKILL");
  for (const reader of readers) assertEquals(await take(reader), DISCONNECTED);
  const small = await startNatsServer({ port: nats.port, config: "max_subscriptions: 1" });
  await service.logged(({ reason }) => /maximum subscriptions/i.test(String(reason)));
  assertEquals(await readiness(service), "nats_unavailable");
  await small.stop("SIGKILL");
  await using again = await startNatsServer({ port: nats.port });
  for (const reader of readers) assertEquals(await take(reader), CONNECTED);
  assertEquals(await subjects(again), [subjectOf("a", ">"), subjectOf("b", ">")]);
  await publish(again, { a: "after", b: "after" });
  for (const reader of readers) {
    assertEquals(await take(reader), [undefined, "after"]);
    await reader.close();
  }
});
