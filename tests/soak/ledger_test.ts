import { assert, assertEquals, assertThrows } from "@std/assert";
import { Journal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { payloadOf, type Scope } from "./line.ts";

const ALL: Scope = { app: "*" };
/** Times before and after everything that is published here. */
const BEFORE = Date.now() - 10_000;
const after = () => Date.now();

/** A ledger that starts with line 0 of 100 lines published at once. */
function open(scope = ALL): Ledger {
  const journal = new Journal();
  const ledger = new Ledger(journal, scope);
  journal.enter(100)();
  return ledger;
}

/** Delivers lines `from` to `to` (exclusive). */
function deliver(ledger: Ledger, from: number, to: number): void {
  for (let number = from; number < to; number++) ledger.line(payloadOf(number));
}

Deno.test("Ledger settles if every line has arrived", () => {
  const ledger = open();
  deliver(ledger, 0, 100);
  ledger.settle(100);
  assertEquals(ledger.tally, { lines: 100, dropped: 0, drops: 0, absent: 0, absences: 0 });
});

Deno.test("Ledger detects a missing line, wherever it is", () => {
  for (const missing of [0, 7, 99]) {
    const ledger = open();
    deliver(ledger, 0, missing);
    assertThrows(
      () => {
        deliver(ledger, missing + 1, 100);
        ledger.settle(100);
      },
      Error,
      "1 are missing",
    );
  }
});

Deno.test("Ledger accepts only a dropped event that counts precisely the missing lines", () => {
  for (const [count, exact] of [[9, false], [10, true], [11, false]] as const) {
    const ledger = open();
    deliver(ledger, 0, 20);
    ledger.dropped(count);
    if (exact) deliver(ledger, 30, 100);
    else assertThrows(() => deliver(ledger, 30, 100), Error, `${count} are reported as dropped`);
  }
});

Deno.test("Ledger accepts a dropped event only in the place of its lines", () => {
  const ledger = open();
  ledger.dropped(10);
  assertThrows(() => deliver(ledger, 0, 20), Error, "10 are reported as dropped");
  const late = open();
  deliver(late, 0, 20);
  assertThrows(() => deliver(late, 30, 31), Error, "0 are reported as dropped");
});

Deno.test("Ledger accepts missing lines only if NATS was away when they were published", () => {
  for (const away of [true, false]) {
    const ledger = open();
    deliver(ledger, 0, 20);
    ledger.status("disconnected", BEFORE);
    ledger.status("connected", away ? after() : BEFORE + 1);
    if (away) deliver(ledger, 30, 100);
    else assertThrows(() => deliver(ledger, 30, 100), Error, "10 are missing");
    assertEquals(ledger.tally.absent, away ? 10 : 0);
  }
});

Deno.test("Ledger rejects a status from the future or much older than the lines", () => {
  const ledger = open();
  deliver(ledger, 0, 20);
  assertThrows(() => ledger.status("disconnected", after() + 60_000), Error, "in the future");
  assertThrows(() => ledger.status("disconnected", after() - 60_000), Error, "much older");
});

Deno.test("Ledger does not attribute later losses to an earlier absence", () => {
  const ledger = open();
  ledger.status("disconnected", BEFORE);
  ledger.status("connected", after());
  deliver(ledger, 5, 20);
  assertThrows(() => deliver(ledger, 30, 100), Error, "10 are missing");
});

Deno.test("Ledger requires status events in pairs", () => {
  const ledger = open();
  assertThrows(() => ledger.status("connected", 1), Error, "twice");
  ledger.status("disconnected", 1);
  assertThrows(() => ledger.status("disconnected", 2), Error, "twice");
});

Deno.test("Ledger rejects a line of another app, and one that is repeated, late or changed", () => {
  assertThrows(() => open({ app: "loud" }).line(payloadOf(1)), Error, "does not match");
  const other = open({ app: "loud", region: "iad" });
  assertThrows(() => other.line(payloadOf(0)), Error, "does not match");
  const ledger = open();
  deliver(ledger, 0, 20);
  for (const number of [19, 3]) {
    assertThrows(() => ledger.line(payloadOf(number)), Error, "came after line 19");
  }
  assertThrows(() => ledger.line(`${payloadOf(20)}!`), Error, "never published");
});

Deno.test("Ledger accepts lines in transit when it was created, but does not require them", () => {
  const journal = new Journal();
  journal.enter(50)();
  const ledger = new Ledger(journal, ALL);
  journal.enter(50)();
  deliver(ledger, 40, 100);
  ledger.settle(100);
  assert(new Ledger(journal, ALL).isSettled(100));
});

Deno.test("Ledger rejects a last count of more lines than were published", () => {
  const ledger = open();
  deliver(ledger, 0, 90);
  ledger.dropped(11);
  assertThrows(() => ledger.end(after()), Error, "1 lines too many");
});
