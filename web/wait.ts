/**
 * Waiting that can be cut short.
 *
 * @module
 */

/** Resolves after `time` milliseconds; at once when `signal` is aborted, or the page has the event `wake`. */
export function wait(time: number, signal: AbortSignal, wake?: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      if (wake !== undefined) removeEventListener(wake, done);
      resolve();
    };
    const timer = setTimeout(done, time);
    signal.addEventListener("abort", done);
    if (wake !== undefined) addEventListener(wake, done);
    if (signal.aborted) done();
  });
}
