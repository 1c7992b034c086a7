/**
 * A delay that can be cut short.
 *
 * @module
 */

/** Browsers treat a longer timeout as zero. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Resolves after `time` milliseconds, or as soon as one of the signals is aborted. */
export function wait(time: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(time, MAX_TIMEOUT_MS));
    for (const signal of signals) signal.addEventListener("abort", done);
    if (signals.some(({ aborted }) => aborted)) done();
  });
}
