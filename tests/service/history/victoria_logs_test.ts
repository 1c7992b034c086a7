import { assertEquals } from "@std/assert";
import { freePort } from "../../../tools/free_port.ts";
import type { SampleLine } from "../../../tools/sample_logs.ts";
import type { Reader } from "../../support/clients/sse_reader.ts";
import { openStream, startStack } from "../../support/service.ts";
import { startChangingServer } from "../../support/victoria_logs/changing_server.ts";
import { flyLine } from "../../support/victoria_logs/stored_lines.ts";

/** Returns a line that is logged at this many milliseconds from now. */
function line(message: string, ms: number, app = "web"): SampleLine {
  return flyLine(message, { app, timestamp: new Date(Date.now() + ms).toISOString() });
}

/** Reads this many events: the messages of lines, and the names of control events. */
async function read(reader: Reader, count: number): Promise<string[]> {
  const received: string[] = [];
  while (received.length < count) {
    const { event, data, id } = (await reader.next())!;
    assertEquals(id, undefined, "Lines of VictoriaLogs have no ids");
    received.push(event === undefined ? JSON.parse(data).message : `[${event} ${data}]`);
  }
  return received;
}

Deno.test("tail starts with the last lines in VictoriaLogs, then live ones, without those of other apps", async () => {
  await using server = startChangingServer();
  await using stack = await startStack({ HISTORY_URL: server.url.href });
  const { service, publisher } = stack;
  const both = line("stored and live", -10);
  // This server answers with every app's lines, whatever the query.
  server.stored = [line("a", -40), line("of another app", -30, "victim"), line("b", -20), both];
  await using reader = await openStream(service, { app: "web" }, { tail: "3" });
  for (const { subject, payload } of [both, line("live", 0)]) publisher.publish(subject, payload);
  assertEquals(await read(reader, 4), ["b", "stored and live", "[live {}]", "live"]);
});

Deno.test("A stream whose client names an id starts live, as VictoriaLogs has none", async () => {
  await using server = startChangingServer();
  await using stack = await startStack({ HISTORY_URL: server.url.href });
  const { service, publisher } = stack;
  server.stored = [line("stored", -10)];
  await using reader = await openStream(service, { app: "web" }, { tail: "3", last_event_id: "1" });
  const { subject, payload } = line("live", 0);
  publisher.publish(subject, payload);
  assertEquals(await read(reader, 1), ["live"]);
});

Deno.test("A stream starts live, after a gap, if VictoriaLogs is unreachable", async () => {
  await using stack = await startStack({ HISTORY_URL: `http://127.0.0.1:${freePort()}` });
  const { service, publisher } = stack;
  await using reader = await openStream(service, { app: "web" }, { since: "10m" });
  assertEquals(await read(reader, 2), ['[gap {"reason":"unavailable"}]', "[live {}]"]);
  const { subject, payload } = line("live", 0);
  publisher.publish(subject, payload);
  assertEquals(await read(reader, 1), ["live"]);
});
