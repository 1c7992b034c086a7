/**
 * A delay that can be cut short.
 *
 * @module
 */

/** Browsers treat a longer timeout as zero. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Resolves after `time` milliseconds, or as soon as `signal` is aborted or the window has the event `wake`. */
export function wait(time: number, signal: AbortSignal, wake?: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      if (wake !== undefined) removeEventListener(wake, done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(time, MAX_TIMEOUT_MS));
    signal.addEventListener("abort", done);
    if (wake !== undefined) addEventListener(wake, done);
    if (signal.aborted) done();
  });
}
