/**
 * When a line counts as written.
 *
 * @module
 */
import type { Line } from "./row.ts";

/** A line that is older than this when it arrives is one of the past. */
const PAST_MS = 10_000;

/** When a line arrived, or for a line of the past, when it was written; in milliseconds since the epoch. */
export function lineTime({ time, received }: Pick<Line, "time" | "received">): number {
  return time !== undefined && received - time > PAST_MS ? time : received;
}

/** A span of time, in milliseconds since the epoch; `to` is not part of it. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}
