/** The memory for all stalled readers together is bounded. */
import { assert, assertEquals } from "@std/assert";
import { memory } from "../../../tools/memory.ts";
import { within } from "../../support/patience.ts";
import { type RawReader, readRaw } from "../../support/clients/raw_reader.ts";
import { parseEvents, type Reader } from "../../support/clients/sse_reader.ts";
import { logsUrl, openStream, type Stack, startStack, subjectOf } from "../../support/service.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
const MB = 1024 * 1024;
const BUFFER_BYTES = 4 * MB;
const BUFFER_TOTAL_BYTES = 6 * MB;
const STALLED = 16;
/** More per stalled reader than the kernel and its own buffer hold. */
const LINES = 12_000;
const BATCH = 100;

/** A line of one kilobyte that starts with its number. */
function line(number: number): string {
  return `${number} `.padEnd(1_024, "x");
}

/** Publishes `count` lines starting at number `from`, at the speed of `readers`. */
async function publish({ publisher }: Stack, readers: Reader[], from: number, count: number) {
  for (let first = from; first < from + count; first += BATCH) {
    for (let i = first; i < first + BATCH; i++) publisher.publish(subjectOf("flood"), line(i));
    for (const reader of readers) {
      for (let i = first; i < first + BATCH; i++) {
        const { event, data } = (await reader.next())!;
        assertEquals([event, data], [undefined, line(i)], "A steady reader gets each line");
      }
    }
  }
}

/** What a stalled reader has received. */
interface Tally {
  readonly reader: RawReader;
  delivered: number;
  dropped: number;
}

/** Reads until `lines` are accounted for: each was either delivered or counted as dropped. */
async function account(tally: Tally, lines: number): Promise<void> {
  while (tally.delivered + tally.dropped < lines) {
    for (const { event, data } of parseEvents(await tally.reader.until("\n\n"))) {
      if (event === "dropped") tally.dropped += JSON.parse(data).count;
      else assertEquals([event, data], [undefined, line(tally.delivered++ + tally.dropped)]);
    }
  }
}

Deno.test("Stalled readers share BUFFER_TOTAL_BYTES; others lose no line", LINUX, async () => {
  await using stack = await startStack({
    BUFFER_BYTES: String(BUFFER_BYTES),
    BUFFER_TOTAL_BYTES: String(BUFFER_TOTAL_BYTES),
    STALL_SECONDS: "3600",
  });
  const { service } = stack;
  await using first = await openStream(service, { app: "flood" });
  await using second = await openStream(service, { app: "flood" });
  const steady = [first, second];
  // Memory of a process that has handled the load, before any reader stalls.
  await publish(stack, steady, 0, LINES);
  const before = memory(service.pid);
  using opened = new DisposableStack();
  const tallies = await Promise.all(Array.from({ length: STALLED }, async () => {
    const reader = opened.use(await readRaw(await logsUrl(service, { app: "flood" })));
    await reader.until("\n\n");
    return { reader, delivered: 0, dropped: 0 };
  }));
  await publish(stack, steady, 0, LINES);
  const { peak } = memory(service.pid);
  const growth = peak - before.rss;
  // If there were no common limit, each would fill its own buffer. Garbage collection lags behind.
  assert(growth < STALLED * BUFFER_BYTES * 0.75, `Memory grew by ${growth} bytes`);

  await Promise.all(tallies.map((tally) => account(tally, LINES)));
  const dropped = tallies.map(({ dropped }) => dropped);
  assert(dropped.every((count) => count > 0), `Each reader lost lines: ${dropped}`);
  console.log(
    `${STALLED} stalled readers: at most ${Math.round(growth / MB)} MB more memory, ` +
      `each lost ${Math.min(...dropped)} to ${Math.max(...dropped)} of ${LINES} lines`,
  );

  // They have caught up and the buffers are empty: nobody loses lines any more.
  const caughtUp = tallies.map(({ delivered }) => delivered + LINES);
  await publish(stack, steady, LINES, 200);
  await within(Promise.all(tallies.map((tally) => account(tally, LINES + 200))), "Lines are due");
  assertEquals(tallies.map(({ dropped }) => dropped), dropped);
  assertEquals(tallies.map(({ delivered }) => delivered + LINES - 200), caughtUp);
});
