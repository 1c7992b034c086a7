import { assert, assertEquals, assertMatch } from "@std/assert";
import { CLOSE_REASONS } from "../../lib/stream/end_reasons.ts";
import { FORMATS } from "../../lib/stream/formats/all_formats.ts";
import { startNatsServer } from "../../tools/nats_server.ts";
import { memory } from "../../tools/memory.ts";
import { assertEventually } from "../support/patience.ts";
import { assertProblem } from "../support/expect_problem.ts";
import { readRaw } from "../support/clients/raw_reader.ts";
import { planMetrics } from "../support/scrape.ts";
import { logsUrl, openStream, publish, startService, startStack } from "../support/service.ts";
import config from "../../deno.json" with { type: "json" };

/** The codes of all problems. */
const CODES = `
  app_required filter_invalid body_not_allowed format_unknown history_invalid token_missing token_malformed
  token_signature token_expired token_not_yet_valid token_claims token_ttl app_forbidden
  filter_forbidden subscription_denied not_found method_not_allowed not_acceptable
  too_many_streams internal at_capacity nats_unavailable shutting_down keys_unavailable
  viewer_missing`.trim().split(/\s+/);

/** Every series that exists from the start, except the buckets of histograms. */
const SERIES = [
  "natstap_streams_active",
  "natstap_streams_opened_total",
  ...CLOSE_REASONS.map((reason) => `natstap_streams_closed_total{reason="${reason}"}`),
  ...CODES.map((code) => `natstap_requests_refused_total{code="${code}"}`),
  ...FORMATS.map(({ name }) => `natstap_events_sent_total{format="${name}"}`),
  "natstap_sent_bytes_total",
  "natstap_events_dropped_total",
  "natstap_buffered_bytes",
  "natstap_buffer_limit_bytes",
  "natstap_stream_places_taken",
  "natstap_stream_places_limit",
  "natstap_nats_connected",
  "natstap_nats_reconnects_total",
  "natstap_log_lines_dropped_total",
  "natstap_history_lines_total",
  "natstap_history_seconds_sum",
  "natstap_history_seconds_count",
  ...["natstap_stream_duration", "natstap_delivery_lag", "natstap_event_loop_delay"].flatMap(
    (histogram) => [`${histogram}_seconds_sum`, `${histogram}_seconds_count`],
  ),
  `natstap_build_info{version="${config.version}",deno="${Deno.version.deno}"}`,
  "process_resident_memory_bytes",
  "process_cpu_seconds_total",
  "process_start_time_seconds",
];

Deno.test("GET /metrics has every series from the start, even while NATS is unavailable", async () => {
  const { env, scrape } = planMetrics();
  await using _service = await startService({ ...env, NATS_URL: "nats://127.0.0.1:1" });
  const series = await scrape();
  const names = Object.keys(series).filter((name) => !name.includes("_bucket{"));
  assertEquals(names.toSorted(), SERIES.toSorted());
  assertEquals(series.natstap_nats_connected, 0);
  assertEquals(series.natstap_stream_places_limit, 10_000);
  assertEquals(series.natstap_buffer_limit_bytes, 268_435_456);
});

Deno.test("GET /metrics counts streams, lines and bytes as their readers do", async () => {
  const { env, scrape } = planMetrics();
  await using stack = await startStack(env);
  const { service, publisher } = stack;
  const sse = await openStream(service, { app: "a" });
  const text = await fetch(await logsUrl(service, { app: "b" }, { format: "text" }));
  const open = await scrape();
  assertEquals(open.natstap_streams_active, 2);
  assertEquals(open.natstap_streams_opened_total, 2);
  assertEquals(open.natstap_stream_places_taken, 2);
  for (let i = 0; i < 100; i++) publisher.publish("logs.a.dfw.m1", `line ${i}`);
  publisher.publish("logs.b.dfw.m1", "one");
  publisher.publish("logs.c.dfw.m1", "read by nobody");
  for (let i = 0; i < 100; i++) await sse.line();
  let bytes = 0;
  const reader = text.body!.getReader();
  for (let all = ""; !all.includes("one\n");) {
    const { value } = await reader.read();
    bytes += value!.length;
    all += new TextDecoder().decode(value);
  }
  const before = await scrape();
  assertEquals(before[`natstap_events_sent_total{format="sse"}`], 100);
  assertEquals(before[`natstap_events_sent_total{format="text"}`], 1);
  assertEquals(before[`natstap_events_sent_total{format="ndjson"}`], 0);
  assertEquals(before.natstap_buffered_bytes, 0);
  await reader.cancel();
  await service.logged(({ msg, app }) => msg === "stream closed" && app === "b");
  await sse.close();
  const closed = await service.logged(({ msg, app }) => msg === "stream closed" && app === "a");
  const after = await scrape();
  assertEquals(after.natstap_sent_bytes_total, bytes + Number(closed.bytes));
  assertEquals(after.natstap_streams_active, 0);
  assertEquals(after[`natstap_streams_closed_total{reason="client"}`], 2);
  assertEquals(after.natstap_stream_duration_seconds_count, 2);
  await assertEventually(async () => (await scrape()).natstap_stream_places_taken, 0);
});

