import type { StreamConfig } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readHistoryStream } from "../../../../lib/history/jetstream/history_stream.ts";
import { HistoryUnavailableError } from "../../../../lib/history/jetstream/jetstream_api.ts";
import { mapSubject } from "../../../../lib/history/jetstream/republish.ts";
import { SubjectTemplate } from "../../../../lib/nats/subject_template.ts";
import { startNatsServer } from "../../../../tools/nats_server.ts";
import { startJetStream } from "../../../support/jetstream.ts";
import { subjectMatches } from "../../../support/subject_matches.ts";

const TEMPLATE = new SubjectTemplate("logs.{app}.{region}.{machine}");

Deno.test("readHistoryStream() says what is missing", async () => {
  await using nats = await startJetStream();
  const problemOf = async (config: Partial<StreamConfig>, template = TEMPLATE) => {
    await nats.createStream(config);
    const stream = await readHistoryStream(nats.connection, nats.stream, template);
    return "problem" in stream ? stream.problem : stream.warnings.join("; ");
  };
  const limits = { max_age: 3_600e9 };
  const table: [config: Partial<StreamConfig>, problem: string, template?: string][] = [
    [limits, ""],
    [{ ...limits, subjects: ["logs.*.*.*"] }, "captures logs.*.*.*, but SUBJECT needs logs.>"],
    [{ ...limits, subjects: ["a.>", "b"] }, "captures a.>, b, but SUBJECT needs logs.>"],
    [limits, "captures logs.>, but SUBJECT needs k8s.>", "k8s.{app}"],
    [
      { ...limits, republish: { src: ">", dest: "x.>", headers_only: true } },
      "republishes only headers",
    ],
    [{ ...limits, republish: { src: "logs.a.>", dest: "x.>" } }, "republishes logs.a.>, but"],
    [{ ...limits, republish: { src: "logs.*.>", dest: "x.{{partition(4,1)}}.>" } }, "partition"],
    [{ ...limits, retention: "interest" }, 'its retention is "interest"'],
    [{}, "it grows without limit; set max_age and max_bytes"],
    [{ ...limits, storage: "memory" }, "a restart loses its lines; use file storage"],
    [{ ...limits, allow_direct: false }, "reads are slower than necessary; set allow_direct"],
    [{ ...limits, discard: "new" }, "new lines are lost"],
    [{ ...limits, max_msg_size: 1_000 }, "lines of more than 1000 bytes are lost"],
  ];
  for (const [config, expected, template] of table) {
    const found = await problemOf(config, template ? new SubjectTemplate(template) : TEMPLATE);
    if (expected === "") assertEquals(found, "");
    else assertStringIncludes(found, expected);
  }
  await nats.api.streams.delete(nats.stream);
  await nats.api.streams.add({ name: "PLAIN", subjects: ["logs.>"] });
  const plain = await readHistoryStream(nats.connection, "PLAIN", TEMPLATE);
  assertStringIncludes(
    "problem" in plain ? plain.problem : "",
    "Stream PLAIN: it does not republish",
  );
  const missing = await readHistoryStream(nats.connection, "NONE", TEMPLATE);
  assertStringIncludes("problem" in missing ? missing.problem : "", "Stream NONE does not exist");
});

Deno.test("readHistoryStream() returns the state of a stream", async () => {
  await using nats = await startJetStream();
  await nats.createStream();
  const read = async () => {
    const stream = await readHistoryStream(nats.connection, nats.stream, TEMPLATE);
    assert(!("problem" in stream));
    return stream;
  };
  const { firstSequence, firstTime, lastSequence, lastTime, republish, allowDirect } = await read();
  assertEquals([firstSequence, firstTime, lastSequence, lastTime], [1, undefined, 0, undefined]);
  assertEquals([republish.dest, allowDirect], ["natstap.>", true]);
  await nats.store([["logs.web.dfw.m1", "1"], ["logs.web.dfw.m1", "2"]]);
  await nats.api.streams.purge(nats.stream, { keep: 1 });
  const stream = await read();
  assertEquals([stream.firstSequence, stream.lastSequence], [2, 2]);
  assert(stream.firstTime! <= Date.now() && stream.firstTime === stream.lastTime);
});

Deno.test("readHistoryStream() rejects if JetStream does not answer", async () => {
  await using server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  await assertRejects(
    () => readHistoryStream(connection, "LOGS", TEMPLATE),
    HistoryUnavailableError,
  );
  await connection.close();
  await assertRejects(
    () => readHistoryStream(undefined, "LOGS", TEMPLATE),
    HistoryUnavailableError,
    "not connected",
  );
});

Deno.test("nats-server republishes each line to the mapped subject of its scope", async () => {
  await using nats = await startJetStream();
  const rules = [
    { src: ">", dest: "natstap.>" },
    { src: "logs.>", dest: "live.>" },
    { src: "logs.*.>", dest: "x.{{wildcard(1)}}.>" },
    { src: "logs.*.*.*", dest: "x.$3.$1.a.$2" },
  ];
  const scopes = ["logs.web.dfw.m1", "logs.web.*.m1", "logs.*.ams.*", "logs.db.*.*"];
  const subjects = ["web", "db"].flatMap((app) =>
    ["dfw", "ams"].flatMap((region) => ["m1", "m2"].map((m) => `logs.${app}.${region}.${m}`))
  );
  for (const republish of rules) {
    await nats.createStream({ republish });
    const received = scopes.map((scope) => {
      const lines: string[] = [];
      nats.connection.subscribe(mapSubject(republish, scope)!, {
        callback: (_, message) => void lines.push(message.string()),
      });
      return lines;
    });
    await nats.store(subjects.map((subject) => [subject, subject]));
    await nats.connection.flush();
    for (const [i, scope] of scopes.entries()) {
      const expected = subjects.filter((subject) => subjectMatches(scope, subject));
      assertEquals(received[i], expected, `${scope} through ${republish.dest}`);
    }
  }
});
