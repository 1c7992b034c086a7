import { assertEquals } from "@std/assert";
import { read } from "../../support/clients/sse_reader.ts";
import { entries, startHistoryServer, startHistoryService } from "../../support/history.ts";
import { createHistoryStream } from "../../../tools/history_stream.ts";
import { logsUrl, openStream, startService, subjectOf } from "../../support/service.ts";

/** The lines from one number to another. */
function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
}

Deno.test("tail starts with the last lines, marks where live begins, and goes on with ids", async () => {
  await using server = await startHistoryServer();
  await server.store("a", numbers(1, 10));
  await server.store("b", numbers(1, 3));
  await using service = await startHistoryService(server);
  await using reader = await read(await logsUrl(service, { app: "a" }, { tail: "3" }));
  assertEquals(JSON.parse((await reader.next())!.data).history, true);
  assertEquals(await entries(reader, 4), ["8 line 8", "9 line 9", "10 line 10", "[live]"]);
  await server.store("b", ["another app's"]);
  await server.store("a", ["line 11"]);
  assertEquals(await entries(reader, 1), ["15 line 11"]);
});

Deno.test("A client that reconnects to another instance resumes after its last line, without any missing", async () => {
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

Deno.test("After NATS was away, streams catch up before they go on, and say so", async () => {
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
    const received = await entries(stream, 51);
    assertEquals(received[0], "[status]");
    const lines = received.filter((entry) => entry !== "[status]");
    assertEquals(lines, numbers(2, 50).map((line, i) => `${i + 2} ${line}`));
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
  server.publisher.publish(subjectOf("a"), "live");
  assertEquals(await entries(before, 1), [" live"]);
  await createHistoryStream(server.publisher);
  await service.logged(({ msg }) => msg === "history available");
  await server.store("a", ["stored"]);
  await using after = await openStream(service, { app: "a" }, { tail: "3" });
  assertEquals(await entries(after, 2), ["1 stored", "[live]"]);
  assertEquals(await entries(before, 1), [" stored"]);
  await server.publisher.request("$JS.API.STREAM.DELETE.logs");
  assertEquals(await entries(after, 1), ["[end]"]);
});
