import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { type Budget, StreamBuffer } from "../../../lib/stream/stream_buffer.ts";
import type { Line } from "../../../lib/stream/formats/line_encoder.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const MANY = 1e9;

const budgetOf = (total: number): Budget => ({ used: 0, total });

/** Creates a line as an encoder does. */
function lineOf(bytes: Uint8Array<ArrayBuffer>): Line {
  return { length: bytes.length, copyTo: (target, at) => target.set(bytes, at), bytes };
}

/** Adds a line of `size` bytes if there is room, as a stream does; returns whether there was. */
function offer(buffer: StreamBuffer, size: number, payloadSize = size): boolean {
  if (!buffer.hasRoom(size)) return false;
  buffer.addLine(lineOf(new Uint8Array(size)), payloadSize, true);
  return true;
}

/** Adds lines of `size` bytes until there is no room; returns their number. */
function fill(buffer: StreamBuffer, size: number): number {
  let count = 0;
  while (offer(buffer, size)) count++;
  return count;
}

function takeAll(buffer: StreamBuffer) {
  const taken = [];
  for (let piece = buffer.take(); piece !== undefined; piece = buffer.take()) taken.push(piece);
  return taken;
}

Deno.test("take() returns everything in order, byte for byte, and splits only large lines", async () => {
  const event = fc.tuple(
    fc.constantFrom("line", "notice", "dropped"),
    fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.nat(70_000).map((size) => new Uint8Array(size))),
  );
  await fc.assert(fc.asyncProperty(fc.array(event), async (events) => {
    const budget = budgetOf(MANY);
    const buffer = new StreamBuffer(MANY, budget);
    const ends = new Set([0]);
    const expected: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (const [kind, bytes] of events) {
      if (kind === "line") buffer.addLine(lineOf(bytes), bytes.length, true);
      else if (kind === "notice") buffer.addNotice(bytes);
      else buffer.addDropped(bytes, { count: 1, bytes: 1 });
      expected.push(bytes);
      if (kind === "line") {
        for (let at = 65_536; at < bytes.length; at += 65_536) ends.add(size + at);
      }
      size += bytes.length;
      ends.add(size);
      assertEquals([buffer.length, budget.used], [size, size]);
    }
    const pieces = takeAll(buffer);
    let at = 0;
    for (const { chunk } of pieces) {
      at += chunk.length;
      assert(ends.has(at), "a piece ends in the middle of an event");
    }
    const [all, wanted] = [pieces.map(({ chunk }) => chunk), expected].map((some) =>
      new Blob(some)
    );
    assertEquals(await all!.bytes(), await wanted!.bytes());
    const lines = pieces.reduce((sum, piece) => sum + piece.lines, 0);
    assertEquals(lines, events.filter(([kind]) => kind === "line").length);
    assertEquals([buffer.length, budget.used], [0, 0]);
  }));
});

Deno.test("take() returns pieces of at most 64 KiB", () => {
  const buffer = new StreamBuffer(MANY, budgetOf(MANY));
  for (let i = 0; i < 200; i++) offer(buffer, 1_000);
  offer(buffer, 300_000);
  offer(buffer, 1_000);
  const sizes = takeAll(buffer).map(({ chunk }) => chunk.length);
  const line = [65_536, 65_536, 65_536, 65_536, 300_000 - 4 * 65_536 + 1_000];
  assertEquals(sizes, [65_000, 65_000, 65_000, 5_000, ...line]);
});

Deno.test("hasRoom() enforces the limit of a buffer to the byte", () => {
  const buffer = new StreamBuffer(100, budgetOf(MANY));
  offer(buffer, 60);
  assertEquals([buffer.hasRoom(40), buffer.hasRoom(41)], [true, false]);
  offer(buffer, 40);
  assertEquals([buffer.hasRoom(0), buffer.hasRoom(1)], [true, false]);
  buffer.take();
  assertEquals(buffer.hasRoom(100), true);
});

Deno.test("hasRoom() admits one line larger than the limit if nothing is waiting", () => {
  const buffer = new StreamBuffer(100, budgetOf(10_000));
  assertEquals(offer(buffer, 5_000), true);
  assertEquals(buffer.hasRoom(1), false);
  buffer.take();
  offer(buffer, 1);
  assertEquals(buffer.hasRoom(5_000), false);
});

Deno.test("hasRoom() never lets lines exceed the total, and only the fullest buffers drop", () => {
  const step = fc.tuple(fc.nat(4), fc.oneof(fc.nat(40), fc.nat(1_200)), fc.nat(9));
  const steps = fc.array(step, { maxLength: 200, size: "max" });
  let refused = 0;
  fc.assert(fc.property(steps, fc.integer({ min: 200, max: 1_000 }), (steps, limit) => {
    const budget = budgetOf(1_000);
    const all = Array.from({ length: 5 }, () => new StreamBuffer(limit, budget));
    for (const [i, size, act] of steps) {
      const buffer = all[i]!;
      if (act === 0) buffer.take();
      else if (!offer(buffer, size)) {
        refused++;
        const fuller = all.filter(({ length }) => length >= buffer.length);
        assert(fuller.every((other) => !other.hasRoom(size)), "a fuller buffer has room");
      }
      const waiting = all.reduce((sum, { length }) => sum + length, 0);
      assert(budget.used >= waiting, "waiting bytes are not charged");
      assert(budget.used <= budget.total, `${budget.used} bytes are held`);
    }
  }));
  assert(refused > 100, `Expected many refusals, but there were ${refused}`);
});

