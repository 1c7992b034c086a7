import { assertEquals, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import { ReadSlots } from "../../../lib/history/read_slots.ts";

Deno.test("run() runs as many reads at the same time as there are slots, in the order of requests", async () => {
  const slots = new ReadSlots(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const reads = [0, 1, 2, 3].map((number) =>
    slots.run(() => {
      started.push(number);
      return new Promise<number>((resolve) => ends[number] = () => resolve(number));
    })
  );
  await setImmediate();
  assertEquals(started, [0, 1]);
  ends[1]!();
  await setImmediate();
  assertEquals(started, [0, 1, 2]);
  ends[0]!();
  await setImmediate();
  for (const end of ends) end();
  assertEquals(await Promise.all(reads), [0, 1, 2, 3]);
});

Deno.test("run() frees the slot of a read that fails", async () => {
  const slots = new ReadSlots(1);
  await assertRejects(() => slots.run(() => Promise.reject(new RangeError("failed"))), RangeError);
  assertEquals(await slots.run(() => Promise.resolve("next")), "next");
});
