/**
 * Finds where the last lines of a scope begin. JetStream can count the lines from a sequence number on, but
 * has no request for the last ones.
 *
 * @module
 */

/**
 * Returns the number of lines that may be read in vain to find the last `wanted` ones. To read a few more
 * costs less than to count once more, except in the history of a quiet app.
 */
export function surplusOf(wanted: number): number {
  return Math.min(128, 16 + Math.ceil(wanted / 4));
}

/** The sequence numbers to search. */
export interface SearchRange {
  /** There are at least as many lines from here on as wanted. */
  readonly low: number;
  /** Number of lines from `low` on. */
  readonly total: number;
  /** There are no lines from here on. */
  readonly high: number;
}

/**
 * Resolves to a sequence number from which on there are at least `wanted` lines, and at most
 * {@linkcode surplusOf} more. An estimate that assumes a steady rate takes turns with halving the range,
 * so that bursts cost few counts too.
 *
 * @param wanted At least 1.
 * @param count Resolves to the number of lines from a sequence number on. The result is as exact as this.
 */
export async function findTail(
  range: SearchRange,
  wanted: number,
  count: (sequence: number) => Promise<number>,
): Promise<number> {
  const surplus = surplusOf(wanted);
  let { low, high } = range;
  let total = Math.min(range.total, high - low);
  let above = 0;
  for (
    let estimate = true;
    high - low > 1 && total > wanted + surplus;
    estimate = !estimate
  ) {
    const share = (wanted + surplus / 2 - above) / (total - above);
    const step = Math.round((high - low) * (estimate ? Math.min(1, Math.max(0, share)) : 0.5));
    const middle = high - Math.max(1, Math.min(high - low - 1, step));
    // A wrong count may exceed the number of sequence numbers.
    const lines = Math.min(await count(middle), range.high - middle);
    if (lines >= wanted) [low, total] = [middle, lines];
    else [high, above] = [middle, lines];
  }
  return low;
}
