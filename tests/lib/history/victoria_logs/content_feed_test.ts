import { assert, assertEquals } from "@std/assert";
import {
  ContentFeed,
  type ContentFeedOptions,
  type FeedSink,
} from "../../../../lib/history/victoria_logs/content_feed.ts";
import { VictoriaLogs } from "../../../../lib/history/victoria_logs/victoria_logs.ts";
import type { SampleLine } from "../../../../tools/sample_logs.ts";
import {
  type ChangingServer,
  startChangingServer,
} from "../../../support/victoria_logs/changing_server.ts";
import { flyLine } from "../../../support/victoria_logs/stored_lines.ts";

const WEB = { app: "web" };

/** Takes everything at once, or one line each time that `take()` is called. */
class TestSink implements FeedSink {
  readonly received: string[] = [];
  ended = false;
  free = Infinity;
  #room = Promise.withResolvers<void>();

  push(payload: Uint8Array): void {
    this.received.push(JSON.parse(new TextDecoder().decode(payload)).message);
  }

  offer(payload: Uint8Array): boolean {
    if (this.free === 0) return false;
    this.free--;
    this.push(payload);
    return true;
  }

  room(): Promise<void> {
    return this.#room.promise;
  }

  take(): void {
    this.free++;
    this.#room.resolve();
    this.#room = Promise.withResolvers();
  }

  notify({ event, data }: Parameters<FeedSink["notify"]>[0]): void {
    this.received.push(`${event} ${JSON.stringify(data)}`);
  }
}

function openFeed({ url }: ChangingServer, options: Partial<ContentFeedOptions> = {}) {
  const sink = new TestSink();
  const budget = { used: 0, total: 1_000_000 };
  const feed = new ContentFeed(sink, {
    logs: new VictoriaLogs(url, { maxLines: 100, retryMs: 0 }),
    slots: { run: (read) => read() },
    bufferBytes: 10_000,
    budget,
    onError: () => {},
    settleMs: 0,
    ...options,
  });
  const start = (period = {}) => feed.start(WEB, period, () => sink.received.push("live"));
  return { sink, feed, budget, start };
}

/** Returns a line that is logged at this many milliseconds from now. */
function line(message: string, ms: number): SampleLine {
  return flyLine(message, { timestamp: new Date(Date.now() + ms).toISOString() });
}

function bytes({ payload }: SampleLine): Uint8Array {
  return new TextEncoder().encode(payload);
}

Deno.test("ContentFeed sends stored lines, then live ones, and a line that is both once", async () => {
  await using server = startChangingServer();
  const [a, b, c, d] = [line("a", -30), line("b", -20), line("c", -10), line("d", 0)];
  server.stored = [a, b, c];
  const { sink, feed, budget, start } = openFeed(server);
  feed.push(bytes(c));
  feed.push(bytes(d));
  assert(budget.used > 0);
  await start();
  feed.push(bytes(line("e", 10)));
  assertEquals(sink.received, ["a", "b", "c", "live", "d", "e"]);
  assertEquals(budget.used, 0);
});

Deno.test("ContentFeed sends lines that were stored late, but none that were not requested", async () => {
  await using server = startChangingServer();
  const [old, a, late] = [line("old", -30), line("a", -20), line("late", -10)];
  server.stored = [old, a];
  server.onRead = () => {
    server.stored = [old, a, late];
    server.onRead = () => {};
  };
  const { sink, start } = openFeed(server);
  await start({ tail: 1 });
  assertEquals(sink.received, ["a", "late", "live"]);
});

Deno.test("ContentFeed sends as many lines as requested if several have the same time", async () => {
  await using server = startChangingServer();
  const now = new Date().toISOString();
  server.stored = ["a", "b", "c"].map((message) => flyLine(message, { timestamp: now }));
  const { sink, start } = openFeed(server);
  await start({ tail: 2 });
  assertEquals(sink.received, ["b", "c", "live"]);
});

Deno.test("ContentFeed starts live if no stored lines are requested", async () => {
  await using server = startChangingServer();
  server.stored = [line("a", -10)];
  const { sink, feed, start } = openFeed(server);
  feed.push(bytes(line("b", 0)));
  await start({ tail: 0 });
  assertEquals(sink.received, ["live", "b"]);
});

