import { assertEquals, assertMatch } from "@std/assert";
import { readRaw } from "../../support/clients/raw_reader.ts";
import { DISCONNECTED, read, take } from "../../support/clients/sse_reader.ts";
import { assertProblem } from "../../support/expect_problem.ts";
import { entries, startHistoryServer, startHistoryService } from "../../support/history.ts";
import { createHistoryStream, STREAM } from "../../../tools/history_stream.ts";
import { planMetrics } from "../../support/scrape.ts";
import {
  logsUrl,
  openStream,
  type Service,
  startService,
  startStack,
  subjectOf,
} from "../../support/service.ts";

/** The lines from one number to another. */
function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
}

Deno.test("tail starts with the last lines, marks where live begins, and continues with ids", async () => {
  await using server = await startHistoryServer();
  await server.store("a", numbers(1, 10));
  await server.store("b", numbers(1, 3));
  const metrics = planMetrics();
  await using service = await startHistoryService(server, metrics.env);
  await using reader = await read(await logsUrl(service, { app: "a" }, { tail: "3" }));
  assertEquals(JSON.parse((await reader.next())!.data).history, true);
  assertEquals(await entries(reader, 4), ["8 line 8", "9 line 9", "10 line 10", "[live]"]);
  await server.store("b", ["another app's"]);
  await server.store("a", ["line 11"]);
  assertEquals(await entries(reader, 1), ["15 line 11"]);
  const { natstap_history_lines_total: lines, natstap_history_seconds_count: count } = await metrics
    .scrape();
  assertEquals([lines, count], [3, 1]);
});

Deno.test("Streams in ndjson and text start in the past too, after a gap if there are more lines than permitted", async () => {
  await using server = await startHistoryServer();
  await server.store("a", numbers(1, 10));
  await using service = await startHistoryService(server, { HISTORY_MAX_LINES: "2" });
  const quoted = (line: string) => JSON.stringify(line);
  const event = (event: string, more = {}) => JSON.stringify({ natstap: { event, ...more } });
  const lines = { ndjson: numbers(9, 10).map(quoted), text: numbers(9, 10) };
  const gap = { ndjson: event("gap", { reason: "limit" }), text: "# gap reason=limit" };
  const live = { ndjson: event("live"), text: "# live" };
  for (const format of ["ndjson", "text"] as const) {
    for (const start of [{ tail: "3" }, { since: "1h" }, { last_event_id: "7" }]) {
      using reader = await readRaw(await logsUrl(service, { app: "a" }, { format, ...start }));
      await reader.until("\n");
      const expected = [gap[format], ...lines[format], live[format]].join("\n");
      assertEquals(await reader.until(`${live[format]}\n`), `${expected}\n`);
    }
  }
});

Deno.test("A client that is cut off before its first line resumes after the id of ready or live", async () => {
  await using server = await startHistoryServer();
  await server.store("a", numbers(1, 3));
  await using service = await startHistoryService(server);
  await server.store("b", ["line 4"]);
  for (const query of [{}, { tail: "0" }]) {
    const reader = await read(await logsUrl(service, { app: "a" }, query));
    const first = await reader.next();
    const { id } = (first?.id === undefined ? await reader.next() : first)!;
    await reader.close();
    await server.store("a", ["meanwhile"]);
    await using again = await openStream(service, { app: "a" }, { last_event_id: id! });
    const [missed, live] = await entries(again, 2);
    assertEquals([missed!.split(" ")[1], live], ["meanwhile", "[live]"]);
  }
});

