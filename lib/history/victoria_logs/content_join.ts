/**
 * Joins stored and live lines by their content.
 *
 * @module
 */
import { liveKeys } from "./line_key.ts";
import { toNanoseconds } from "./line_time.ts";
import type { StoredLine } from "./stored_line.ts";

/**
 * Says which lines have not been sent yet. Identical lines are counted: if an app logs the same line three
 * times at the same time, it is sent three times.
 *
 * @example
 * ```ts
 * const join = new ContentJoin(Date.now() - 10_000);
 * const history = join.addStored(await logs.read(scope, page, signal));
 * const live = waiting.filter((payload) => join.isNew(payload));
 * ```
 */
export class ContentJoin {
  /** How often each line has been read, by its key. */
  readonly #stored = new Map<string, number>();
  readonly #since: string;

  /** @param since Older lines are read only once and are not live, in milliseconds since the epoch. */
  constructor(since: number) {
    this.#since = toNanoseconds(since) ?? "";
  }

  /**
   * Adds the lines of one read and returns those that no earlier read has returned.
   *
   * @param lines All lines of a period, so that identical ones can be counted.
   */
  addStored(lines: readonly StoredLine[]): StoredLine[] {
    const seen = new Map<string, number>();
    return lines.filter(({ key, time }) => {
      if (time < this.#since) return true;
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      if (count <= (this.#stored.get(key) ?? 0)) return false;
      this.#stored.set(key, count);
      return true;
    });
  }

  /** Returns whether a live line is still to be sent. Call it once for each line, after the stored ones. */
  isNew(payload: Uint8Array): boolean {
    if (this.#stored.size === 0) return true;
    const key = liveKeys(payload).find((key) => this.#stored.has(key));
    if (key === undefined) return true;
    const count = this.#stored.get(key)! - 1;
    if (count === 0) this.#stored.delete(key);
    else this.#stored.set(key, count);
    return false;
  }
}
