import { Buffer } from "node:buffer";
import { connect, delay, headers, type NatsConnection } from "@nats-io/transport-deno";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { HistoryStart } from "../../../../../lib/history/history_start.ts";
import {
  HistoryStreamMissingError,
  HistoryUnavailableError,
} from "../../../../../lib/history/jetstream/jetstream_api.ts";
import type { StoredLine } from "../../../../../lib/history/jetstream/scope_reader.ts";
import { StoredLineReader } from "../../../../../lib/history/jetstream/reader/stored_line_reader.ts";
import { type JetStreamServer, startJetStream } from "../../../../support/jetstream.ts";

/** Runs a test with direct gets, if the server has them, and with consumers. */
function test(name: string, run: (allowDirect: boolean, nats: JetStreamServer) => Promise<void>) {
  Deno.test(name, async (t) => {
    await using nats = await startJetStream();
    for (const allowDirect of [true, false]) {
      await t.step(allowDirect ? "with direct gets" : "with consumers", async () => {
        await nats.createStream({ allow_direct: allowDirect });
        await run(allowDirect, nats);
      });
    }
  });
}

function open(
  nats: JetStreamServer,
  allowDirect: boolean,
  connection: NatsConnection = nats.connection,
  filter = "logs.web.>",
): StoredLineReader {
  const connections = { live: () => connection, history: () => connection };
  return new StoredLineReader({ name: nats.stream, allowDirect }, filter, connections);
}

/** Resolves to all lines from `sequence` on. */
async function readAll(reader: StoredLineReader, sequence: number): Promise<StoredLine[]> {
  const last = await reader.lastSequence();
  const all: StoredLine[] = [];
  while (sequence <= last) {
    const lines = await reader.read(sequence);
    assert(lines.length > 0, `no line from ${sequence} on, but the last is ${last}`);
    all.push(...lines);
    sequence = lines.at(-1)!.sequence + 1;
  }
  reader.close();
  return all;
}

const numbered = (subject: string, count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => [subject, `${from + i}`] as const);
const textOf = ({ payload }: StoredLine) => new TextDecoder().decode(payload);

test(
  "find() and read() get lines that nats-server 2.9 counts as fewer than none",
  async (allowDirect, nats) => {
    for (
      const [subject, count] of [
        ...[["logs.web.ams.m1", 400], ["logs.web.dfw.m1", 60], ["logs.db.dfw.m1", 1]] as const,
        ...[["logs.web.dfw.m1", 400], ["logs.db.ams.m3", 400], ["logs.db.dfw.m1", 60]] as const,
      ]
    ) await nats.store(numbered(subject, count));
    await nats.api.streams.deleteMessage(nats.stream, 1);
    const reader = () => open(nats, allowDirect, nats.connection, "logs.*.*.m1");
    // 861 lines up to sequence number 861, then 400 of another machine, then 60.
    assertEquals((await readAll(reader(), 600)).length, 322);
    assertEquals(await reader().find({ after: 2 }, 300), { sequence: 622, cut: "limit" });
  },
);

test(
  "find() finds the start of what is requested, and read() reads all from there",
  async (allowDirect, nats) => {
    await nats.store(numbered("logs.web.dfw.m1", 1_000));
    await nats.store(numbered("logs.db.dfw.m1", 500));
    await nats.store(numbered("logs.web.ams.m2", 500, 1_001));
    const table: [start: HistoryStart, maxLines: number, first: string, cut?: string][] = [
      [{ tail: 1 }, 10_000, "1500"],
      [{ tail: 100 }, 10_000, "1401"],
      [{ tail: 600 }, 10_000, "901"],
      [{ tail: 1_500 }, 10_000, "1"],
      [{ tail: 9_000 }, 10_000, "1"],
      [{ tail: 9_000 }, 1_500, "1"],
      [{ tail: 9_000 }, 1_499, "2", "limit"],
      [{ after: 0 }, 10_000, "1"],
      [{ after: 999 }, 10_000, "1000"],
      [{ after: 1_300 }, 10_000, "1001"],
      [{ after: 10 }, 100, "1401", "limit"],
      [{ since: 0 }, 10_000, "1"],
      [{ since: 0 }, 700, "801", "limit"],
      [{ since: 0, tail: 5 }, 10_000, "1496"],
    ];
    for (const [start, maxLines, first, cut] of table) {
      const reader = open(nats, allowDirect);
      const found = await reader.find(start, maxLines);
      const lines = await readAll(reader, found.sequence);
      const message = `${JSON.stringify(start)} with at most ${maxLines} lines`;
      assertEquals(textOf(lines[0]!), first, message);
      assertEquals(lines.length, 1_501 - Number(first), message);
      assertEquals(found.cut, cut, message);
    }
  },
);