Deno.test("A client that reconnects to another instance resumes after its last line, and misses none", async () => {
  await using server = await startHistoryServer();
  const first = await startHistoryService(server);
  const reader = await openStream(first, { app: "a" });
  await server.store("a", numbers(1, 3));
  assertEquals(await entries(reader, 3), ["1 line 1", "2 line 2", "3 line 3"]);
  await first.stop("SIGKILL");
  await reader.close();
  await server.store("a", numbers(4, 600));
  await using second = await startHistoryService(server);
  await using again = await openStream(second, { app: "a" }, {}, {
    headers: { "Last-Event-ID": "3" },
  });
  await server.store("a", numbers(601, 700));
  const expected = Array.from({ length: 697 }, (_, i) => `${i + 4} line ${i + 4}`);
  const received = await entries(again, 698);
  assertEquals(received.filter((entry) => entry !== "[live]"), expected);
});

Deno.test("After NATS has been away, streams catch up before they continue, and say so", async () => {
  await using server = await startHistoryServer();
  await using service = await startHistoryService(server);
  await using reader = await openStream(service, { app: "a" });
  await using tail = await openStream(service, { app: "a" }, { tail: "1" });
  assertEquals(await entries(tail, 1), ["[live]"]);
  await server.store("a", ["line 1"]);
  for (const stream of [reader, tail]) assertEquals(await entries(stream, 1), ["1 line 1"]);
  await server.restart();
  await server.store("a", numbers(2, 50));
  for (const stream of [reader, tail]) {
    assertEquals(await take(stream), DISCONNECTED);
    const lines = numbers(2, 50).map((line, i) => `${i + 2} ${line}`);
    assertEquals(await entries(stream, 49), lines);
    assertEquals(await take(stream), ["status", `{"nats":"connected","recovered":true}`]);
  }
});

Deno.test("A service without the stream is live only, until the stream is there", async () => {
  await using server = await startHistoryServer();
  await server.publisher.request("$JS.API.STREAM.DELETE.logs");
  await using service = await startService({ NATS_URL: server.nats.url, HISTORY_STREAM: "logs" });
  await service.logged(({ msg, reason }) => {
    return msg === "history unavailable" && /does not exist/.test(String(reason));
  });
  await service.logged(({ msg }) => msg === "NATS connected");
  await using before = await read(await logsUrl(service, { app: "a" }, { tail: "3" }));
  assertEquals(JSON.parse((await before.next())!.data).history, false);
  assertMatch(await historyState(service), /^Stream logs does not exist/);
  server.publisher.publish(subjectOf("a"), "live");
  assertEquals(await entries(before, 1), [" live"]);
  await createHistoryStream(server.publisher);
  await service.logged(({ msg }) => msg === "history available");
  assertEquals(await historyState(service), "ok");
  await server.store("a", ["stored"]);
  await using after = await openStream(service, { app: "a" }, { tail: "3" });
  assertEquals(await entries(after, 2), ["1 stored", "[live]"]);
  assertEquals(await entries(before, 1), [" stored"]);
  await server.publisher.request("$JS.API.STREAM.DELETE.logs");
  assertEquals(await entries(after, 1), ["[end]"]);
});

Deno.test("Until JetStream has answered, streams are live only, and clients with an id have to try again", async () => {
  await using stack = await startStack({ HISTORY_STREAM: STREAM });
  const { service, publisher } = stack;
  const response = await fetch(await logsUrl(service, { app: "a" }, { last_event_id: "1" }));
  const { detail } = await assertProblem(response, 503, "nats_unavailable");
  assertEquals(detail, "Try again: JetStream does not answer.");
  await using reader = await read(await logsUrl(service, { app: "a" }, { tail: "3" }));
  assertEquals(JSON.parse((await reader.next())!.data).history, false);
  publisher.publish(subjectOf("a"), "live");
  assertEquals(await entries(reader, 1), [" live"]);
  assertMatch(await historyState(service), /^JetStream does not answer/);
});

/** What `GET /readyz` says about history; it answers 200 whatever that is. */
async function historyState({ url }: Service): Promise<string> {
  const response = await fetch(`${url}/readyz`);
  const { ready, history } = await response.json();
  assertEquals([response.status, ready], [200, true]);
  return history;
}
