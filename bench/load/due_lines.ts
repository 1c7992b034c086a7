/**
 * The schedule of lines, shared by the publisher and the floor so that every server gets the same load.
 *
 * @module
 */

/** The lines to publish. */
export interface Publication {
  /** Number of apps that log, in turn. */
  apps: number;
  /** Total number of lines. */
  lines: number;
  /** Lines per second; 0 for full speed. */
  rate: number;
}

/** Yields the number of lines due, about every millisecond; at full speed, `batch` at a time. */
export async function* linesDue(
  { lines, rate }: Publication,
  batch: number,
): AsyncGenerator<number, void> {
  const start = performance.now();
  for (let sent = 0; sent < lines;) {
    const passed = (performance.now() - start) / 1000;
    const count = Math.min(lines - sent, rate === 0 ? batch : Math.floor(passed * rate) - sent);
    if (count > 0) yield count;
    sent += count;
    if (rate > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
