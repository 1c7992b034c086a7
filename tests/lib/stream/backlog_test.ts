import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { Backlog, type Budget } from "../../../lib/stream/backlog.ts";
import type { Line } from "../../../lib/stream/formats/line_encoder.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const MANY = 1e9;

const budgetOf = (total: number): Budget => ({ used: 0, total });

/** A line as an encoder makes it. */
function lineOf(bytes: Uint8Array<ArrayBuffer>): Line {
  return { length: bytes.length, copyTo: (target, at) => target.set(bytes, at), bytes };
}

/** Adds a line of `size` bytes where there is room, as a stream does; tells whether there was. */
function offer(backlog: Backlog, size: number, payloadSize = size): boolean {
  if (!backlog.hasRoom(size)) return false;
  backlog.addLine(lineOf(new Uint8Array(size)), payloadSize, true);
  return true;
}

/** How many lines of `size` bytes it takes. */
function fill(backlog: Backlog, size: number): number {
  let count = 0;
  while (offer(backlog, size)) count++;
  return count;
}

function takeAll(backlog: Backlog) {
  const taken = [];
  for (let piece = backlog.take(); piece !== undefined; piece = backlog.take()) taken.push(piece);
  return taken;
}

Deno.test("take() returns all events in their order, byte for byte, and splits none but large lines", async () => {
  const event = fc.tuple(
    fc.constantFrom("line", "notice", "dropped"),
    fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.nat(70_000).map((size) => new Uint8Array(size))),
  );
  await fc.assert(fc.asyncProperty(fc.array(event), async (events) => {
    const budget = budgetOf(MANY);
    const backlog = new Backlog(MANY, budget);
    const ends = new Set([0]);
    const expected: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (const [kind, bytes] of events) {
      if (kind === "line") backlog.addLine(lineOf(bytes), bytes.length, true);
      else if (kind === "notice") backlog.addNotice(bytes);
      else backlog.addDropped(bytes, { count: 1, bytes: 1 });
      expected.push(bytes);
      if (kind === "line") {
        for (let at = 65_536; at < bytes.length; at += 65_536) ends.add(size + at);
      }
      size += bytes.length;
      ends.add(size);
      assertEquals([backlog.length, budget.used], [size, size]);
    }
    const pieces = takeAll(backlog);
    let at = 0;
    for (const { chunk } of pieces) {
      at += chunk.length;
      assert(ends.has(at), "a piece ends within an event");
    }
    const [all, wanted] = [pieces.map(({ chunk }) => chunk), expected].map((some) =>
      new Blob(some)
    );
    assertEquals(await all!.bytes(), await wanted!.bytes());
    const lines = pieces.reduce((sum, piece) => sum + piece.lines, 0);
    assertEquals(lines, events.filter(([kind]) => kind === "line").length);
    assertEquals([backlog.length, budget.used], [0, 0]);
  }));
});

Deno.test("take() returns pieces of 64 KiB at most", () => {
  const backlog = new Backlog(MANY, budgetOf(MANY));
  for (let i = 0; i < 200; i++) offer(backlog, 1_000);
  offer(backlog, 300_000);
  offer(backlog, 1_000);
  const sizes = takeAll(backlog).map(({ chunk }) => chunk.length);
  const line = [65_536, 65_536, 65_536, 65_536, 300_000 - 4 * 65_536 + 1_000];
  assertEquals(sizes, [65_000, 65_000, 65_000, 5_000, ...line]);
});

Deno.test("hasRoom() holds a backlog to its limit, to the byte", () => {
  const backlog = new Backlog(100, budgetOf(MANY));
  offer(backlog, 60);
  assertEquals([backlog.hasRoom(40), backlog.hasRoom(41)], [true, false]);
  offer(backlog, 40);
  assertEquals([backlog.hasRoom(0), backlog.hasRoom(1)], [true, false]);
  backlog.take();
  assertEquals(backlog.hasRoom(100), true);
});

Deno.test("hasRoom() lets one line over the limit in where nothing waits", () => {
  const backlog = new Backlog(100, budgetOf(10_000));
  assertEquals(offer(backlog, 5_000), true);
  assertEquals(backlog.hasRoom(1), false);
  backlog.take();
  offer(backlog, 1);
  assertEquals(backlog.hasRoom(5_000), false);
});

Deno.test("hasRoom() never lets lines take more than the total, nor any other than the fullest drop", () => {
  const step = fc.tuple(fc.nat(4), fc.oneof(fc.nat(40), fc.nat(1_200)), fc.nat(9));
  const steps = fc.array(step, { maxLength: 200, size: "max" });
  let refused = 0;
  fc.assert(fc.property(steps, fc.integer({ min: 200, max: 1_000 }), (steps, limit) => {
    const budget = budgetOf(1_000);
    const all = Array.from({ length: 5 }, () => new Backlog(limit, budget));
    for (const [i, size, act] of steps) {
      const backlog = all[i]!;
      if (act === 0) backlog.take();
      else if (!offer(backlog, size)) {
        refused++;
        const fuller = all.filter(({ length }) => length >= backlog.length);
        assert(fuller.every((other) => !other.hasRoom(size)), "a fuller one has room");
      }
      const waiting = all.reduce((sum, { length }) => sum + length, 0);
      assert(budget.used >= waiting, "what waits is charged");
      assert(budget.used <= budget.total, `${budget.used} bytes are held`);
    }
  }));
  assert(refused > 100, `Expected many refusals, but there were ${refused}`);
});

