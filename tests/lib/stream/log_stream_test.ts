import { assert, assertEquals, assertMatch } from "@std/assert";
import { ndjson } from "../../../lib/stream/formats/ndjson.ts";
import { sse } from "../../../lib/stream/formats/sse.ts";
import {
  arrive,
  type LineOrEvent,
  openStream,
  readLines,
  settled,
  status,
} from "../../support/stream_under_test.ts";

Deno.test("push() sends the lines of one turn to a waiting reader as one chunk, copied", async () => {
  await using open = openStream({ format: sse });
  const chunk = open.reader.read();
  await settled();
  const payload = new TextEncoder().encode("first");
  open.stream.push(payload);
  payload.fill(0);
  open.stream.push(new TextEncoder().encode("second"));
  const { value } = await chunk;
  assertEquals(new TextDecoder().decode(value), "data: first\n\ndata: second\n\n");
});

Deno.test("push() lets a waiting reader take a full buffer, which makes room for the rest of the turn", async () => {
  await using open = openStream({ limits: { bufferBytes: 100 } });
  const chunk = open.take();
  await settled();
  for (let i = 0; i < 6; i++) open.push(30);
  assertEquals(await chunk, [{ id: 0 }, { id: 1 }, { id: 2 }]);
  assertEquals(await open.take(), [{ id: 3 }, { id: 4 }, { id: 5 }]);
});

Deno.test("push() drops lines for which there is no room, and counts them where they were dropped", async () => {
  await using open = openStream({ limits: { bufferBytes: 100 } });
  for (let i = 0; i < 10; i++) open.push(30);
  const dropped: LineOrEvent = { event: "dropped", count: 7, bytes: 210 };
  assertEquals(await open.take(), [{ id: 0 }, { id: 1 }, { id: 2 }, dropped]);
  open.push(30);
  assertEquals(await open.take(), [{ id: 10 }]);
});

Deno.test("push() tells a waiting reader at once about a line without room, and drops only that line", async () => {
  await using hog = openStream({ limits: { bufferBytes: 1e6 }, total: 10_000 });
  await using open = openStream({ budget: hog.budget });
  while (hog.pushed.length < 200) hog.push(100);
  const chunk = open.take();
  await settled();
  open.push(9_000);
  const early = await Promise.race([chunk, settled()]);
  assertEquals(early, [{ event: "dropped", count: 1, bytes: 9_000 }]);
  const next = open.take();
  await settled();
  open.push(100);
  assertEquals(await next, [{ id: 1 }]);
});

Deno.test("push() accepts a line larger than the limit if nothing is waiting, so a reader that keeps up misses none", async () => {
  await using open = openStream({ limits: { bufferBytes: 1_000 } });
  for (let i = 0; i < 5; i++) {
    const chunk = open.take();
    await settled();
    open.push(50_000);
    assertEquals(await chunk, [{ id: i }]);
  }
});

Deno.test("push() never drops lines of an active reader because of a stalled one", async () => {
  await using stalled = openStream({ limits: { bufferBytes: 1e6 }, total: 100_000 });
  await using open = openStream({ budget: stalled.budget });
  const seen: LineOrEvent[] = [];
  for (let i = 0; i < 500; i++) {
    stalled.push(1_000);
    open.push(1_000);
    seen.push(...await open.take());
  }
  assertEquals(seen, Array.from({ length: 500 }, (_, id) => ({ id })));
  assert(stalled.budget.used <= 100_000, `${stalled.budget.used}`);
});

Deno.test("offer() accepts lines as long as there is room, and room() resolves when there is again", async () => {
  await using open = openStream({ limits: { bufferBytes: 100 } });
  assertEquals([1, 2, 3, 4].map((id) => open.offer(30, id)), [true, true, true, false]);
  const room = open.stream.room();
  assertEquals(await open.take(), [{ id: 1 }, { id: 2 }, { id: 3 }]);
  await room;
  assertEquals(open.offer(30, 4), true);
  assertEquals(await open.take(), [{ id: 4 }]);
});

Deno.test("offer() sends the event that counts dropped lines first", async () => {
  await using open = openStream({ limits: { bufferBytes: 70 } });
  for (let i = 0; i < 3; i++) open.push(30);
  assertEquals(open.offer(1, 7), false);
  assertEquals(await open.take(), [{ id: 0 }, { id: 1 }, {
    event: "dropped",
    count: 1,
    bytes: 30,
  }]);
  assertEquals(open.offer(30, 7), true);
  assertEquals(await open.take(), [{ id: 7 }]);
});

Deno.test("offer() accepts anything once the stream has ended, and drops a line that can never fit", async () => {
  await using open = openStream({ total: 1_000 });
  assertEquals(open.offer(2_000, 1), true);
  assertEquals(await open.take(), [{ event: "dropped", count: 1, bytes: 2_000 }]);
  open.stream.end("denied");
  assertEquals(open.offer(10, 2), true);
});

