import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { StdoutQueue } from "../../../lib/telemetry/stdout_queue.ts";
import { within } from "../../support/patience.ts";
import { settled } from "../../support/stream_under_test.ts";

/** The result of a write: the number of bytes taken, or an error. */
type Outcome = number | Error;

/** An output whose text the test reads. */
class Pipe {
  text = "";
  /** Sizes of the requested writes. */
  readonly writes: number[] = [];
  /** The results of the next writes; later ones take everything. */
  outcomes: Outcome[] = [];
  #open: PromiseWithResolvers<void> | undefined;

  /** Blocks all writes until the returned function is called. */
  block(): () => void {
    this.#open = Promise.withResolvers();
    return this.#open.resolve;
  }

  write = async (bytes: Uint8Array): Promise<number> => {
    this.writes.push(bytes.length);
    await this.#open?.promise;
    const outcome = this.outcomes.shift() ?? bytes.length;
    if (outcome instanceof Error) throw outcome;
    const taken = Math.min(outcome, bytes.length);
    this.text += new TextDecoder().decode(bytes.subarray(0, taken));
    return taken;
  };
}

function open(): { pipe: Pipe; queue: StdoutQueue } {
  const pipe = new Pipe();
  return { pipe, queue: new StdoutQueue(pipe, (lines) => `dropped ${lines}\n`) };
}

/** Creates the line with this number, of this size. */
function line(number: number, size = 1_024): string {
  return `line ${number} `.padEnd(size - 1, "x") + "\n";
}

/** Returns the numbers of the lines in `text`, and the gaps between them: `[0, 1, "dropped 5", 7]`. */
function read(text: string): (number | string)[] {
  assert(text === "" || text.endsWith("\n"), "The last line is complete");
  return text.split("\n").slice(0, -1).map((each) => {
    const number = /^line (\d+) x*$/.exec(each)?.[1];
    return number === undefined ? each : Number(number);
  });
}

Deno.test("StdoutQueue writes complete lines in order, as many at a time as a pipe takes atomically", async () => {
  const { pipe, queue } = open();
  for (let i = 0; i < 10; i++) queue.write(line(i));
  assertEquals(pipe.text, "", "Nothing is written while lines are logged");
  await queue.drain();
  assertEquals(read(pipe.text), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(pipe.writes, [4_096, 4_096, 2_048]);
  queue.write(line(10, 10_000));
  queue.write(line(11));
  await queue.drain();
  assertEquals(pipe.writes.slice(3), [10_000, 1_024], "A longer line is written alone");
  assertEquals(queue.dropped, 0);
});

Deno.test("StdoutQueue writes a line even if it is not drained", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const output = {
    write(bytes: Uint8Array) {
      resolve(new TextDecoder().decode(bytes));
      return Promise.resolve(bytes.length);
    },
  };
  new StdoutQueue(output, String).write("a line\n");
  assertEquals(await within(promise, "The line was not written"), "a line\n");
});

Deno.test("StdoutQueue holds 4 MiB while nobody reads, and reports in one line how many lines it dropped", async () => {
  const { pipe, queue } = open();
  const resume = pipe.block();
  const held = 4_096;
  for (let i = 0; i < 9_000; i++) queue.write(line(i));
  assertEquals(queue.dropped, 9_000 - held);
  await queue.drain();
  queue.write(line(9_000));
  assertEquals(queue.dropped, 9_001 - held);
  resume();
  await settled();
  queue.write(line(9_001));
  await queue.drain();
  assertEquals(read(pipe.text), [
    ...Array.from({ length: held }, (_, i) => i),
    `dropped ${9_001 - held}`,
    9_001,
  ]);
});

