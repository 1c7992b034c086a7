/** What Deno exports over OpenTelemetry if that is enabled. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connectTo, receive, send } from "../../support/clients/raw_request.ts";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { type Collector, type Span, startCollector } from "../../support/otlp_collector.ts";
import { readRaw } from "../../support/clients/raw_reader.ts";
import { assertNoSecrets } from "../../support/secrets.ts";
import {
  logsUrl,
  mint,
  openStream,
  SECRET,
  serviceCommand,
  startConnected,
  startService,
  startStack,
  subjectOf,
} from "../../support/service.ts";
import { serveKeys } from "../../support/tokens/key_url.ts";
import { createSigner, outcome } from "../../support/tokens/signer.ts";

/** The `natstap.` attributes of a span; fails if one is set twice. */
function own({ attributes }: Span): Record<string, unknown> {
  const names = attributes.map(([key]) => key).filter((key) => key.startsWith("natstap."));
  assertEquals(names, [...new Set(names)], "An attribute was set twice");
  return Object.fromEntries(attributes.filter(([key]) => names.includes(key)));
}

function spansOf(collector: Collector, name: string): Span[] {
  return collector.spans().filter((span) => span.name === name);
}

Deno.test("A stream's span has app, subject, format and end reason, and belongs to its request's trace", async () => {
  await using collector = startCollector();
  await using stack = await startStack(collector.env);
  const { service } = stack;
  const [trace, caller] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  const headers = { traceparent: `00-${trace}-${caller}-01` };
  const leaves = await openStream(service, { app: "leaves" }, { region: "dfw" }, { headers });
  stack.publisher.publish(subjectOf("leaves"), "a line");
  assertEquals(await leaves.line(), "a line");
  await leaves.close();
  const closed = await service.logged(({ msg }) => msg === "stream closed");
  const exp = Math.floor(Date.now() / 1000) + 4;
  const format = { format: "ndjson" };
  using expires = await readRaw(await logsUrl(service, { app: "expires", exp }, format));
  await expires.rest();
  await using _stays = await openStream(service, { app: "stays" });
  await service.stop();

  const spans = spansOf(collector, "logs stream");
  const ofApp = (app: string) => spans.find((span) => own(span)["natstap.app"] === app)!;
  assertEquals(own(ofApp("leaves")), {
    "natstap.app": "leaves",
    "natstap.subject": subjectOf("leaves", "dfw", ">"),
    "natstap.format": "sse",
    "natstap.end.reason": "client",
    "natstap.events": 1,
    "natstap.bytes": closed.bytes,
    "natstap.dropped": 0,
  });
  const [request] = collector.spans().filter(({ parentSpanId }) => parentSpanId === caller);
  assertEquals([ofApp("leaves").traceId, request?.traceId], [trace, trace]);
  assertEquals(ofApp("leaves").parentSpanId, request?.spanId);
  const reasons = ["leaves", "expires", "stays"].map((app) =>
    own(ofApp(app))["natstap.end.reason"]
  );
  assertEquals(reasons, ["client", "expired", "shutdown"]);
  assertEquals(own(ofApp("expires"))["natstap.format"], "ndjson");
  assertEquals(spans.length, 3);
  assertEquals(service.stderr(), "", "Nothing was denied");
});

Deno.test("A refused request's span has its code, and there is no stream span", async () => {
  await using collector = startCollector();
  await using stack = await startStack(collector.env);
  const { service } = stack;
  const refused: [code: string, url: string][] = [
    ["token_missing", `${service.url}/logs`],
    ["token_expired", await logsUrl(service, { app: "a", exp: 1 })],
    ["app_forbidden", await logsUrl(service, { app: "a" }, { app: "b" })],
    ["format_unknown", await logsUrl(service, { app: "a" }, { format: "xml" })],
    ["not_found", `${service.url}/elsewhere`],
  ];
  for (const [, url] of refused) await (await fetch(url)).body?.cancel();
  await service.stop();
  const told = collector.spans().map(own).flatMap((fields) => Object.entries(fields));
  assertEquals(told, refused.map(([code]) => ["natstap.refused.code", code]));
});

