import { assertEquals } from "@std/assert";
import { electionSubject } from "../../../lib/history/jetstream/jetstream_history.ts";
import { STREAM } from "../../../tools/history_stream.ts";
import { entries, startHistoryServer, startHistoryService } from "../../support/history.ts";
import { openStream, subjects } from "../../support/service.ts";

Deno.test("Once the stream has another leader, streams look for lines that it has not republished", async () => {
  await using server = await startHistoryServer();
  await using service = await startHistoryService(server);
  // Readers of one app use both connections to NATS.
  const readers = [];
  for (let i = 0; i < 3; i++) readers.push(await openStream(service, { app: "a" }));
  for (const restart of [false, true]) {
    if (restart) {
      await server.restart();
      for (const reader of readers) {
        assertEquals(await entries(reader, 2), ["[status]", "[status]"]);
      }
    }
    const { nats, publisher } = server;
    const watched = (await subjects(nats)).filter((subject) => subject === electionSubject(STREAM));
    assertEquals(watched.length, 2, "Announcements and lines must come in order");
    const requests = publisher.subscribe(`$JS.API.STREAM.MSG.GET.${STREAM}`, {
      callback: () => {},
    });
    await publisher.flush();
    publisher.publish(electionSubject(STREAM));
    await server.store("a", ["line 1", "line 2"]);
    for (const reader of readers) {
      const lines = await entries(reader, 2);
      assertEquals(lines.map((line) => line.replace(/^\d+ /, "")), ["line 1", "line 2"]);
    }
    await publisher.flush();
    assertEquals(requests.getReceived(), readers.length, "Lines wait until streams have looked");
    requests.unsubscribe();
  }
  for (const reader of readers) await reader.close();
});
