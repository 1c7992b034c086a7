/**
 * Counts of what streams have delivered.
 *
 * @module
 */

/** What one or more streams have delivered. */
export interface Counts {
  lines: number;
  /** Number of lines reported by `dropped` events. */
  dropped: number;
  keepalives: number;
  /** Number of HTTP chunks. */
  chunks: number;
}

/** Counts of zero. */
export function zeroCounts(): Counts {
  return { lines: 0, dropped: 0, keepalives: 0, chunks: 0 };
}

/** The sums of counts. */
export function sum(all: Counts[]): Counts {
  const total = zeroCounts();
  for (const { lines, dropped, keepalives, chunks } of all) {
    total.lines += lines;
    total.dropped += dropped;
    total.keepalives += keepalives;
    total.chunks += chunks;
  }
  return total;
}
