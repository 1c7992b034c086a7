/**
 * Waiting that can be cut short.
 *
 * @module
 */

/** Browsers take a longer wait for none at all. Milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Resolves after `time` milliseconds; at once when `signal` is aborted, or the page has the event `wake`. */
export function wait(time: number, signal: AbortSignal, wake?: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      if (wake !== undefined) removeEventListener(wake, done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(time, LONGEST));
    signal.addEventListener("abort", done);
    if (wake !== undefined) addEventListener(wake, done);
    if (signal.aborted) done();
  });
}
