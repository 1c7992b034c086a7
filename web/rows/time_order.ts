/**
 * Sorts lines of several machines, which arrive with different delays, by the time at which they were written.
 *
 * @module
 */
import type { Line } from "./row.ts";

/** Maximum time for which a line waits, and by which it may be older than the lines that it is put before. */
const WINDOW_MS = 1000;

/** Puts a line before those that were written later, unless their clocks seem to differ or a line has no time. */
export function insertByTime<T extends Pick<Line, "time">>(lines: T[], line: T): void {
  let at = lines.length;
  for (; at > 0; at--) {
    const later = lines[at - 1]!.time! - line.time!;
    // `NaN` if one has no time.
    if (!(later > 0 && later <= WINDOW_MS)) break;
  }
  lines.splice(at, 0, line);
}

/** Number of lines, from the first one, that need not wait any longer. */
export function dueCount(lines: readonly Pick<Line, "received">[], now: number): number {
  return lines.findLastIndex(({ received }) => now - received >= WINDOW_MS) + 1;
}