Deno.test("hasRoom() has the fullest backlogs stop first, and leaves an empty one room", () => {
  const budget = budgetOf(1_000_000);
  const [greedy, modest, late] = Array.from({ length: 3 }, () => new Backlog(MANY, budget));
  for (let i = 0; i < 100; i++) offer(modest!, 1_000);
  fill(greedy!, 1_000);
  assert(greedy!.length > 300_000, `${greedy!.length}`);
  assertEquals([greedy!.hasRoom(1_000), modest!.hasRoom(1_000)], [false, true]);
  fill(modest!, 1_000);
  assert(fill(late!, 1_000) >= 10, `${late!.length}`);
  assert(budget.used <= budget.total);
});

Deno.test("hasRoom() gives every backlog its whole limit while all of them are far from the total", () => {
  const budget = budgetOf(1_000_000);
  const all = Array.from({ length: 9 }, () => new Backlog(100_000, budget));
  assertEquals(all.map((backlog) => fill(backlog, 1_000)), new Array(9).fill(100));
});

Deno.test("discard() frees all, counts each line and each dropped one, and keeps the notices in order", () => {
  const budget = budgetOf(MANY);
  const [other, backlog] = [new Backlog(MANY, budget), new Backlog(MANY, budget)];
  offer(other, 7);
  backlog.addNotice(utf8("ready"));
  for (let i = 0; i < 1_000; i++) backlog.addLine(lineOf(new Uint8Array(206)), 150, true);
  backlog.addDropped(utf8("dropped"), { count: 5, bytes: 50 });
  backlog.addDropped(utf8("dropped"), { count: 6, bytes: 60 });
  backlog.addNotice(utf8("status"));
  const { missed, lines, notices } = backlog.discard();
  assertEquals(missed, { count: 1_011, bytes: 150_110 });
  assertEquals(lines, 1_000);
  assertEquals(notices.map((notice) => new TextDecoder().decode(notice)), ["ready", "status"]);
  assertEquals([backlog.length, budget.used, backlog.take()], [0, 7, undefined]);
});

Deno.test("discard() counts only what was not yet taken", () => {
  const backlog = new Backlog(MANY, budgetOf(MANY));
  for (let i = 0; i < 100; i++) offer(backlog, 1_000, 900);
  const taken = backlog.take()!;
  assertEquals(taken.lines, 65);
  assertEquals(backlog.discard().missed, { count: 35, bytes: 31_500 });
  assertEquals(backlog.discard(), { missed: { count: 0, bytes: 0 }, lines: 0, notices: [] });
});

Deno.test("take() charges the budget for what was taken until it is known to be sent", () => {
  const budget = budgetOf(MANY);
  const backlog = new Backlog(MANY, budget);
  for (let i = 0; i < 100; i++) offer(backlog, 1_000);
  backlog.take();
  assertEquals([backlog.length, budget.used], [35_000, 100_000]);
  backlog.take();
  assertEquals([backlog.length, budget.used], [0, 35_000]);
  backlog.sent();
  assertEquals(budget.used, 0);
});

Deno.test("take() charges the budget for the whole of a large line until its last part is sent", () => {
  const budget = budgetOf(MANY);
  const backlog = new Backlog(MANY, budget);
  offer(backlog, 200_000);
  const charged = [];
  while (backlog.take() !== undefined) charged.push(budget.used);
  assertEquals(charged, [200_000, 200_000, 200_000, 200_000]);
  assertEquals(budget.used, 0);
});

Deno.test("addLine() leaves the bytes of a line that backlogs share as they are", () => {
  const line = utf8("shared\n");
  const [a, b] = [new Backlog(MANY, budgetOf(MANY)), new Backlog(MANY, budgetOf(MANY))];
  for (const backlog of [a, b]) backlog.addLine(lineOf(line), 6, true);
  a.addLine(lineOf(utf8("a\n")), 1, true);
  b.addLine(lineOf(utf8("b\n")), 1, true);
  const texts = [a, b].map((backlog) => new TextDecoder().decode(backlog.take()!.chunk));
  assertEquals([...texts, new TextDecoder().decode(line)], [
    "shared\na\n",
    "shared\nb\n",
    "shared\n",
  ]);
});

Deno.test("discard() keeps the rest of a line whose beginning was taken", () => {
  const budget = budgetOf(MANY);
  const backlog = new Backlog(MANY, budget);
  offer(backlog, 200_000);
  offer(backlog, 300_000);
  backlog.take();
  assertEquals(backlog.discard(), { missed: { count: 1, bytes: 300_000 }, lines: 1, notices: [] });
  assertEquals(backlog.takeAll().map(({ chunk }) => chunk.length), [65_536, 65_536, 3_392]);
  backlog.sent();
  assertEquals([backlog.length, budget.used], [0, 0]);
});

Deno.test("hasRoom() has room beside a line over the limit once its beginning was taken", () => {
  const backlog = new Backlog(1_000, budgetOf(MANY));
  offer(backlog, 200_000);
  assertEquals(backlog.hasRoom(1), false);
  backlog.take();
  assertEquals([backlog.hasRoom(1_000), backlog.length], [true, 200_000 - 65_536]);
  offer(backlog, 600);
  assertEquals([backlog.hasRoom(400), backlog.hasRoom(401)], [true, false]);
  backlog.take();
  backlog.take();
  assertEquals(backlog.hasRoom(401), false);
  backlog.take();
  assertEquals(backlog.hasRoom(1_000), true);
});