Deno.test("room() resolves when other streams return memory, and when the stream is closed", async () => {
  await using other = openStream({ total: 1_000 });
  await using open = openStream({ budget: other.budget });
  other.push(900);
  assertEquals(open.offer(900, 1), false);
  const room = open.stream.room();
  await other.take();
  other.stream.release();
  open.tick(0, 0);
  await room;
  assertEquals(open.offer(900, 1), true);
  const closed = open.stream.room();
  await open.reader.cancel();
  await closed;
});

Deno.test("notify() keeps the order of events, before and after dropped lines", async () => {
  await using open = openStream({ limits: { bufferBytes: 70 } });
  for (let i = 0; i < 4; i++) open.push(30);
  open.stream.notify(status("disconnected"));
  open.push(30);
  open.stream.notify(status("connected"));
  open.stream.end("denied");
  assertEquals(await readLines(open.reader), [
    { id: 0 },
    { id: 1 },
    { event: "dropped", count: 2, bytes: 60 },
    { event: "status", nats: "disconnected", at: "0" },
    { event: "dropped", count: 1, bytes: 30 },
    { event: "status", nats: "connected", at: "0" },
    { event: "end", reason: "denied" },
  ]);
});

Deno.test("end() sends its event last, after everything that waits, with the first reason", async () => {
  await using open = openStream({});
  open.push(30);
  open.stream.end("shutdown", 1_234);
  open.push(30);
  open.stream.end("expired");
  open.stream.notify(status("connected"));
  assertEquals([open.stream.ended, open.ends, open.closed], [true, 1, []]);
  const end: LineOrEvent = { event: "end", reason: "shutdown", retry: 1_234 };
  assertEquals(await readLines(open.reader), [{ id: 0 }, end]);
  const [summary, ...more] = open.closed;
  assertEquals(summary, { reason: "shutdown", events: 1, bytes: open.bytes(), dropped: 0 });
  open.stream.release();
  assertEquals([more.length, open.budget.used], [0, 0]);
});

Deno.test("end() reaches a waiting reader at once", async () => {
  await using open = openStream({});
  const all = readLines(open.reader);
  await settled();
  open.stream.end("denied");
  assertEquals(await all, [{ event: "end", reason: "denied" }]);
});

Deno.test("tick() ends the stream exactly when its token expires", async () => {
  await using open = openStream({ expiresAt: 50_000 });
  open.tick(0, 49_999);
  assertEquals(open.stream.ended, false);
  open.tick(0, 50_000);
  open.push(10);
  assertEquals(await readLines(open.reader), [{ event: "end", reason: "expired" }]);
});

Deno.test("tick() sends a keepalive only if the stream has sent nothing for the configured time", async () => {
  await using open = openStream({ format: sse, limits: { keepaliveTime: 15_000 } });
  await arrive(open);
  let chunks = 0;
  const read = () =>
    open.reader.read().then(({ value }) => (chunks++, new TextDecoder().decode(value)));
  let chunk = read();
  await settled();
  open.tick(14_999, 0);
  await settled();
  assertEquals(chunks, 0);
  open.tick(15_000, 0);
  assertEquals(await chunk, ": keepalive\n\n");

  chunk = read();
  await settled();
  open.tick(20_000, 0);
  open.stream.push(new TextEncoder().encode("a line"));
  assertEquals(await chunk, "data: a line\n\n");
  chunk = read();
  await settled();
  for (let now = 20_250; now < 35_000; now += 250) open.tick(now, 0);
  await settled();
  assertEquals(chunks, 2);
  open.tick(35_000, 0);
  assertEquals(await chunk, ": keepalive\n\n");
});

Deno.test("tick() sends no keepalive while lines are waiting, or if the reader is not ready", async () => {
  await using open = openStream({ format: ndjson, limits: { keepaliveTime: 1_000 } });
  open.tick(5_000, 0);
  open.push(10);
  open.tick(9_000, 0);
  assertEquals(await open.take(), [{ id: 0 }]);
});

Deno.test("tick() disconnects a reader that takes nothing for the stall time, frees its memory and counts its lines", async () => {
  await using open = openStream({ limits: { bufferBytes: 1_000, stallTime: 30_000 } });
  open.stream.notify({
    event: "ready",
    data: { app: "a", subject: "b", expiresAt: "c", history: false },
    retry: 1,
  });
  assertEquals((await open.take()).length, 1);
  open.stream.notify(status("disconnected"));
  for (let i = 0; i < 100; i++) open.push(100);
  open.tick(29_999, 0);
  assertEquals([open.stream.ended, open.closed.length], [false, 0]);
  open.tick(30_000, 0);
  assertEquals([open.stream.ended, open.ends, open.abandons], [true, 1, 1]);
  // Only the control events, which wait in the ReadableStream until the connection is closed.
  assert(open.budget.used < 300, `${open.budget.used} bytes are held`);
  open.stream.release();
  assertEquals(open.budget.used, 0);
  const [{ bytes, ...summary }, ...more] = open.closed as [typeof open.closed[number]];
  assertEquals(summary, { reason: "stalled", events: 0, dropped: 100 });
  assertEquals(more, []);
  open.push(10);
  assertEquals(await readLines(open.reader), [
    { event: "status", nats: "disconnected", at: "0" },
    { event: "dropped", count: 100, bytes: 10_000 },
    { event: "end", reason: "stalled" },
  ]);
  assertEquals(bytes, open.bytes());
});

