import { connect } from "@nats-io/transport-deno";
import { assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../tools/free_port.ts";
import { startNatsServer } from "../../tools/nats_server.ts";
import { assertNotReady, assertProblem } from "../support/expect_problem.ts";
import {
  logsUrl,
  openStream,
  permitting,
  readiness,
  type Service,
  startConnected,
  startService,
  startStack,
  USER,
} from "../support/service.ts";
import { assertEventually } from "../support/patience.ts";
import { serveKeys } from "../support/tokens/key_url.ts";

/** Resolves to the status and body of `GET /healthz`. */
async function healthz({ url }: Service): Promise<[number, string]> {
  const response = await fetch(`${url}/healthz`);
  return [response.status, await response.text()];
}

Deno.test("GET /readyz answers 503 until the key set behind a URL has been fetched", async () => {
  await using keyUrl = serveKeys({ kty: "OKP", crv: "Ed25519", kid: "a", x: "A".repeat(43) });
  const { answer } = keyUrl;
  keyUrl.answer = () => new Response(null, { status: 500 });
  await using nats = await startNatsServer();
  await using service = await startConnected({
    NATS_URL: nats.url,
    JWT_JWKS_URL: keyUrl.url,
  });
  await service.logged(({ msg }) => msg === "key set not refreshed");
  const { detail: keys, parts } = await assertNotReady(service, "keys_unavailable");
  assertEquals(parts, { ready: false, nats: "ok", keys, capacity: "ok" });
  keyUrl.answer = answer;
  await assertEventually(() => readiness(service), "ready");
});

Deno.test("The service starts without NATS, and streams once NATS is available 10 s later", async () => {
  const port = freePort();
  await using service = await startService({ NATS_URL: `nats://127.0.0.1:${port}` });
  const arrival = performance.now() + 10_000;
  await service.logged(({ msg }) => msg === "NATS unavailable");
  const url = await logsUrl(service, { app: "a" });
  await assertEventually(async () => {
    assertEquals(await healthz(service), [200, "ok"]);
    const { detail } = await assertNotReady(service, "nats_unavailable");
    assertMatch(detail, /^Try again: NATS is unreachable \(.*refused.*\)\.$/i);
    await assertProblem(await fetch(url), 503, "nats_unavailable");
    assertEquals((await fetch(url, { method: "HEAD" })).status, 503);
    return performance.now() > arrival;
  }, true);

  await using nats = await startNatsServer({ port });
  const arrivedAt = performance.now();
  await assertEventually(() => readiness(service), "ready");
  console.log(`ready ${Math.round(performance.now() - arrivedAt)} ms after NATS arrived`);
  await using reader = await openStream(service, { app: "a" });
  const publisher = await connect({ servers: nats.url });
  publisher.publish("logs.a.dfw.m1", "NATS is available");
  assertEquals(await reader.line(), "NATS is available");
  await publisher.close();
});

Deno.test("GET /readyz answers 503 while the connection to NATS is lost, and GET /healthz answers 200", async () => {
  await using stack = await startStack();
  const { nats, service } = stack;
  const ready = await fetch(`${service.url}/readyz`);
  assertEquals([ready.status, ready.headers.get("Content-Type")], [200, "application/json"]);
  assertEquals(await ready.json(), { ready: true, nats: "ok", keys: "ok", capacity: "ok" });
  await stack.publisher.close();
  await nats.stop("SIGKILL");
  await service.logged(({ reason }) => `${reason}`.startsWith("connection lost"));
  // Followed by the reason why each attempt to reconnect fails.
  await service.logged(({ reason }) => reason === "connection refused");
  const { detail, parts } = await assertNotReady(service, "nats_unavailable");
  assertEquals(detail, "Try again: NATS is unreachable (connection refused).");
  assertEquals(parts, { ready: false, nats: "connection refused", keys: "ok", capacity: "ok" });
  assertEquals(await healthz(service), [200, "ok"]);
  await using _again = await startNatsServer({ port: nats.port });
  await assertEventually(() => readiness(service), "ready");
});

Deno.test("GET /readyz says that NATS rejects the service, until it does not", async () => {
  await using nats = await startNatsServer({ config: permitting({ password: "other" }) });
  await using service = await startService({ NATS_URL: nats.url, ...USER });
  const { reason } = await service.logged(({ msg }) => msg === "NATS unavailable");
  assertMatch(String(reason), /authorization violation/i);
  const { detail } = await assertNotReady(service, "nats_unavailable");
  assertMatch(detail, /authorization violation/i);
  assertEquals(await healthz(service), [200, "ok"]);
  await nats.reload(permitting());
  await assertEventually(() => readiness(service), "ready");
});

/** Resolves to the status and body of `GET /readyz`. */
async function readyz({ url }: Service): Promise<[number, unknown]> {
  const response = await fetch(`${url}/readyz`);
  return [response.status, await response.json()];
}

Deno.test('GET /readyz answers 200 with "capacity":"full" while MAX_STREAMS are open', async () => {
  await using stack = await startStack({ MAX_STREAMS: "1" });
  const { service } = stack;
  const ok = { ready: true, nats: "ok", keys: "ok", capacity: "ok" };
  assertEquals(await readyz(service), [200, ok]);
  const reader = await openStream(service, { app: "a" });
  assertEquals(await readyz(service), [200, { ...ok, capacity: "full" }]);
  const refused = await fetch(await logsUrl(service, { app: "b" }));
  assertEquals(refused.headers.get("Retry-After"), "10");
  await assertProblem(refused, 503, "at_capacity");
  assertEquals(await readyz(service), [200, { ...ok, capacity: "full" }]);
  await reader.close();
  await assertEventually(() => readyz(service), [200, ok]);
});

Deno.test("GET /readyz answers 200 while one app has MAX_STREAMS_PER_APP streams", async () => {
  await using stack = await startStack({ MAX_STREAMS: "2", MAX_STREAMS_PER_APP: "1" });
  await using _reader = await openStream(stack.service, { app: "a" });
  const ok = { ready: true, nats: "ok", keys: "ok", capacity: "ok" };
  assertEquals(await readyz(stack.service), [200, ok]);
});

Deno.test("GET /readyz answers 503 while a full service has lost its connection to NATS", async () => {
  await using stack = await startStack({ MAX_STREAMS: "1" });
  const { nats, service, publisher } = stack;
  await using _reader = await openStream(service, { app: "a" });
  await publisher.close();
  await nats.stop("SIGKILL");
  await service.logged(({ reason }) => reason === "connection refused");
  const { parts } = await assertNotReady(service, "nats_unavailable");
  assertEquals(parts, { ready: false, nats: "connection refused", keys: "ok", capacity: "full" });
  await using _again = await startNatsServer({ port: nats.port });
  const full = { ready: true, nats: "ok", keys: "ok", capacity: "full" };
  await assertEventually(() => readyz(service), [200, full]);
});