Deno.test("StdoutQueue drops and counts lines that cannot be written, and continues once they can", async () => {
  const { pipe, queue } = open();
  const broken = new Deno.errors.BrokenPipe("Broken pipe");
  pipe.outcomes = [broken, broken, broken];
  for (let i = 0; i < 5; i++) queue.write(line(i));
  await queue.drain();
  assertEquals([pipe.text, queue.dropped], ["", 5]);
  queue.write(line(5));
  await queue.drain();
  assertEquals([pipe.text, queue.dropped], ["", 6]);
  queue.write(line(6));
  await queue.drain();
  assertEquals([read(pipe.text), queue.dropped], [["dropped 6", 6], 6]);
});

Deno.test("StdoutQueue drops every line that a broken output does not take, however long it is", async () => {
  const { pipe, queue } = open();
  pipe.write = () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
  for (let i = 0; i < 20; i++) queue.write(line(i, 4_090));
  await queue.drain();
  queue.write(line(20, 4_090));
  await queue.drain();
  assertEquals(queue.dropped, 21);
});

Deno.test("StdoutQueue starts a new line after one that a full disk has cut off", async () => {
  const { pipe, queue } = open();
  const full = new Error("No space left on device");
  pipe.outcomes = [1_500, full, 5, full];
  for (let i = 0; i < 4; i++) queue.write(line(i));
  await queue.drain();
  queue.write(line(4));
  await queue.drain();
  queue.write(line(5));
  await queue.drain();
  const lines = pipe.text.split("\n");
  assertEquals(lines, [
    ...line(0).split("\n", 1),
    line(1).slice(0, 476),
    "drop",
    "dropped 4",
    ...line(5).split("\n"),
  ]);
  assertEquals(queue.dropped, 4);
});

Deno.test("StdoutQueue loses nothing if the output is non-blocking and full for a while", async () => {
  const { pipe, queue } = open();
  const full = new Deno.errors.WouldBlock("Resource temporarily unavailable");
  pipe.outcomes = [full, 100, full];
  for (let i = 0; i < 6; i++) queue.write(line(i));
  // On a busy machine one drain() may not outlast the second time that the output is full.
  for (let i = 0; i < 50 && pipe.text.split("\n").length <= 6; i++) await queue.drain();
  assertEquals([read(pipe.text), queue.dropped], [[0, 1, 2, 3, 4, 5], 0]);
});

Deno.test("StdoutQueue.drain() does not wait for a write that has been blocked for a long time", async () => {
  const { pipe, queue } = open();
  const resume = pipe.block();
  queue.write(line(0));
  await within(queue.drain(), "drain() waited for the reader");
  queue.write(line(1));
  let late = false;
  const timer = setTimeout(() => late = true, 0);
  await queue.drain();
  clearTimeout(timer);
  assert(!late, "It returned in the same turn of the event loop");
  resume();
  await settled();
  assertEquals(read(pipe.text), [0, 1]);
});

Deno.test("StdoutQueue accounts for each line exactly once, in order, whatever the output does", async () => {
  const outcome = fc.oneof(
    fc.constant(Infinity),
    fc.constant(new Deno.errors.BrokenPipe("Broken pipe")),
  );
  const batch = fc.array(fc.integer({ min: 20, max: 1_200_000 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(batch, outcome), { maxLength: 12 }), async (rounds) => {
      const { pipe, queue } = open();
      pipe.outcomes = rounds.map(([, outcome]) => outcome);
      let count = 0;
      for (const [sizes] of rounds) {
        for (const size of sizes) queue.write(line(count++, size));
        await queue.drain();
      }
      pipe.outcomes = [];
      queue.write(line(count++));
      await queue.drain();
      let next = 0;
      let dropped = 0;
      for (const entry of read(pipe.text)) {
        if (typeof entry === "number") assertEquals(entry, next++);
        else {
          const lines = Number(/^dropped (\d+)$/.exec(entry)![1]);
          next += lines;
          dropped += lines;
        }
      }
      assertEquals([next, dropped], [count, queue.dropped]);
    }),
    { numRuns: 50 },
  );
});