test(
  "find() starts after all lines if none are requested, or none were stored since",
  async (allowDirect, nats) => {
    const reader = open(nats, allowDirect);
    assertEquals(await reader.lastSequence(), 0);
    assertEquals((await reader.find({ tail: 10 }, 100)).sequence, 1);
    assertEquals((await reader.find({ since: 0 }, 100)).sequence, 1);
    await nats.store(numbered("logs.web.dfw.m1", 3));
    assertEquals((await reader.find({ tail: 0 }, 100)).sequence, 4);
    const later = Date.now() + 3_600_000;
    assertEquals(await readAll(reader, (await reader.find({ since: later }, 100)).sequence), []);
    assertEquals((await reader.find({ after: 3 }, 100)).sequence, 4);
  },
);

test(
  "find() starts with the first line since a time, whatever has been deleted",
  async (allowDirect, nats) => {
    for (const from of [1, 11, 21]) {
      await nats.store(numbered("logs.web.dfw.m1", 10, from));
      await nats.store(numbered("logs.db.dfw.m1", 5));
      await delay(20);
    }
    const reader = open(nats, allowDirect);
    const message = await nats.api.streams.getMessage(nats.stream, { seq: 16 });
    const since = message!.time.getTime();
    const first = async () => {
      const { sequence, cut } = await reader.find({ since }, 100);
      assertEquals(cut, undefined);
      return textOf((await readAll(reader, sequence))[0]!);
    };
    assertEquals(await first(), "11");
    for (const seq of [1, 10, 15, 16, 17]) await nats.api.streams.deleteMessage(nats.stream, seq);
    assertEquals(await first(), "13");
    await nats.api.streams.purge(nats.stream, { filter: "logs.db.>" });
    assertEquals(await first(), "13");
    assertEquals((await reader.find({ since, tail: 15 }, 100)).sequence, 21);
    reader.close();
  },
);

test("find() reports that the requested lines have been deleted", async (allowDirect, nats) => {
  await nats.store(numbered("logs.web.dfw.m1", 10));
  await nats.api.streams.purge(nats.stream, { keep: 4 });
  const reader = open(nats, allowDirect);
  const find = (start: HistoryStart, maxLines = 100) => reader.find(start, maxLines);
  assertEquals(await find({ after: 5 }), { sequence: 7, cut: "retention" });
  assertEquals(await find({ after: 6 }), { sequence: 7, cut: undefined });
  assertEquals(await find({ after: 5 }, 2), { sequence: 9, cut: "limit" });
  assertEquals(await find({ since: 0 }), { sequence: 7, cut: "retention" });
  assertEquals(await find({ tail: 9 }), { sequence: 7, cut: undefined });
  await nats.api.streams.purge(nats.stream);
  assertEquals(await find({ after: 9 }), { sequence: 11, cut: "retention" });
  assertEquals(await find({ after: 10 }), { sequence: 11, cut: undefined });
  assertEquals(await find({ since: 0 }), { sequence: 11, cut: "retention" });
  assertEquals((await find({ since: Date.now() + 3_600_000 })).cut, undefined);
});

test(
  "find() starts with the first line if the stream was deleted and created again",
  async (allowDirect, nats) => {
    await nats.store(numbered("logs.web.dfw.m1", 3));
    const reader = open(nats, allowDirect);
    // A leader that was just elected may not know the last lines yet.
    const find = () => reader.find({ after: 50 }, 100);
    for (let i = 0; i < 4; i++) await assertRejects(find, HistoryUnavailableError);
    assertEquals(await find(), { sequence: 1, cut: "retention" });
  },
);

