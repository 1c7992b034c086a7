import type { EventSourceMessage } from "npm:eventsource-parser@^3";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { KernelSocket } from "../../support/clients/kernel_socket.ts";
import { type RawReader, readRaw } from "../../support/clients/raw_reader.ts";
import { parseEvents, type Reader } from "../../support/clients/sse_reader.ts";
import { logsUrl, openStream, type Stack, startStack, subjectOf } from "../../support/service.ts";
import { assertEventually } from "../../support/patience.ts";
import { suspend } from "../../support/suspend.ts";

/** More than fits into the kernel's buffers, which hold megabytes per loopback connection. */
const LINES = 32_000;
/** As many lines as fit into a stream's buffer in these tests. */
const BATCH = 40;
const BUFFER_BYTES = "65536";

const LINUX = { ignore: Deno.build.os !== "linux" };

/** Claims of the reader that keeps up. */
const FAST = { app: "flood", sub: "keeps up" };

/** A line that starts with its number; a kilobyte on average, with varying length. */
function line(number: number): string {
  return `${number} `.padEnd(512 + (number * 389) % 1_024, "x");
}

/** Total size in bytes of `count` lines starting at number `from`. */
function sizeOf(from: number, count: number): number {
  let size = 0;
  for (let number = from; number < from + count; number++) size += line(number).length;
  return size;
}

/** Publishes `count` lines starting at number `from`, at the speed of `reader`. */
async function publish({ publisher }: Stack, reader: Reader, from: number, count: number) {
  for (let sent = 0; sent < count; sent += BATCH) {
    const batch = Math.min(BATCH, count - sent);
    for (let i = 0; i < batch; i++) {
      publisher.publish(subjectOf("flood"), line(from + sent + i));
    }
    for (let i = 0; i < batch; i++) {
      const { event, data } = (await reader.next())!;
      assertEquals([event, data], [undefined, line(from + sent + i)]);
    }
  }
}

/** Numbers of lines that a reader received and lost. */
interface Tally {
  delivered: number;
  dropped: number;
}

/**
 * Counts an event. Fails unless each line has the number of all lines before it, so that a
 * `dropped` event stands exactly where the lines it counts are missing.
 */
function account(tally: Tally, { event, data }: EventSourceMessage): void {
  const next = tally.delivered + tally.dropped;
  if (event === undefined) {
    assertEquals(data, line(next), "The next line");
    tally.delivered++;
  } else if (event === "dropped") {
    const { count, bytes } = JSON.parse(data);
    assert(count > 0 && bytes === sizeOf(next, count), `${count} lines of ${bytes} bytes`);
    tally.dropped += count;
  }
}

/** Reads events until `lines` are accounted for. */
async function takeAll(reader: RawReader, tally: Tally, lines: number): Promise<void> {
  while (tally.delivered + tally.dropped < lines) {
    for (const event of parseEvents(await reader.until("\n\n"))) account(tally, event);
  }
}

Deno.test("A reader that stops reading loses counted lines while other readers lose none", async () => {
  await using stack = await startStack({ BUFFER_BYTES, STALL_SECONDS: "3600" });
  await using fast = await openStream(stack.service, FAST);
  using slow = await readRaw(await logsUrl(stack.service, { app: "flood" }));
  assertMatch(await slow.until("\n\n"), /^event: ready\n/);

  await publish(stack, fast, 0, LINES);
  const [natstap] = (await stack.nats.connections()).filter(({ name }) => name === "natstap");
  assertEquals(natstap!.pending_bytes, 0, "NATS is not held up");

  const tally: Tally = { delivered: 0, dropped: 0 };
  await takeAll(slow, tally, LINES);
  assertEquals(tally.delivered + tally.dropped, LINES);
  assert(
    tally.dropped > LINES / 4,
    `The buffer was too large: only ${tally.dropped} lines dropped`,
  );

  // It has caught up: no more lines are dropped.
  const { dropped } = tally;
  await publish(stack, fast, LINES, BATCH);
  await takeAll(slow, tally, LINES + BATCH);
  assertEquals(tally, { delivered: LINES + BATCH - dropped, dropped });
});

Deno.test("A reader that stops reading is told in ndjson and in text how much it lost", async () => {
  await using stack = await startStack({ BUFFER_BYTES, STALL_SECONDS: "3600" });
  await using fast = await openStream(stack.service, FAST);
  const open = async (format: string) => {
    const reader = await readRaw(await logsUrl(stack.service, { app: "flood" }, { format }));
    assertMatch(await reader.until("\n"), /ready/);
    return reader;
  };
  using ndjson = await open("ndjson");
  using text = await open("text");
  await publish(stack, fast, 0, LINES);

  const dropped = await Promise.all([
    takeLines(ndjson, JSON.stringify, (text) => {
      const { natstap } = text.startsWith(`{"natstap"`) ? JSON.parse(text) : {};
      return natstap?.event === "dropped" ? [natstap.count, natstap.bytes] : undefined;
    }),
    takeLines(text, (line) => line, (text) => {
      const facts = /^# dropped count=(\d+) bytes=(\d+)$/.exec(text);
      return facts ? [Number(facts[1]), Number(facts[2])] : undefined;
    }),
  ]);
  assert(dropped.every((count) => count > LINES / 4), `Too few lines were dropped: ${dropped}`);
});

