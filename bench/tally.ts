/**
 * What streams have brought.
 *
 * @module
 */

/** So many of each. */
export interface Tally {
  lines: number;
  /** Lines that `dropped` events told of. */
  dropped: number;
  keepalives: number;
  /** Chunks of the body, of whatever they were. */
  chunks: number;
}

/** Nothing yet. */
export function emptyTally(): Tally {
  return { lines: 0, dropped: 0, keepalives: 0, chunks: 0 };
}

/** All together. */
export function sum(tallies: Tally[]): Tally {
  const total = emptyTally();
  for (const { lines, dropped, keepalives, chunks } of tallies) {
    total.lines += lines;
    total.dropped += dropped;
    total.keepalives += keepalives;
    total.chunks += chunks;
  }
  return total;
}