test("read() reads lines of every size and content, a few at a time", async (allowDirect, nats) => {
  const sizes = [0, 1, 300, 1_000_000, 1_048_576, 5, 900_000, ...Array(300).fill(40_000), 0];
  const payloads = sizes.map((size, i) => new Uint8Array(size).fill(i));
  await nats.store(payloads.map((payload) => ["logs.web.dfw.m1", payload]));
  const reader = open(nats, allowDirect);
  let sequence = 1;
  while (sequence <= sizes.length) {
    const lines = await reader.read(sequence);
    for (const line of lines) {
      assertEquals(line.sequence, sequence);
      assertEquals(line.payload.length, sizes[sequence - 1]);
      assertEquals(Buffer.compare(line.payload, payloads[sequence - 1]!), 0);
      sequence++;
    }
    const bytes = lines.reduce((sum, { payload }) => sum + payload.length, 0);
    assert(lines.length > 0 && bytes < 1_200_000, `${lines.length} lines of ${bytes} bytes`);
  }
  assertEquals(await reader.read(sequence), []);
  await nats.store([["logs.web.dfw.m1", "later"]]);
  assertEquals((await reader.read(sequence)).map(textOf), ["later"]);
  reader.close();
});

test("read() trusts no header of a publisher", async (allowDirect, nats) => {
  const forged = headers(404, "Message Not Found");
  forged.set("Nats-Sequence", "99");
  forged.set("Nats-Num-Pending", "99");
  forged.set("Nats-Stream", "OTHER");
  await nats.connection.request("logs.web.dfw.m1", "forged", { headers: forged, timeout: 5_000 });
  await nats.store([["logs.web.dfw.m1", "plain"]]);
  const reader = open(nats, allowDirect);
  const lines = await readAll(reader, (await reader.find({ tail: 2 }, 100)).sequence);
  assertEquals(lines.map((line) => [line.sequence, textOf(line)]), [[1, "forged"], [2, "plain"]]);
  assertEquals((await reader.find({ tail: 1 }, 100)).sequence, 2);
  reader.close();
});

test(
  "read() goes on if the server has deleted the consumer, and close() deletes it",
  async (allowDirect, nats) => {
    await nats.store(numbered("logs.web.dfw.m1", 1_000));
    const reader = open(nats, allowDirect);
    assertEquals((await reader.read(1)).at(-1)!.sequence, 256);
    for await (const { name } of nats.api.consumers.list(nats.stream)) {
      await nats.api.consumers.delete(nats.stream, name);
      await assertRejects(() => reader.read(257), HistoryUnavailableError);
    }
    assertEquals((await reader.read(257)).at(-1)!.sequence, 512);
    reader.close();
    await nats.connection.flush();
    assertEquals((await nats.api.streams.info(nats.stream)).state.consumer_count, 0);
  },
);

Deno.test("Without direct gets of several lines, the reader uses consumers", async () => {
  await using nats = await startJetStream();
  await nats.createStream({ allow_direct: false });
  await nats.store(numbered("logs.web.dfw.m1", 5));
  const reader = open(nats, true);
  assertEquals((await readAll(reader, (await reader.find({ tail: 2 }, 100)).sequence)).length, 2);
});

Deno.test("A line passes that is larger than the server of the connection accepts", async () => {
  await using nats = await startJetStream();
  await nats.createStream({ allow_direct: false });
  await nats.store([["logs.web.dfw.m1", new Uint8Array(900_000)], ["logs.web.dfw.m1", "small"]]);
  const connection = await connect({ servers: nats.server.url });
  Object.assign(connection.info!, { max_payload: 1_000 });
  const lines = await readAll(open(nats, false, connection), 1);
  assertEquals(lines.map(({ payload }) => payload.length), [900_000, 5]);
  await connection.close();
});

Deno.test("Reads fail with HistoryUnavailableError if JetStream, the stream or the connection is gone", async () => {
  await using nats = await startJetStream();
  await nats.createStream();
  await nats.api.streams.delete(nats.stream);
  for (const allowDirect of [true, false]) {
    const reader = open(nats, allowDirect);
    await assertRejects(() => reader.find({ tail: 1 }, 100), HistoryStreamMissingError);
    await assertRejects(() => reader.lastSequence(), HistoryStreamMissingError);
    await assertRejects(() => reader.read(1), HistoryUnavailableError);
  }
  const connection = await connect({ servers: nats.server.url });
  const readers = [open(nats, true, connection), open(nats, false, connection)];
  await connection.close();
  for (const reader of readers) {
    await assertRejects(() => reader.find({ tail: 1 }, 100), HistoryUnavailableError);
    await assertRejects(() => reader.read(1), HistoryUnavailableError);
    await assertRejects(() => reader.lastSequence(), HistoryUnavailableError);
  }
});