/** Where a client may put a token; each request is sent as is. */
const PLACES: [place: string, request: (token: string) => string][] = [
  ["in the query", (token) => `GET /logs?token=${token} HTTP/1.1\r\nHost: x`],
  ["in the query, refused", (token) => `GET /logs?token=${token}&region=%20 HTTP/1.1\r\nHost: x`],
  ["in a header", (token) => `GET /logs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}`],
  ["in a cookie", (token) => `GET /logs HTTP/1.1\r\nHost: x\r\nCookie: natstap_token=${token}`],
  ["in the wrong parameter", (token) => `GET /logs?app=${token} HTTP/1.1\r\nHost: x`],
  ["in the query of another path", (token) => `GET /x?token=${token} HTTP/1.1\r\nHost: x`],
  ["in the query of /readyz", (token) => `GET /readyz?token=${token} HTTP/1.1\r\nHost: x`],
  ["in the path", (token) => `GET /logs/${token} HTTP/1.1\r\nHost: x`],
  ["with another method", (token) => `POST /logs?token=${token} HTTP/1.1\r\nHost: x`],
  ["as the method", (token) => `${token} /logs HTTP/1.1\r\nHost: x`],
  ["with HEAD", (token) => `HEAD /logs?token=${token} HTTP/1.1\r\nHost: x`],
  ["with an absolute URL", (token) => `GET http://x/logs?token=${token} HTTP/1.1\r\nHost: x`],
  ["in the referrer", (token) => `GET / HTTP/1.1\r\nHost: x\r\nReferer: http://x/?token=${token}`],
  ["in Host", (token) => `GET / HTTP/1.1\r\nHost: x/logs?token=${token}&`],
  ["as Host", (token) => `GET / HTTP/1.1\r\nHost: ${token}`],
  ["with a Host that is invalid", (token) => `GET /logs?token=${token} HTTP/1.1\r\nHost: [x`],
  ["without Host", (token) => `GET /logs?token=${token} HTTP/1.0`],
  ["in a request that is not HTTP", (token) => `GET /logs?token=${token} HTTP/1.2\r\nHost: x`],
];

Deno.test("No token from a client is exported or written to standard error", async (t) => {
  await using collector = startCollector();
  // Deno's own metrics are labeled with the method, whatever it is.
  const env = { ...collector.env, OTEL_DENO_METRICS: "false", LOG_LEVEL: "debug" };
  await using stack = await startStack(env);
  const { service } = stack;
  const sent = await Promise.all(PLACES.map(async ([place, request]) => {
    const token = await mint({ app: "a", sub: place });
    using connection = await connectTo(service);
    const [answer] = await Promise.all([
      receive(connection, /\r\n\r\n/),
      send(connection, `${request(token)}\r\nConnection: close\r\n\r\n`),
    ]);
    return { place, token, answer };
  }));
  await service.stop();
  const told = collector.raw() + service.stderr() + JSON.stringify(service.logs);
  for (const { place, token, answer } of sent) {
    await t.step(`${place}: ${answer.slice(0, "HTTP/1.1 200".length)}`, () => {
      assertNoSecrets(told, { token });
    });
  }
  assertNoSecrets(told, { SECRET, "a query": "token=" });
  // Requests with another version or an unknown method cannot be parsed and have no span.
  assertEquals(
    collector.spans().filter(({ name }) => name !== "logs stream").length,
    sent.length - 2,
  );
  assertStringIncludes(collector.raw(), "/v1/traces");
});

Deno.test("No URL of a key set is exported, whether its fetch succeeds or fails", async () => {
  await using collector = startCollector();
  await using nats = await startNatsServer();
  const signer = await createSigner("first");
  const keyUrl = serveKeys(signer.jwk);
  const secrets = { user: "jwks-user", password: "jwks-password", key: "jwks-key" };
  const { user, password, key } = secrets;
  const env = {
    ...collector.env,
    NATS_URL: nats.url,
    JWT_JWKS_URL: `http://${user}:${password}@${new URL(keyUrl.url).host}/jwks-path?key=${key}`,
    LOG_LEVEL: "debug",
  };
  await using service = await startConnected(env);
  const token = await signer.sign();
  try {
    assertEquals(await outcome(service, token), "stream");
  } finally {
    await keyUrl[Symbol.asyncDispose]();
  }
  await using other = await startService(env);
  await other.logged(({ msg }) => msg === "key set not refreshed");
  for (const each of [service, other]) await each.stop();
  const told = collector.raw() + [service, other].map(({ stderr, logs }) => {
    return stderr() + JSON.stringify(logs);
  }).join();
  assertNoSecrets(told, { ...secrets, path: "jwks-path", token });
  const statuses = collector.spans().flatMap(({ attributes }) => attributes)
    .filter(([key]) => key === "http.response.status_code" || key === "error.type");
  assert(statuses.some(([, value]) => value === "TypeError"), "The failed fetch has a span");
});

Deno.test("An invalid configuration is exported as a log record without its secrets", async () => {
  await using collector = startCollector();
  const secrets = { JWT_SECRET: "jwt-secret too short", NATS_TOKEN: "nats-token" };
  const { code } = await serviceCommand({
    ...collector.env,
    ...secrets,
    NATS_URL: "nats://nats-user:nats-password@127.0.0.1",
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(collector.raw(), "Cannot read JWT_SECRET as ");
  assertNoSecrets(collector.raw(), { ...secrets, user: "nats-user", password: "nats-password" });
});

Deno.test("The service exports nothing without OTEL_DENO, even if an endpoint is set", async () => {
  await using collector = startCollector();
  const { OTEL_DENO: _, ...env } = collector.env;
  await using stack = await startStack(env);
  await using _reader = await openStream(stack.service, { app: "a" });
  await stack.service.stop();
  assertEquals(collector.raw(), "");
});
