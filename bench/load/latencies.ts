/**
 * Exact percentiles of latencies.
 *
 * @module
 */

/** A growing list of latencies in µs. */
export class Latencies {
  #times = new Float64Array(65_536);
  #count = 0;

  /** Adds a latency. */
  readonly add = (time: number): void => {
    if (this.#count === this.#times.length) {
      const times = new Float64Array(this.#count * 2);
      times.set(this.#times);
      this.#times = times;
    }
    this.#times[this.#count++] = time;
  };

  /** The median and the 99th percentile since the last call, in ms. */
  take(): { p50: number; p99: number } {
    const times = this.#times.subarray(0, this.#count).sort();
    const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0) / 1000;
    this.#count = 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
