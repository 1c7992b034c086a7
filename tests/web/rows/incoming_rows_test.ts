/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import { IncomingRows } from "../../../web/rows/incoming_rows.ts";
import { Store } from "../../../web/rows/store.ts";

function create(): { store: Store; rows: IncomingRows } {
  const store = new Store(100_000);
  return { store, rows: new IncomingRows(store, () => {}) };
}

Deno.test("a stream that opens also ends a NATS outage, and the next outage is a new row", () => {
  const { store, rows } = create();
  rows.onOpen();
  rows.onNats("disconnected", 1000);
  rows.onOpen();
  rows.onNats("disconnected", 90_000);
  const gaps = [...store.all()].map((row) => row.kind === "gap" && row.gap === "nats" && row);
  assertEquals(gaps.map((gap) => gap && [gap.from, gap.to !== undefined]), [
    [1000, true],
    [90_000, false],
  ]);
});

Deno.test("the number of characters held back is limited", () => {
  const { store, rows } = create();
  rows.pause();
  for (let i = 0; i < 150; i++) rows.onLine("x".repeat(1_000_000));
  assert(rows.waiting <= 100, `${rows.waiting} MB are held back`);
  rows.resume();
  assertEquals(store.size, 100);
});

Deno.test("a stack trace is one row, also while paused, and a gap ends it", () => {
  const { store, rows } = create();
  const messages = () => [...store.all()].map((row) => row.kind === "line" ? row.message : "gap");
  const frame = "\tat a.B.c(B.java:1)";
  for (const line of ["Error: x", frame]) rows.onLine(line);
  assertEquals(messages(), [`Error: x\n${frame}`]);
  rows.onDropped(1, 1);
  rows.onLine(frame);
  assertEquals(messages().slice(1), ["gap", frame]);
  rows.pause();
  for (const line of [frame, "Error: y", frame]) rows.onLine(line);
  assertEquals([rows.waiting, messages().length], [2, 3]);
  rows.resume();
  assertEquals(messages().slice(3), [frame, `Error: y\n${frame}`]);
});

Deno.test("no line of a stack trace is lost if its beginning has been removed", () => {
  const { store, rows } = create();
  rows.onLine("Error: x");
  store.limit = 1;
  rows.onLine("GET / 200");
  store.clear();
  rows.onLine("Error: y");
  store.clear();
  rows.onLine("\tat a.B.c(B.java:1)");
  assertEquals(store.size, 1);
});
