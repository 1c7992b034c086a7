/**
 * Limits the lines of the service's own log that clients can cause at will.
 *
 * @module
 */

/** Length of an interval, and therefore the time between two summaries of a key. */
const INTERVAL_MS = 10_000;

/** Options of {@linkcode LogRateLimit}. */
export interface LogRateLimitOptions<Sum> {
  /** Maximum number of lines per key and interval. */
  readonly lines: number;
  /** Maximum number of keys per interval that are limited separately, which limits the memory. */
  readonly keys: number;
  /** Creates an empty sum. */
  readonly createSum: () => Sum;
  /** Writes the summary of the lines of `key` that were not written. */
  readonly summarize: (key: string, sum: Sum) => void;
}

interface Entry<Sum> {
  /** Number of lines in this interval, whether they were written or not. */
  lines: number;
  /** Whether the previous interval exceeded the limit. If so, only this one's summary is written. */
  readonly limited: boolean;
  sum: Sum | undefined;
}

/**
 * Decides which lines are written: up to a maximum per key and interval. The others are added to a sum,
 * which becomes one summary at the end of the interval.
 */
export class LogRateLimit<Sum> {
  readonly #options: LogRateLimitOptions<Sum>;
  readonly #entries = new Map<string, Entry<Sum>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Creates a limit that no line has counted toward yet. */
  constructor(options: LogRateLimitOptions<Sum>) {
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

  /** Ends the interval and writes its summaries. */
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
