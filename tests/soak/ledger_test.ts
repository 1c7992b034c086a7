import { assert, assertEquals, assertThrows } from "@std/assert";
import { Journal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { payloadOf, type Scope } from "./line.ts";

const ALL: Scope = { app: "*" };
/** Before, and after, all that is published here. */
const BEFORE = Date.now() - 10_000;
const after = () => Date.now();

/** An account that begins with line 0, of 100 lines that are published at once. */
function open(scope = ALL): Ledger {
  const journal = new Journal();
  const ledger = new Ledger(journal, scope);
  journal.enter(100)();
  return ledger;
}

/** Has lines come from number `from` up to, and without, `to`. */
function come(ledger: Ledger, from: number, to: number): void {
  for (let number = from; number < to; number++) ledger.line(payloadOf(number));
}

Deno.test("Ledger settles where each line has come", () => {
  const ledger = open();
  come(ledger, 0, 100);
  ledger.settle(100);
  assertEquals(ledger.tally, { lines: 100, dropped: 0, drops: 0, absent: 0, absences: 0 });
});

Deno.test("Ledger misses one line, wherever it is", () => {
  for (const missing of [0, 7, 99]) {
    const ledger = open();
    come(ledger, 0, missing);
    assertThrows(
      () => {
        come(ledger, missing + 1, 100);
        ledger.settle(100);
      },
      Error,
      "1 are missing",
    );
  }
});

Deno.test("Ledger takes a dropped event that counts just what is missing, and no other", () => {
  for (const [count, exact] of [[9, false], [10, true], [11, false]] as const) {
    const ledger = open();
    come(ledger, 0, 20);
    ledger.dropped(count);
    if (exact) come(ledger, 30, 100);
    else assertThrows(() => come(ledger, 30, 100), Error, `${count} are told as dropped`);
  }
});

Deno.test("Ledger takes no dropped event in another place than its lines", () => {
  const ledger = open();
  ledger.dropped(10);
  assertThrows(() => come(ledger, 0, 20), Error, "10 are told as dropped");
  const late = open();
  come(late, 0, 20);
  assertThrows(() => come(late, 30, 31), Error, "0 are told as dropped");
});

Deno.test("Ledger takes it that lines are missing while NATS was away, and at no other time", () => {
  for (const away of [true, false]) {
    const ledger = open();
    come(ledger, 0, 20);
    ledger.status("disconnected", BEFORE);
    ledger.status("connected", away ? after() : BEFORE + 1);
    if (away) come(ledger, 30, 100);
    else assertThrows(() => come(ledger, 30, 100), Error, "10 are missing");
    assertEquals(ledger.tally.absent, away ? 10 : 0);
  }
});

Deno.test("Ledger takes no status of a time to come, or of long before the lines", () => {
  const ledger = open();
  come(ledger, 0, 20);
  assertThrows(() => ledger.status("disconnected", after() + 60_000), Error, "to come");
  assertThrows(() => ledger.status("disconnected", after() - 60_000), Error, "long before");
});

Deno.test("Ledger no longer counts on an absence that is over", () => {
  const ledger = open();
  ledger.status("disconnected", BEFORE);
  ledger.status("connected", after());
  come(ledger, 5, 20);
  assertThrows(() => come(ledger, 30, 100), Error, "10 are missing");
});

Deno.test("Ledger wants status events in pairs", () => {
  const ledger = open();
  assertThrows(() => ledger.status("connected", 1), Error, "twice");
  ledger.status("disconnected", 1);
  assertThrows(() => ledger.status("disconnected", 2), Error, "twice");
});

Deno.test("Ledger refuses a foreign line, a line that comes twice, or late, or changed", () => {
  assertThrows(() => open({ app: "loud" }).line(payloadOf(1)), Error, "foreign");
  const other = open({ app: "loud", region: "iad" });
  assertThrows(() => other.line(payloadOf(0)), Error, "foreign");
  const ledger = open();
  come(ledger, 0, 20);
  for (const number of [19, 3]) {
    assertThrows(() => ledger.line(payloadOf(number)), Error, "came after line 19");
  }
  assertThrows(() => ledger.line(`${payloadOf(20)}!`), Error, "never published");
});

Deno.test("Ledger takes lines that were on their way as it was opened, and needs none of them", () => {
  const journal = new Journal();
  journal.enter(50)();
  const ledger = new Ledger(journal, ALL);
  journal.enter(50)();
  come(ledger, 40, 100);
  ledger.settle(100);
  assert(new Ledger(journal, ALL).isSettled(100));
});

Deno.test("Ledger refuses a last count of more lines than there were", () => {
  const ledger = open();
  come(ledger, 0, 90);
  ledger.dropped(11);
  assertThrows(() => ledger.end(after()), Error, "1 lines too many");
});
