import { assert, assertEquals } from "@std/assert";
import { Overlap } from "../../../../web/connection/stream/overlap.ts";

const wait = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

/** The lines of `fresh` that `old` does not have. */
function joined(overlap: Overlap, fresh: string[]): string[] {
  const isNew = overlap.join();
  return fresh.filter(isNew);
}

Deno.test("the lines that both streams have are not new", () => {
  const overlap = new Overlap();
  overlap.addOld("a");
  overlap.start();
  for (const line of ["b", "c"]) overlap.addOld(line);
  for (const line of ["b", "c", "d"]) overlap.addNew(line);
  assert(overlap.isComplete);
  assertEquals(joined(overlap, ["b", "c", "d", "b", "c"]), ["d", "b", "c"]);
});

Deno.test("lines that the new stream has yet to deliver are not new either", () => {
  const overlap = new Overlap();
  overlap.start();
  for (const line of ["a", "b", "c"]) overlap.addOld(line);
  overlap.addNew("a");
  assertEquals(joined(overlap, ["a", "b", "c", "d"]), ["d"]);
});

Deno.test("a stream that has not arrived where the next one starts is not complete", () => {
  const overlap = new Overlap();
  overlap.start();
  for (const line of ["a", "b"]) overlap.addOld(line);
  assert(!overlap.isComplete, "Older lines may follow");
  for (const line of ["d", "e"]) overlap.addNew(line);
  assert(!overlap.isComplete, "c may follow");
  for (const line of ["c", "d"]) overlap.addOld(line);
  assert(overlap.isComplete);
  assertEquals(joined(overlap, ["d", "e"]), ["e"]);
});

Deno.test("lines from before the old stream was watched are not new", () => {
  const overlap = new Overlap();
  overlap.start();
  for (const line of ["b", "x", "c", "x"]) overlap.addOld(line);
  for (const line of ["x", "x", "b", "x", "c", "x", "d"]) overlap.addNew(line);
  assert(overlap.isComplete);
  assertEquals(joined(overlap, ["x", "x", "b", "x", "c", "x", "d", "x"]), ["d", "x"]);
});

Deno.test("a line that only the new stream has is new if the order may differ", () => {
  const overlap = new Overlap();
  overlap.start();
  overlap.addOld("a");
  for (const line of ["b", "a"]) overlap.addNew(line);
  assertEquals(joined(overlap, ["b", "a", "c"]).includes("b"), true);
});

Deno.test("two silent streams are complete", () => {
  const overlap = new Overlap();
  overlap.addOld("a");
  overlap.start();
  assert(overlap.isComplete);
  assertEquals(joined(overlap, ["a"]), ["a"]);
});

Deno.test("identical lines are counted by when the streams were in step", async () => {
  const overlap = new Overlap();
  for (let i = 0; i < 7; i++) overlap.addOld("x");
  overlap.start();
  for (let i = 0; i < 5; i++) {
    await wait(20);
    overlap.addOld("x");
    overlap.addNew("x");
  }
  await wait(20);
  assertEquals(joined(overlap, new Array(8).fill("x")), ["x", "x", "x"]);
});

Deno.test("lines in another order are matched by their content", async () => {
  const overlap = new Overlap();
  overlap.start();
  await wait(20);
  for (const line of ["a", "b", "c", "d"]) overlap.addOld(line);
  for (const line of ["b", "a", "d", "c"]) overlap.addNew(line);
  await wait(20);
  assertEquals(joined(overlap, ["b", "a", "d", "c", "e"]), ["e"]);
});