Deno.test("hasRoom() refuses the fullest buffers first, and leaves room for an empty one", () => {
  const budget = budgetOf(1_000_000);
  const [greedy, modest, late] = Array.from({ length: 3 }, () => new StreamBuffer(MANY, budget));
  for (let i = 0; i < 100; i++) offer(modest!, 1_000);
  fill(greedy!, 1_000);
  assert(greedy!.length > 300_000, `${greedy!.length}`);
  assertEquals([greedy!.hasRoom(1_000), modest!.hasRoom(1_000)], [false, true]);
  fill(modest!, 1_000);
  assert(fill(late!, 1_000) >= 10, `${late!.length}`);
  assert(budget.used <= budget.total);
});

Deno.test("hasRoom() grants every buffer its full limit while all of them are far below the total", () => {
  const budget = budgetOf(1_000_000);
  const all = Array.from({ length: 9 }, () => new StreamBuffer(100_000, budget));
  assertEquals(all.map((buffer) => fill(buffer, 1_000)), new Array(9).fill(100));
});

Deno.test("discard() frees everything, counts each line and each dropped one, and keeps the notices in order", () => {
  const budget = budgetOf(MANY);
  const [other, buffer] = [new StreamBuffer(MANY, budget), new StreamBuffer(MANY, budget)];
  offer(other, 7);
  buffer.addNotice(utf8("ready"));
  for (let i = 0; i < 1_000; i++) buffer.addLine(lineOf(new Uint8Array(206)), 150, true);
  buffer.addDropped(utf8("dropped"), { count: 5, bytes: 50 });
  buffer.addDropped(utf8("dropped"), { count: 6, bytes: 60 });
  buffer.addNotice(utf8("status"));
  const { missed, lines, notices } = buffer.discard();
  assertEquals(missed, { count: 1_011, bytes: 150_110 });
  assertEquals(lines, 1_000);
  assertEquals(notices.map((notice) => new TextDecoder().decode(notice)), ["ready", "status"]);
  assertEquals([buffer.length, budget.used, buffer.take()], [0, 7, undefined]);
});

Deno.test("discard() counts only what has not been taken", () => {
  const buffer = new StreamBuffer(MANY, budgetOf(MANY));
  for (let i = 0; i < 100; i++) offer(buffer, 1_000, 900);
  const taken = buffer.take()!;
  assertEquals(taken.lines, 65);
  assertEquals(buffer.discard().missed, { count: 35, bytes: 31_500 });
  assertEquals(buffer.discard(), { missed: { count: 0, bytes: 0 }, lines: 0, notices: [] });
});

Deno.test("take() keeps the budget charged for what was taken until it has been sent", () => {
  const budget = budgetOf(MANY);
  const buffer = new StreamBuffer(MANY, budget);
  for (let i = 0; i < 100; i++) offer(buffer, 1_000);
  buffer.take();
  assertEquals([buffer.length, budget.used], [35_000, 100_000]);
  buffer.take();
  assertEquals([buffer.length, budget.used], [0, 35_000]);
  buffer.sent();
  assertEquals(budget.used, 0);
});

Deno.test("take() keeps the budget charged for a whole large line until its last part has been sent", () => {
  const budget = budgetOf(MANY);
  const buffer = new StreamBuffer(MANY, budget);
  offer(buffer, 200_000);
  const charged = [];
  while (buffer.take() !== undefined) charged.push(budget.used);
  assertEquals(charged, [200_000, 200_000, 200_000, 200_000]);
  assertEquals(budget.used, 0);
});

Deno.test("addLine() does not change the bytes of a line that buffers share", () => {
  const line = utf8("shared\n");
  const [a, b] = [new StreamBuffer(MANY, budgetOf(MANY)), new StreamBuffer(MANY, budgetOf(MANY))];
  for (const buffer of [a, b]) buffer.addLine(lineOf(line), 6, true);
  a.addLine(lineOf(utf8("a\n")), 1, true);
  b.addLine(lineOf(utf8("b\n")), 1, true);
  const texts = [a, b].map((buffer) => new TextDecoder().decode(buffer.take()!.chunk));
  assertEquals([...texts, new TextDecoder().decode(line)], [
    "shared\na\n",
    "shared\nb\n",
    "shared\n",
  ]);
});

Deno.test("discard() keeps the rest of a line whose beginning was taken", () => {
  const budget = budgetOf(MANY);
  const buffer = new StreamBuffer(MANY, budget);
  offer(buffer, 200_000);
  offer(buffer, 300_000);
  buffer.take();
  assertEquals(buffer.discard(), { missed: { count: 1, bytes: 300_000 }, lines: 1, notices: [] });
  assertEquals(buffer.takeAll().map(({ chunk }) => chunk.length), [65_536, 65_536, 3_392]);
  buffer.sent();
  assertEquals([buffer.length, budget.used], [0, 0]);
});

Deno.test("hasRoom() admits other lines once the beginning of a line larger than the limit was taken", () => {
  const buffer = new StreamBuffer(1_000, budgetOf(MANY));
  offer(buffer, 200_000);
  assertEquals(buffer.hasRoom(1), false);
  buffer.take();
  assertEquals([buffer.hasRoom(1_000), buffer.length], [true, 200_000 - 65_536]);
  offer(buffer, 600);
  assertEquals([buffer.hasRoom(400), buffer.hasRoom(401)], [true, false]);
  buffer.take();
  buffer.take();
  assertEquals(buffer.hasRoom(401), false);
  buffer.take();
  assertEquals(buffer.hasRoom(1_000), true);
});
