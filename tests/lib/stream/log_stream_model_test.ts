import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  arrive,
  type OpenStream,
  openStream,
  readLines,
  settled,
  status,
} from "../../support/stream_under_test.ts";

/** Something that happens to one of the streams. */
type Step =
  | { readonly act: "push"; readonly size: number; readonly times: number }
  | { readonly act: "read" | "settle" | "notify" | "tick" | "end" };

const act = <T extends Step["act"]>(act: T) => fc.constant({ act });
const push = (most: number, times: number) =>
  fc.record({
    act: fc.constant("push" as const),
    size: fc.integer({ min: 5, max: most }),
    times: fc.integer({ min: 1, max: times }),
  });
const steps = fc.array(
  fc.tuple(
    fc.nat(2),
    fc.oneof(
      { weight: 8, arbitrary: push(300, 12) },
      { weight: 1, arbitrary: push(100_000, 2) },
      { weight: 6, arbitrary: act("read") },
      { weight: 6, arbitrary: act("settle") },
      { weight: 2, arbitrary: act("notify") },
      { weight: 1, arbitrary: act("tick") },
    ),
  ),
  { maxLength: 60, size: "max" },
);
const bounds = fc.record({
  bufferBytes: fc.constantFrom(1, 400, 2_000, 80_000),
  total: fc.constantFrom(800, 3_000, 100_000, Infinity),
});

/** A stream, and the chunks that its reader has asked for without waiting for them. */
interface Reading {
  readonly open: OpenStream;
  readonly taken: ReturnType<OpenStream["take"]>[];
}

function perform({ open, taken }: Reading, step: Step): Promise<void> | undefined {
  switch (step.act) {
    case "push":
      for (let i = 0; i < step.times; i++) open.push(step.size);
      return;
    case "read":
      return void taken.push(open.take());
    case "settle":
      return settled();
    case "notify":
      // It carries the number of lines before it, so that its position can be checked.
      return open.stream.notify(status("connected", `${open.pushed.length}`)) as undefined;
    case "tick":
      return open.tick(0, 0) as undefined;
    case "end":
      return open.stream.end("denied") as undefined;
  }
}

/** Asserts that each pushed line was delivered, or is counted in a `dropped` event where it is missing. */
async function assertComplete({ open, taken }: Reading, reason: string): Promise<void> {
  const events = [...(await Promise.all(taken)).flat(), ...await readLines(open.reader)];
  let next = 0;
  let dropped = 0;
  for (const [i, { id, event, count, bytes, ...rest }] of events.entries()) {
    if (id !== undefined) {
      assertEquals(id, next++, "a line is out of order, or missing without being counted");
    } else if (event === "dropped") {
      const missing = open.pushed.slice(next, next += count!);
      assertEquals(
        bytes,
        missing.reduce((sum, size) => sum + size, 0),
        "the event counts other bytes than are missing",
      );
      dropped += count!;
    } else if (event === "status") {
      assertEquals(rest.at, `${next}`, "a notice is out of order");
    } else {
      assertEquals([event, rest.reason, i], ["end", reason, events.length - 1]);
    }
  }
  assertEquals(next, open.pushed.length, "the last lines are missing without being counted");
  assertEquals(open.closed, [
    { reason, events: next - dropped, dropped, bytes: open.bytes() } as typeof open.closed[0],
  ]);
}

Deno.test("a stream delivers each line in order, or counts it where it was dropped", async () => {
  let [lost, delivered] = [0, 0];
  await fc.assert(
    fc.asyncProperty(steps, bounds, async (steps, { bufferBytes, total }) => {
      const budget = { used: 0, total };
      const limits = { bufferBytes };
      const all: Reading[] = Array.from(
        { length: 3 },
        () => ({ open: openStream({ limits, budget }), taken: [] }),
      );
      for (const [i, step] of steps) await perform(all[i]!, step);
      for (const reading of all) perform(reading, { act: "end" });
      for (const reading of all) {
        await assertComplete(reading, "denied");
        reading.open.stream.release();
        lost += reading.open.closed[0]!.dropped;
        delivered += reading.open.closed[0]!.events;
      }
      assertEquals(budget.used, 0);
    }),
    { numRuns: 300 },
  );
  assert(
    lost > 500 && delivered > 500,
    `Only ${lost} lines were dropped and ${delivered} delivered`,
  );
});

Deno.test("streams together never hold more than the total, whatever their readers do", async () => {
  await fc.assert(
    fc.asyncProperty(steps, bounds, async (steps, { bufferBytes, total }) => {
      const budget = { used: 0, total };
      const open = Array.from({ length: 3 }, () => openStream({ limits: { bufferBytes }, budget }));
      // There is always room for control events: they are small, and at most one per step.
      const own = 128 * steps.length;
      for (const [i, step] of steps) {
        await perform({ open: open[i]!, taken: [] }, step);
        assert(budget.used <= total + own, `${budget.used} bytes are held of ${total}`);
      }
      for (const { reader } of open) await reader.cancel();
      assertEquals(budget.used, 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a stream with a stalled reader ends, frees its memory and counts every line that was not taken", async () => {
  let stalled = 0;
  await fc.assert(
    fc.asyncProperty(steps, bounds, async (steps, { bufferBytes, total }) => {
      const budget = { used: 0, total };
      const limits = { bufferBytes, stallTime: 1_000 };
      const reading: Reading = { open: openStream({ limits, budget }), taken: [] };
      const { open } = reading;
      await arrive(open);
      for (const [, step] of steps) await perform(reading, step);
      open.tick(1_000, 0);
      if (!open.stream.ended) return void await open.reader.cancel();
      stalled++;
      assertEquals([open.ends, open.abandons], [1, 1]);
      // Here the notices come before a single count of all lines that were not taken.
      const events = [
        ...(await Promise.all(reading.taken)).flat(),
        ...await readLines(open.reader),
      ];
      const counts = events.map(({ count }) => count ?? 0);
      const dropped = counts.reduce((sum, count) => sum + count, 0);
      const ids = events.flatMap(({ id }) => id ?? []);
      assertEquals(ids, [...ids].sort((a, b) => a - b));
      assertEquals(ids.length + dropped, open.pushed.length);
      assertEquals(events.at(-1), { event: "end", reason: "stalled" });
      const { reason, events: taken, ...rest } = open.closed[0]!;
      assertEquals([reason, taken, rest], ["stalled", ids.length, {
        dropped,
        bytes: open.bytes(),
      }]);
      open.stream.release();
      assertEquals(budget.used, 0);
    }),
    { numRuns: 300 },
  );
  assert(stalled > 50, `Expected many readers to stall, but only ${stalled} did`);
});