/** Reads all lines, which `encode` converts to the format; returns how many were dropped. */
async function takeLines(
  reader: RawReader,
  encode: (line: string) => string,
  parseDropped: (text: string) => [count: number, bytes: number] | undefined,
): Promise<number> {
  let dropped = 0;
  for (let next = 0; next < LINES;) {
    const text = (await reader.until("\n")).trimEnd();
    const [count, bytes] = parseDropped(text) ?? [0, 0];
    assertEquals(bytes, sizeOf(next, count));
    if (count === 0) assertEquals(text, encode(line(next)), "The next line");
    dropped += count;
    next += Math.max(count, 1);
  }
  return dropped;
}

Deno.test("A reader that does not read for STALL_SECONDS is ended and its subscription is closed", async () => {
  await using stack = await startStack({ BUFFER_BYTES, STALL_SECONDS: "1" });
  const { service, nats } = stack;
  await using fast = await openStream(stack.service, FAST);
  using slow = await readRaw(await logsUrl(service, { app: "flood", sub: "stalls" }));
  const closing = service.logged(({ msg }) => msg === "stream closed");
  // The service keeps the connection only for a while, and publishing may take longer.
  const reading = closing.then(() => slow.rest());
  await publish(stack, fast, 0, LINES);

  const closed = await closing;
  assertEquals([closed.sub, closed.reason], ["stalls", "stalled"]);
  await assertEventually(() => nats.subscriptions(), 1, "Only the other reader's subscription");

  const text = await reading;
  const tally: Tally = { delivered: 0, dropped: 0 };
  const events = parseEvents(text);
  for (const event of events) account(tally, event);
  assertEquals(events.slice(-2).map(({ event }) => event), ["dropped", "end"]);
  assertEquals(JSON.parse(events.at(-1)!.data), { reason: "stalled" });
  assertEquals([closed.events, closed.dropped], [tally.delivered, tally.dropped]);
  assertEquals(closed.bytes, text.length);

  await publish(stack, fast, LINES, BATCH);
  assertEquals(service.logs.filter(({ msg }) => msg === "stream closed").length, 1);
});

Deno.test("A service that was suspended does not end its readers as stalled", LINUX, async () => {
  await using stack = await startStack({ BUFFER_BYTES: "1048576", STALL_SECONDS: "2" });
  const { service, publisher } = stack;
  using reader = KernelSocket.get(await logsUrl(service, { app: "flood" }));
  await service.logged(({ msg }) => msg === "stream opened");
  // More than the buffers on the way hold: part of it waits in the service.
  for (let number = 0; number < 1_000; number++) {
    publisher.publish(subjectOf("flood"), line(number));
  }
  await publisher.flush();
  await suspend(service.pid);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  Deno.kill(service.pid, "SIGCONT");
  const text = await reader.until("data: 999 ");
  assertEquals(text.match(/^event: (?!ready).*/gm), null);
  assertEquals(text.match(/^data: \d+ /gm)?.length, 1_000);
});

Deno.test("A reader that does not read is not ended while no line is waiting for it", async () => {
  await using stack = await startStack({ STALL_SECONDS: "1", KEEPALIVE_SECONDS: "1" });
  using idle = await readRaw(await logsUrl(stack.service, { app: "idle" }));
  using clock = await readRaw(await logsUrl(stack.service, { app: "clock" }));
  for (let seconds = 0; seconds < 3; seconds++) await clock.until(": keepalive\n\n");
  stack.publisher.publish(subjectOf("idle"), "still here");
  assertMatch(
    await idle.until("still here"),
    /^event: ready\n[^]*: keepalive\n\ndata: still here$/,
  );
});

Deno.test("A stream that has been silent for KEEPALIVE_SECONDS sends a keepalive", async () => {
  await using stack = await startStack({ KEEPALIVE_SECONDS: "1" });
  const keepalives = { sse: ": keepalive\n\n", ndjson: "\n", text: "\n" };
  const opened = Object.entries(keepalives).map(async ([format, keepalive]) => {
    using reader = await readRaw(await logsUrl(stack.service, { app: "idle" }, { format }));
    const ready = await reader.until(format === "sse" ? "\n\n" : "\n");
    assertMatch(ready, /\bready\b/);
    for (let times = 0; times < 2; times++) {
      assertEquals(await reader.until(keepalive), keepalive, `In ${format}`);
    }
  });
  await Promise.all(opened);
});
