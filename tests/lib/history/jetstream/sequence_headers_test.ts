import { assertEquals } from "@std/assert";
import { headers, type Msg } from "@nats-io/transport-deno";
import { positionOf } from "../../../../lib/history/jetstream/sequence_headers.ts";
import { STREAM } from "../../../../tools/history_stream.ts";
import { startHistoryServer } from "../../../support/history.ts";
import { subjectOf } from "../../../support/service.ts";

Deno.test("positionOf() reads what the server adds, whatever headers the publisher has set", async () => {
  await using server = await startHistoryServer();
  const messages: Msg[] = [];
  for (const subject of ["natstap.logs.>", "other"]) {
    server.publisher.subscribe(subject, { callback: (_, message) => void messages.push(message) });
  }
  const forged = headers();
  forged.set("Nats-Stream", "another");
  forged.set("Nats-Sequence", "999");
  forged.set("Nats-Last-Sequence", "998");
  for (const app of ["a", "b", "a"]) await server.publisher.request(subjectOf(app), app);
  await server.publisher.request(subjectOf("a"), "a", { headers: forged, timeout: 5_000 });
  server.publisher.publish("natstap.logs.a.dfw.m1", "not republished");
  server.publisher.publish("natstap.logs.a.dfw.m1", "not republished", { headers: forged });
  await server.publisher.flush();
  assertEquals(messages.map((message) => positionOf(message, STREAM)), [
    { sequence: 1, previous: 0 },
    { sequence: 2, previous: 0 },
    { sequence: 3, previous: 1 },
    { sequence: 4, previous: 3 },
    undefined,
    undefined,
  ]);
});
