import { assert } from "@std/assert";
import fc from "npm:fast-check@^4";
import { findTail, surplusOf } from "../../../../../lib/history/jetstream/reader/tail_search.ts";

/** Searches among the sequence numbers of lines. Resolves to how often lines were counted. */
async function search(sequences: readonly number[], wanted: number): Promise<number> {
  const countFrom = (from: number) => sequences.filter((sequence) => sequence >= from).length;
  const range = { low: 1, total: sequences.length, high: (sequences.at(-1) ?? 0) + 1 };
  let counts = 0;
  const start = await findTail(range, wanted, (sequence) => {
    counts++;
    assert(sequence > range.low && sequence < range.high);
    return Promise.resolve(countFrom(sequence));
  });
  const found = countFrom(start);
  assert(found >= wanted && found <= wanted + surplusOf(wanted), `${found} of ${wanted} lines`);
  return counts;
}

Deno.test("findTail() finds the last lines of an app that logs steadily with one or two counts", async () => {
  for (const [every, wanted] of [[1, 100], [3, 1], [1_000, 100], [7, 2_000]] as const) {
    const sequences = Array.from({ length: 1_000_000 / every }, (_, i) => (i + 1) * every);
    const counts = await search(sequences, wanted);
    assert(counts <= 2, `${counts} counts for the last ${wanted} of every ${every} lines`);
  }
});

Deno.test("findTail() finds the last lines of any history with few counts", async () => {
  const burst = fc.record({
    gap: fc.nat(2_000_000),
    step: fc.integer({ min: 1, max: 50 }),
    length: fc.integer({ min: 1, max: 2_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(burst, { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (bursts, share) => {
        const sequences: number[] = [];
        for (const { gap, step, length } of bursts) {
          const first = (sequences.at(-1) ?? 0) + gap + 1;
          for (let i = 0; i < length; i++) sequences.push(first + i * step);
        }
        const counts = await search(sequences, Math.ceil(share * sequences.length) || 1);
        // Every other count halves the range.
        assert(counts <= 2 * Math.ceil(Math.log2(sequences.at(-1)! + 1)), `${counts} counts`);
      },
    ),
    { numRuns: 200 },
  );
});
