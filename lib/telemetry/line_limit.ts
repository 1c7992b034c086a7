/**
 * A limit on the log lines that clients can cause at will. Per key and interval, a number of lines is
 * written; the others are counted, and one summary per interval says what they were.
 *
 * @module
 */

/** Length of an interval, and so the time between two summaries of a key. */
const INTERVAL_MS = 10_000;

/** What is limited, and how. */
export interface LineLimitOptions<Sum> {
  /** Maximum number of lines per key and interval. */
  readonly lines: number;
  /** Maximum number of keys per interval that are limited separately. Bounds the memory. */
  readonly keys: number;
  /** Returns the sum of no lines. */
  readonly createSum: () => Sum;
  /** Writes the summary of the lines of `key` that were not written. */
  readonly summarize: (key: string, sum: Sum) => void;
}

interface Entry<Sum> {
  /** Number of lines in this interval, whether they were written or not. */
  lines: number;
  /** Whether the last interval exceeded the limit: then this one has no lines but its summary. */
  readonly limited: boolean;
  sum: Sum | undefined;
}

/** Decides which lines are written, and which are summarized. */
export class LineLimit<Sum> {
  readonly #options: LineLimitOptions<Sum>;
  readonly #entries = new Map<string, Entry<Sum>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts without any lines. */
  constructor(options: LineLimitOptions<Sum>) {
    this.#options = options;
  }

  /**
   * Returns `undefined` if the next line of `key` may be written. Otherwise, returns the sum that the
   * caller adds the line to instead.
   *
   * @param sharedKey Replaces `key` if there are too many keys already.
   */
  take(key: string, sharedKey: string): Sum | undefined {
    const { lines, keys, createSum } = this.#options;
    const full = this.#entries.size >= keys && !this.#entries.has(key);
    const entry = this.#entry(full ? sharedKey : key);
    entry.lines++;
    if (!entry.limited && entry.lines <= lines) return undefined;
    return entry.sum ??= createSum();
  }

  /** Ends the interval: writes its summaries. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entries = [...this.#entries];
    this.#entries.clear();
    for (const [key, { lines, sum }] of entries) {
      if (sum !== undefined) this.#options.summarize(key, sum);
      if (lines > this.#options.lines) this.#entry(key, true);
    }
  }

  #entry(key: string, limited = false): Entry<Sum> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { lines: 0, limited, sum: undefined };
      this.#entries.set(key, entry);
      this.#timer ??= setTimeout(() => this.flush(), INTERVAL_MS);
    }
    return entry;
  }
}
