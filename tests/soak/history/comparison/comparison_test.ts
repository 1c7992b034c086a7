import { assertEquals } from "@std/assert";
import { payloadOf } from "../../line.ts";
import { AnnouncedLines } from "./announced_lines.ts";
import { compare, type Comparison, type Truth } from "./comparison.ts";
import { Receipts } from "./receipts.ts";

/** Line 7 is stored twice. */
const STORED = [0, 4, 5, 7, 8, 7, 9].map((number, id) => id === 0 ? -1 : number);
const TRUTH: Truth = {
  stored: STORED,
  scope: [1, 2, 3, 4, 5, 6],
  isOwn: (number) => number !== 30,
  reused: new Set(),
};

/** The deviations of a client that received these lines: IDs, or numbers of dropped lines after "-". */
function deviationsOf(received: readonly (number | string)[]): number[] {
  const receipts = new Receipts();
  for (const item of received) {
    if (typeof item === "string") receipts.takeDropped(Number(item.slice(1)));
    else receipts.takeLine(payloadOf(STORED[item]!), String(item));
  }
  return deviations(compare(receipts, TRUTH));
}

function deviations({ lost, duplicated, misordered, foreign }: Comparison): number[] {
  return [lost, duplicated, misordered, foreign];
}

Deno.test("compare() accepts every line from the first one on, once and in order", () => {
  assertEquals(deviationsOf([1, 2, 3, 4, 5, 6]), [0, 0, 0, 0]);
  assertEquals(deviationsOf([3, 4, 5, 6]), [0, 0, 0, 0]);
  assertEquals(deviationsOf([2, 3, "-2", 6]), [0, 0, 0, 0]);
  assertEquals(deviationsOf([2, 3, 4, 5, "-1"]), [0, 0, 0, 0]);
  assertEquals(deviationsOf([]), [0, 0, 0, 0]);
});

Deno.test("compare() counts lost, duplicated, misordered and foreign lines", () => {
  assertEquals(deviationsOf([1, 3, 4, 5, 6]), [1, 0, 0, 0]);
  assertEquals(deviationsOf([1, 2, 3]), [3, 0, 0, 0]);
  assertEquals(deviationsOf([1, 2, "-2", 4, 5, 6]), [1, 0, 0, 0]);
  assertEquals(deviationsOf([1, 2, 2, 3, 4, 5, 6]), [0, 1, 0, 0]);
  assertEquals(deviationsOf([1, 3, 2, 4, 5, 6]), [1, 0, 1, 0]);
  assertEquals(deviationsOf([1, 2, 3, 4, 2, 4, 5, 6]), [0, 2, 0, 0]);
  const receipts = new Receipts();
  receipts.takeLine(payloadOf(4), "2");
  assertEquals(compare(receipts, { ...TRUTH, scope: [2] }).foreign, 1);
});

Deno.test("compare() accepts other lines of the scope with IDs that NATS reused, once and in order", () => {
  const receipts = new Receipts();
  const lines = [[1, 4], [2, 20], [4, 21], [4, 22], [3, 23], [4, 30], [6, 9]] as const;
  for (const [id, number] of lines) receipts.takeLine(payloadOf(number), String(id));
  const reused = new Set([2, 3, 4]);
  const comparison = compare(receipts, { ...TRUTH, reused });
  assertEquals(deviations(comparison), [1, 1, 1, 1]);
  assertEquals(comparison.revoked, 2);
  assertEquals(compare(receipts, TRUTH).foreign, 5);
});

Deno.test("AnnouncedLines finds the IDs that NATS reused, and those between them", () => {
  const announced = new AnnouncedLines();
  STORED.forEach((number, id) => announced.add(id, number));
  assertEquals([...announced.reused(STORED)], []);
  announced.add(2, 20);
  announced.add(4, 21);
  assertEquals([...announced.reused(STORED)], [2, 3, 4]);
});
