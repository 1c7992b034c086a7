/**
 * The delay between two attempts to connect.
 *
 * @module
 */
import type { Retry } from "./reconnect_policy.ts";
import { wait } from "./wait.ts";

/** Upper bound of the first random delay; it doubles with each failure, up to the maximum. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** Upper bound of the random delay after a return to the page: a whole office may be back online at once. */
const RETURN_DELAY_MS = 250;

/** Random delays that increase with each failure. */
export class ReconnectDelay {
  readonly #random: () => number;
  #failures = 0;
  #waking: AbortController | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** A stream was stable: the delays start over. */
  reset(): void {
    this.#failures = 0;
  }

  /** Time before the next attempt, in milliseconds. */
  next({ delay, minDelay = 0 }: Retry): number {
    return delay ?? minDelay + this.backoff(this.#failures++);
  }

  /** A random time after this number of failures, in milliseconds. */
  backoff(failures: number): number {
    return this.#random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
  }

  /** Waits for `time`, or until {@linkcode wake} and then at least `minTime()`. Milliseconds. */
  async wait(time: number, minTime: () => number, signal: AbortSignal): Promise<void> {
    this.#waking = new AbortController();
    await wait(time, signal, this.#waking.signal);
    if (!this.#waking.signal.aborted) return;
    await wait(Math.max(minTime(), this.#random() * RETURN_DELAY_MS), signal);
  }

  /** Ends the wait: somebody is back at the page. */
  wake(): void {
    this.#waking?.abort();
  }
}