Deno.test("tick() gives a stalled reader no id of lines that it discards", async () => {
  await using open = openStream({ format: sse, limits: { stallTime: 1_000 } });
  await arrive(open);
  open.stream.push(new TextEncoder().encode("a line"), 7);
  open.stream.notify({ event: "live", data: {}, id: 7 });
  open.tick(1_000, 0);
  const text = await new Response(
    new ReadableStream({
      async pull(controller) {
        const { done, value } = await open.reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    }),
  ).text();
  assertMatch(text, /event: live[^]*event: dropped[^]*event: end/);
  assertEquals(text.includes("id:"), false, text);
});

Deno.test("tick() counts each line of a stalled reader once, even if an event in its buffer counts it too", async () => {
  await using open = openStream({ limits: { bufferBytes: 200, stallTime: 1_000 } });
  await arrive(open);
  for (let i = 0; i < 10; i++) open.push(100);
  open.stream.notify(status("disconnected"));
  for (let i = 10; i < 20; i++) open.push(100);
  open.tick(1_000, 0);
  const [, dropped] = await readLines(open.reader);
  assertEquals(dropped, { event: "dropped", count: 20, bytes: 2_000 });
  assertEquals(open.closed[0]!.dropped, 20);
});

Deno.test("tick() spares a reader that takes a little from time to time, or for which nothing is waiting", async () => {
  await using open = openStream({ limits: { bufferBytes: 1e6, stallTime: 1_000 } });
  open.tick(100_000, 0);
  for (let i = 0; i < 10; i++) open.push(60_000);
  for (let now = 100_900; now < 108_000; now += 900) {
    open.tick(now, 0);
    assertEquals((await open.take()).length, 1);
  }
  assertEquals(open.stream.ended, false);
  open.tick(109_000, 0);
  assertEquals(open.stream.ended, true);
});

Deno.test("tick() ignores time during which the process was held up for the stall time, but not for keepalives", async () => {
  const limits = { bufferBytes: 1_000, stallTime: 1_000, keepaliveTime: 4_000 };
  await using slow = openStream({ limits });
  await arrive(slow);
  slow.push(100);
  slow.tick(60_000, 0, 999);
  assertEquals(slow.stream.ended, false);
  slow.tick(60_001, 0, 1_000);
  assertEquals(slow.stream.ended, true);

  await using idle = openStream({ format: sse, limits });
  await arrive(idle);
  const chunk = idle.reader.read();
  await settled();
  idle.tick(60_000, 0, 500);
  assertEquals(new TextDecoder().decode((await chunk).value), ": keepalive\n\n");
});

Deno.test("tick() does not consider a reader stalled before it has taken anything", async () => {
  await using open = openStream({ limits: { stallTime: 1_000, keepaliveTime: 1_000 } });
  open.push(100);
  for (let now = 1_000; now < 9_000; now += 1_000) open.tick(now, 0);
  assertEquals(await open.take(), [{ id: 0 }]);
});

Deno.test("tick() gives up on a reader that does not take the end event, and keeps the reason of that event", async () => {
  await using open = openStream({ limits: { stallTime: 1_000 }, expiresAt: 500 });
  await arrive(open);
  open.push(100);
  open.tick(500, 500);
  open.tick(1_000, 1_000);
  assertEquals([open.closed[0]?.reason, open.ends, open.abandons], ["expired", 1, 1]);
  open.stream.release();
  assertEquals(open.budget.used, 0);
  const [dropped, end] = await readLines(open.reader);
  assertEquals([dropped?.count, end], [1, { event: "end", reason: "expired" }]);
});

Deno.test("cancel() frees the buffer, reports the client as gone once, and takes no more lines", async () => {
  await using open = openStream({});
  for (let i = 0; i < 10; i++) open.push(100);
  await open.reader.cancel();
  open.push(100);
  open.stream.end("shutdown");
  open.stream.cancel();
  assertEquals([open.budget.used, open.ends, open.stream.ended], [0, 1, true]);
  assertEquals(open.closed, [{ reason: "client", events: 0, bytes: 0, dropped: 0 }]);
});

Deno.test("cancel() after end() keeps the reason of the end", async () => {
  await using open = openStream({});
  open.stream.end("expired");
  await open.reader.cancel();
  assertEquals([open.closed.map(({ reason }) => reason), open.ends], [["expired"], 1]);
});
