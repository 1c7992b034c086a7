/**
 * Limits the number of streams, in total and per app.
 *
 * @module
 */
import { Problem } from "../problem.ts";

/**
 * Counts streams against `MAX_STREAMS` and `MAX_STREAMS_PER_APP`. A stream counts until its response has
 * been sent or its connection is closed.
 */
export class StreamQuota {
  /** Maximum number of streams. */
  readonly limit: number;
  readonly #limitPerApp: number;
  readonly #usedByApp = new Map<string, number>();
  #used = 0;

  /** Allows at most `limit` streams, and at most `limitPerApp` of one app. */
  constructor(limit: number, limitPerApp: number) {
    this.limit = limit;
    this.#limitPerApp = limitPerApp;
  }

  /** Number of streams that count. */
  get used(): number {
    return this.#used;
  }

  /** Why no stream can be opened, whatever its app; `undefined` if the limit is not reached. */
  get unavailable(): Problem | undefined {
    if (this.#used < this.limit) return undefined;
    return new Problem(
      "at_capacity",
      "The service has reached its maximum number of streams: try again later.",
    );
  }

  /** @throws {Problem} `at_capacity` or `too_many_streams`, if no stream of `app` can be opened. */
  check(app: string): void {
    if (this.unavailable !== undefined) throw this.unavailable;
    if ((this.#usedByApp.get(app) ?? 0) < this.#limitPerApp) return;
    throw new Problem("too_many_streams", "This app has too many open streams: close one first.");
  }

  /**
   * Counts one more stream of `app`; returns the function that stops counting it.
   *
   * @throws {Problem} `at_capacity` or `too_many_streams`.
   */
  acquire(app: string): () => void {
    this.check(app);
    this.#usedByApp.set(app, (this.#usedByApp.get(app) ?? 0) + 1);
    this.#used++;
    return () => {
      const left = this.#usedByApp.get(app)! - 1;
      if (left > 0) this.#usedByApp.set(app, left);
      else this.#usedByApp.delete(app);
      this.#used--;
    };
  }
}
