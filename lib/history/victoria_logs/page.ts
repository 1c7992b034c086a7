/**
 * Divides history into pages, so that a process with many slow readers holds little of it.
 *
 * @module
 */

/** When a line was logged, and its size. */
export interface IndexEntry {
  /** {@linkcode toNanoseconds} */
  readonly time: string;
  /** Size of its message, in bytes. */
  readonly bytes: number;
}

/** The lines of a period. */
export interface Page {
  /** Times of the first and the last line. */
  readonly from: string;
  readonly to: string;
  /** Number of lines. */
  readonly count: number;
}

/** A page ends when it has this many lines, or messages of this size in total, in bytes. */
const PAGE_LINES = 250;
const PAGE_BYTES = 65_536;

/**
 * Divides lines into pages. Lines of the same time are on one page, because a query can only select by time.
 *
 * @param entries In order of time.
 */
export function toPages(entries: readonly IndexEntry[]): Page[] {
  const pages: Page[] = [];
  let start = 0;
  let size = 0;
  entries.forEach(({ time, bytes }, index) => {
    size += bytes;
    const count = index + 1 - start;
    const next = entries[index + 1]?.time;
    if (next === time || next !== undefined && count < PAGE_LINES && size < PAGE_BYTES) return;
    pages.push({ from: entries[start]!.time, to: time, count });
    start = index + 1;
    size = 0;
  });
  return pages;
}
