import { assertEquals } from "@std/assert";
import { payloadOf } from "../../line.ts";
import { compare } from "./comparison.ts";
import { Receipts } from "./receipts.ts";

/** Line 7 is stored twice. */
const STORED = [0, 4, 5, 7, 8, 7, 9].map((number, id) => id === 0 ? -1 : number);
const SCOPE = [1, 2, 3, 4, 5, 6];

/** The deviations of a client that received these lines: IDs, or numbers of dropped lines after "-". */
function deviationsOf(received: readonly (number | string)[], hasIds = true): number[] {
  const receipts = new Receipts();
  for (const item of received) {
    if (typeof item === "string") receipts.takeDropped(Number(item.slice(1)));
    else receipts.takeLine(payloadOf(STORED[item]!), hasIds ? String(item) : undefined);
  }
  const { lost, duplicated, misordered, foreign } = compare(receipts, STORED, SCOPE);
  return [lost, duplicated, misordered, foreign];
}

Deno.test("compare() accepts every line from the first one on, once and in order", () => {
  for (const hasIds of [true, false]) {
    assertEquals(deviationsOf([1, 2, 3, 4, 5, 6], hasIds), [0, 0, 0, 0]);
    assertEquals(deviationsOf([3, 4, 5, 6], hasIds), [0, 0, 0, 0]);
    assertEquals(deviationsOf([5, 6], hasIds), [0, 0, 0, 0]);
    assertEquals(deviationsOf([2, 3, "-2", 6], hasIds), [0, 0, 0, 0]);
    assertEquals(deviationsOf([2, 3, 4, 5, "-1"], hasIds), [0, 0, 0, 0]);
  }
  assertEquals(deviationsOf([]), [0, 0, 0, 0]);
});

Deno.test("compare() counts lost, duplicated, misordered and foreign lines", () => {
  assertEquals(deviationsOf([1, 3, 4, 5, 6]), [1, 0, 0, 0]);
  assertEquals(deviationsOf([1, 2, 3]), [3, 0, 0, 0]);
  assertEquals(deviationsOf([1, 2, "-2", 4, 5, 6]), [1, 0, 0, 0]);
  assertEquals(deviationsOf([1, 2, 2, 3, 4, 5, 6]), [0, 1, 0, 0]);
  assertEquals(deviationsOf([1, 3, 2, 4, 5, 6]), [1, 0, 1, 0]);
  assertEquals(deviationsOf([1, 2, 3, 4, 2, 4, 5, 6], false), [0, 2, 0, 0]);
  const receipts = new Receipts();
  receipts.takeLine(payloadOf(4), "2");
  assertEquals(compare(receipts, STORED, [2]).foreign, 1);
});

Deno.test("compare() accepts lines that NATS announced before it stored others with their IDs", () => {
  const receipts = new Receipts();
  for (const [id, number] of [[1, 4], [2, 20], [4, 21], [6, 9]] as const) {
    receipts.takeLine(payloadOf(number), String(id));
  }
  const revoked = new Map([[2, new Set([20])], [3, new Set([30])], [4, new Set([21])]]);
  const { lost, foreign, revoked: received } = compare(receipts, STORED, SCOPE, revoked);
  assertEquals([lost, foreign, received], [1, 0, 2]);
  const none = compare(receipts, STORED, SCOPE);
  assertEquals([none.lost, none.foreign], [4, 2]);
});