Deno.test("ContentFeed reports lines that the limit cut off", async () => {
  await using server = startChangingServer();
  server.stored = [line("a", -30), line("b", -20), line("c", -10)];
  const { sink, start } = openFeed(server, { logs: new VictoriaLogs(server.url, { maxLines: 2 }) });
  await start({ since: 0 });
  assertEquals(sink.received, ['gap {"reason":"limit"}', "b", "c", "live"]);
});

Deno.test("ContentFeed starts live if VictoriaLogs fails", async () => {
  await using server = startChangingServer();
  server.status = 500;
  const errors: unknown[] = [];
  const { sink, feed, start } = openFeed(server, { onError: (error) => errors.push(error) });
  feed.push(bytes(line("a", 0)));
  await start();
  assertEquals(sink.received, ['gap {"reason":"unavailable"}', "live", "a"]);
  assertEquals(errors.map(String), ["Error: VictoriaLogs answered with status 500"]);
});

Deno.test("ContentFeed starts live if VictoriaLogs hangs", async () => {
  await using server = startChangingServer();
  const hanging = Promise.withResolvers<void>();
  server.stored = [line("a", -10)];
  server.onRead = () => hanging.promise;
  const logs = new VictoriaLogs(server.url, { maxLines: 100, timeoutMs: 100 });
  const { sink, start } = openFeed(server, { logs });
  await start();
  hanging.resolve();
  assertEquals(sink.received, ['gap {"reason":"unavailable"}', "live"]);
});

Deno.test("ContentFeed drops and counts live lines that it has no room for while others wait", async () => {
  for (const limit of [{ bufferBytes: 500 / 8 }, { budget: { used: 0, total: 500 } }]) {
    await using server = startChangingServer();
    server.stored = [line("stored", -10)];
    const { sink, feed, start } = openFeed(server, limit);
    const live = ["a", "b", "c", "d"].map((message, i) => bytes(line(message, i)));
    live.forEach((payload) => feed.push(payload));
    await start();
    feed.push(bytes(line("e", 9)));
    const dropped = { count: 2, bytes: live[2]!.length + live[3]!.length };
    assertEquals(sink.received, [
      ...["stored", 'gap {"reason":"unavailable"}', "live", "a", "b"],
      ...[`dropped ${JSON.stringify(dropped)}`, "e"],
    ]);
  }
});

Deno.test("ContentFeed reports a gap instead of waiting for late lines if live ones would be dropped meanwhile", async () => {
  await using server = startChangingServer();
  const { sink, feed, start } = openFeed(server, { bufferBytes: 500 / 8, settleMs: 2 ** 30 });
  const started = start();
  feed.push(bytes(line("a", 0)));
  feed.push(bytes(line("b", 0)));
  await started;
  assertEquals(sink.received, ['gap {"reason":"unavailable"}', "live", "a", "b"]);
});

Deno.test("ContentFeed waits for a slow reader without a slot, and drops none of its stored lines", async () => {
  await using server = startChangingServer();
  const messages = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  server.stored = messages.map((message, i) => line(message, i - 60));
  let reading = 0;
  const slots = {
    async run<T>(read: () => Promise<T>): Promise<T> {
      reading++;
      try {
        return await read();
      } finally {
        reading--;
      }
    },
  };
  const { sink, start } = openFeed(server, { slots });
  sink.free = 0;
  const started = start();
  while (sink.received.length < messages.length) {
    await new Promise((resolve) => setTimeout(resolve));
    if (sink.received.length > 0) assertEquals(reading, 0);
    sink.take();
  }
  await started;
  assertEquals(sink.received, [...messages, "live"]);
});

Deno.test("ContentFeed stops if it is closed or its stream ends", async () => {
  for (const how of ["close", "end"]) {
    await using server = startChangingServer();
    server.stored = [line("a", -10)];
    const { sink, feed, budget, start } = openFeed(server);
    server.onRead = () => {
      if (how === "close") feed.close();
      else sink.ended = true;
    };
    feed.push(bytes(line("b", 0)));
    await start();
    assertEquals(sink.received, []);
    feed.close();
    assertEquals(budget.used, 0);
  }
});