Deno.test("GET /metrics counts dropped lines, and the bytes that wait for a stalled reader", async () => {
  const { env, scrape } = planMetrics();
  const LINES = 512;
  await using stack = await startStack({ ...env, STALL_SECONDS: "2", BUFFER_BYTES: "200000" });
  const { service, publisher } = stack;
  using reader = await readRaw(await logsUrl(service, { app: "a" }));
  const line = new Uint8Array(32_768);
  for (let i = 0; i < LINES; i++) publisher.publish("logs.a.dfw.m1", line);
  await assertEventually(async () => (await scrape()).natstap_buffered_bytes! > 150_000, true);
  const closed = await service.logged(({ msg }) => msg === "stream closed");
  const after = await scrape();
  assertEquals(after.natstap_events_dropped_total, closed.dropped);
  assertEquals(after[`natstap_events_sent_total{format="sse"}`], closed.events);
  assertEquals(Number(closed.dropped) + Number(closed.events), LINES);
  assertEquals(after[`natstap_streams_closed_total{reason="stalled"}`], 1);
  assertEquals(after.natstap_streams_active, 0);
  assert(after.natstap_event_loop_delay_seconds_count! > 0);
  const received = await reader.rest();
  const drops = [...received.matchAll(/event: dropped\ndata: {"count":(\d+)/g)];
  assertEquals(drops.reduce((sum, [, count]) => sum + Number(count), 0), closed.dropped);
  await assertEventually(async () => (await scrape()).natstap_buffered_bytes, 0);
});

Deno.test("GET /metrics counts refusals by code, and does not count readiness checks", async () => {
  const { env, scrape } = planMetrics();
  await using service = await startService({ ...env, NATS_URL: "nats://127.0.0.1:1" });
  const before = await scrape();
  await assertProblem(await fetch(`${service.url}/logs`), 401, "token_missing");
  await assertProblem(await fetch(`${service.url}/logs?token=no-jwt`), 401, "token_malformed");
  await assertProblem(await fetch(await logsUrl(service, { app: "a" })), 503, "nats_unavailable");
  await assertProblem(await fetch(await logsUrl(service, {})), 401, "token_claims");
  await assertProblem(await fetch(await logsUrl(service, {})), 401, "token_claims");
  await assertProblem(await fetch(`${service.url}/metrics`), 404, "not_found");
  assertEquals((await (await fetch(`${service.url}/readyz`)).json()).code, "nats_unavailable");
  const after = await scrape();
  const grown = Object.keys(after).filter((name) =>
    name.startsWith("natstap_requests_refused_total") && after[name]! > before[name]!
  );
  assertEquals(grown.map((name) => [/"(.*)"/.exec(name)![1], after[name]]), [
    ["token_missing", 1],
    ["token_malformed", 1],
    ["token_claims", 2],
    ["not_found", 1],
    ["nats_unavailable", 1],
  ]);
});

Deno.test("GET /metrics reports that NATS was lost and is back", async () => {
  const { env, scrape } = planMetrics();
  const nats = await startNatsServer();
  await using service = await startService({ ...env, NATS_URL: nats.url });
  await assertEventually(async () => (await scrape()).natstap_nats_connected, 1);
  assertEquals((await scrape()).natstap_nats_reconnects_total, 0);
  await nats.stop("SIGKILL");
  await service.logged(({ msg }) => msg === "NATS unavailable");
  assertEquals((await scrape()).natstap_nats_connected, 0);
  await using _again = await startNatsServer({ port: nats.port });
  await assertEventually(async () => (await scrape()).natstap_nats_connected, 1);
  assertEquals((await scrape()).natstap_nats_reconnects_total, 1);
});

Deno.test("GET /metrics reports the age of lines that have a timestamp", async () => {
  const { env, scrape } = planMetrics();
  await using stack = await startStack(env);
  await using reader = await openStream(stack.service, { app: "a" });
  const timestamp = new Date(Date.now() - 45_000).toISOString();
  const message = "written 45 s ago";
  await publish(stack.nats, { a: JSON.stringify({ timestamp, message }) });
  assertEquals(JSON.parse((await reader.line())!).message, message);
  const series = await scrape();
  const bucket = (le: string) => series[`natstap_delivery_lag_seconds_bucket{le="${le}"}`];
  assertEquals([bucket("30"), bucket("300"), bucket("+Inf")], [0, 1, 1]);
  assert(series.natstap_delivery_lag_seconds_sum! >= 45);
});

Deno.test("GET /metrics reports the same about the process as the kernel does", async () => {
  const { env, scrape } = planMetrics();
  await using stack = await startStack(env);
  const { service } = stack;
  const readers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => openStream(service, { app: `app-${i % 20}` })),
  );
  const series = await scrape();
  const { rss } = memory(service.pid);
  const share = series.process_resident_memory_bytes! / rss;
  assert(share > 0.5 && share < 2, `${series.process_resident_memory_bytes} of ${rss}`);
  assert(Math.abs(series.process_start_time_seconds! - Date.now() / 1000) < 600);
  assert(series.process_cpu_seconds_total! > 0);
  await Promise.all(readers.map((reader) => reader.close()));
});

