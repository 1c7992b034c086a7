import { connect } from "@nats-io/transport-deno";
import { assertEquals } from "@std/assert";
import { readHistoryStream } from "../../../../lib/history/jetstream/history_stream.ts";
import { electionSubject } from "../../../../lib/history/jetstream/jetstream_history.ts";
import { StoredLineReader } from "../../../../lib/history/jetstream/reader/stored_line_reader.ts";
import { SubjectTemplate } from "../../../../lib/nats/subject_template.ts";
import { historyStreamConfig, putHistoryStream } from "../../../../tools/create_history_stream.ts";
import { startJetStream } from "../../../support/jetstream.ts";

/** The permissions that `docs/history.md` lists. */
async function documentedPermissions(): Promise<string> {
  const url = new URL("../../../../docs/history.md", import.meta.url);
  return /^publish: \[[^`]+/m.exec(await Deno.readTextFile(url))![0];
}

Deno.test("The permissions in docs/history.md suffice for history and live lines", async () => {
  await using nats = await startJetStream(`authorization { users: [
    { user: admin, password: admin }
    { user: natstap, password: natstap, permissions: { ${await documentedPermissions()} } }
  ] }`);
  await putHistoryStream(nats.connection, historyStreamConfig({ name: "logs", subject: "logs.>" }));
  await nats.store(Array.from({ length: 600 }, () => ["logs.web.dfw.m1", "line"] as const));
  const connection = await connect({
    servers: nats.server.url,
    user: "natstap",
    pass: "natstap",
  });
  const template = new SubjectTemplate("logs.{app}.{region}.{machine}");
  const stream = await readHistoryStream(connection, "logs", template);
  assertEquals("problem" in stream ? stream.problem : stream.lastSequence, 600);
  for (const allowDirect of [true, false]) {
    const connections = { live: () => connection, history: () => connection };
    const reader = new StoredLineReader({ name: "logs", allowDirect }, "logs.web.>", connections);
    const { sequence } = await reader.find({ tail: 10 }, 100);
    assertEquals(sequence, 591);
    assertEquals((await reader.read(sequence)).length, 10);
    reader.close();
  }
  const denied: Error[] = [];
  for (const subject of [electionSubject("logs"), "logs.>", "natstap.logs.>"]) {
    connection.subscribe(subject, {
      callback: (error) => void (error && denied.push(error)),
    });
  }
  await connection.flush();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(denied, []);
  assertEquals((await nats.api.streams.info("logs")).state.consumer_count, 0);
  await connection.close();
});
