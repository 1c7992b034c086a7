/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import { assertEventually } from "../../support/patience.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";
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

/** A line that was written at a millisecond of a second. */
function at(ms: number, machine = "m1"): string {
  const timestamp = new Date(Date.UTC(2026, 10, 20) + ms).toISOString();
  return flyPayload({ message: `${ms}`, timestamp, machine });
}

function summary(store: Store): string[] {
  return [...store.all()].map((row) => row.kind === "line" ? row.message : row.kind);
}

function assertAscending(store: Store): void {
  const ids = [...store.all()].map(({ id }) => id);
  assertEquals(ids, ids.toSorted((a, b) => a - b));
}

Deno.test("lines are sorted by time after a moment, with ascending ids, and reported once", async () => {
  const store = new Store(100_000);
  const reported: [string, number, boolean][] = [];
  const rows = new IncomingRows(store, ({ message, id }, isHistory) => {
    reported.push([message, id, isHistory]);
  });
  rows.sort(true);
  rows.onLine(at(30), true);
  for (const ms of [20, 40, 10]) rows.onLine(at(ms, `m${ms}`));
  assertEquals(store.size, 0, "They wait");
  await assertEventually(() => summary(store), ["10", "20", "30", "40"]);
  assertAscending(store);
  const ids = [...store.all()].map(({ id }) => id);
  const expected = ["10", "20", "30", "40"].map((text, i) => [text, ids[i], text === "30"]);
  assertEquals(reported, expected as typeof reported);
});

Deno.test("gaps and the mark of live lines keep their places among sorted lines", () => {
  const { store, rows } = create();
  rows.sort(true);
  rows.onLine(at(30), true);
  rows.onLine(at(20), true);
  rows.onLive();
  rows.onLine(at(15));
  rows.onDropped(1, 1);
  rows.onLine(at(12));
  rows.onLine(at(11));
  rows.onLost(0);
  rows.onOpen();
  rows.onLine(at(10));
  rows.sort(false);
  rows.onLine(at(5));
  assertEquals(summary(store), [
    ...["20", "30", "live", "15", "gap", "11", "12", "gap", "10", "5"],
  ]);
  assertAscending(store);
});

Deno.test("older lines are sorted too, and stay before all others", () => {
  const { store, rows } = create();
  rows.sort(true);
  rows.onLine(at(100));
  rows.sort(true);
  const lines = [3, 1, 2].map((ms, i) => ({ payload: at(ms, `m${i}`), id: `${i}` }));
  rows.prepend({ lines, gap: "retention" });
  assertEquals(summary(store), ["gap", "1", "2", "3", "100"]);
  assertAscending(store);
});

Deno.test("a stack trace is one row if the lines of several machines are sorted", () => {
  const { store, rows } = create();
  rows.sort(true);
  rows.onLine(flyPayload({ message: "Error: x", machine: "a" }));
  rows.onLine(at(5, "b"));
  rows.onLine(flyPayload({ message: "\tat a.B.c(B.java:1)", machine: "a" }));
  rows.sort(false);
  assertEquals(summary(store).length, 2);
});

Deno.test("no line that waits appears after the list was cleared", () => {
  const { store, rows } = create();
  rows.sort(true);
  rows.onLine(at(5));
  rows.clear();
  rows.sort(false);
  assertEquals(store.size, 0);
});