Deno.test("GET /metrics answers in Prometheus's text format, whatever is accepted", async () => {
  const { env, url } = planMetrics();
  await using _service = await startService({ ...env, NATS_URL: "nats://127.0.0.1:1" });
  const openMetrics = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
  for (const accept of ["text/plain", openMetrics, "*/*", "image/png"]) {
    const response = await fetch(url, { headers: { accept } });
    const text = await response.text();
    const type = response.headers.get("Content-Type");
    assertEquals(type, "text/plain; version=0.0.4; charset=utf-8", accept);
    assertMatch(text, /^natstap_streams_opened_total 0$/m);
    assert(text.includes("# TYPE natstap_streams_opened_total counter\n"), accept);
  }
});

Deno.test("METRICS_PORT serves only /metrics and /healthz, and PORT does not serve /metrics", async () => {
  const { env, url } = planMetrics();
  await using service = await startService({ ...env, NATS_URL: "nats://127.0.0.1:1" });
  const at = (path: string, init?: RequestInit) => fetch(new URL(path, url), init);
  const health = await at("/healthz");
  assertEquals([health.status, await health.text()], [200, "ok"]);
  for (const path of "/logs /readyz / /metrics/ /viewer.js /metrics?x=1/../logs/".split(" ")) {
    const response = await at(path);
    if (path.startsWith("/metrics?")) assertEquals((await response.text(), response.status), 200);
    else await assertProblem(response, 404, "not_found");
  }
  const post = await at("/metrics", { method: "POST" });
  assertEquals(post.headers.get("Allow"), "GET, HEAD, OPTIONS");
  await assertProblem(post, 405, "method_not_allowed");
  const head = await at("/metrics", { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
  await assertProblem(await fetch(`${service.url}/metrics`), 404, "not_found");
});

Deno.test("natstap does not start if METRICS_PORT is taken, and 0 disables the metrics", async () => {
  const { env } = planMetrics();
  const port = Number(env.METRICS_PORT);
  using _taken = Deno.listen({ hostname: "127.0.0.1", port });
  const error = await startService({ ...env, NATS_URL: "nats://127.0.0.1:1" })
    .then(() => "it started", String);
  assertMatch(error, new RegExp(`Cannot listen on HOST "127.0.0.1" and METRICS_PORT "${port}": `));
  await using off = await startService({ METRICS_PORT: "0", NATS_URL: "nats://127.0.0.1:1" });
  assertEquals(off.logs.filter(({ msg }) => msg === "metrics listening"), []);
});
