import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { Backlog, type Budget } from "../../lib/backlog.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const none = utf8("");
const MANY = 1e9;

const budgetOf = (total: number): Budget => ({ used: 0, total });

/** Adds a line of `size` bytes where there is room, as a stream does; tells whether there was. */
function offer(backlog: Backlog, size: number, payloadSize = size): boolean {
  if (!backlog.hasRoom(size)) return false;
  backlog.addLine(none, new Uint8Array(size), none, payloadSize);
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

Deno.test("take() gives all events back in their order, byte for byte, in pieces of whole events", async () => {
  const event = fc.tuple(
    fc.constantFrom("line", "notice", "dropped"),
    fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.nat(70_000).map((size) => new Uint8Array(size))),
  );
  await fc.assert(fc.asyncProperty(fc.array(event), async (events) => {
    const budget = budgetOf(MANY);
    const backlog = new Backlog(MANY, budget);
    const [prefix, suffix] = [utf8("<"), utf8(">")];
    const ends = new Set([0]);
    const expected: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (const [kind, bytes] of events) {
      if (kind === "line") backlog.addLine(prefix, bytes, suffix, bytes.length);
      else if (kind === "notice") backlog.addNotice(bytes);
      else backlog.addDropped(bytes, { count: 1, bytes: 1 });
      expected.push(...kind === "line" ? [prefix, bytes, suffix] : [bytes]);
      size += bytes.length + (kind === "line" ? 2 : 0);
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

Deno.test("take() gives pieces of 64 KiB at most, but for one event that is larger", () => {
  const backlog = new Backlog(MANY, budgetOf(MANY));
  for (let i = 0; i < 200; i++) offer(backlog, 1_000);
  offer(backlog, 300_000);
  offer(backlog, 1_000);
  const sizes = takeAll(backlog).map(({ chunk }) => chunk.length);
  assertEquals(sizes, [65_000, 65_000, 65_000, 5_000, 300_000, 1_000]);
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
      assertEquals(budget.used, all.reduce((sum, { length }) => sum + length, 0));
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
  for (let i = 0; i < 1_000; i++) backlog.addLine(utf8("data: "), new Uint8Array(200), none, 150);
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
