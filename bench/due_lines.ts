/**
 * When lines are due. The publisher and the floor keep the same time, so that every server gets the
 * same lines at the same moments.
 *
 * @module
 */

/** What to publish. */
export interface Publication {
  /** How many apps write, in turn. */
  apps: number;
  /** How many lines they write in all. */
  lines: number;
  /** Lines a second; 0 is as fast as they are taken. */
  rate: number;
}

/** Yields how many lines are due, each millisecond or so; at full speed `atOnce` at a time. */
export async function* due(
  { lines, rate }: Publication,
  atOnce: number,
): AsyncGenerator<number, void> {
  const start = performance.now();
  for (let sent = 0; sent < lines;) {
    const passed = (performance.now() - start) / 1000;
    const count = Math.min(lines - sent, rate === 0 ? atOnce : Math.floor(passed * rate) - sent);
    if (count > 0) yield count;
    sent += count;
    if (rate > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
