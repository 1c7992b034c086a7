/**
 * What is said where lines are, or may be, missing.
 *
 * @module
 */
import { gapTime, type TimeMode } from "../list/row_time.ts";
import type { Gap } from "./row.ts";

const count = new Intl.NumberFormat("en");

/** What a gap says, and what it says to who points at it. */
export function describeGap(gap: Gap, mode: TimeMode): { text: string; title: string } {
  if (gap.gap === "dropped") {
    const lines = `${count.format(gap.count)} ${gap.count === 1 ? "line" : "lines"}`;
    const title = `${count.format(gap.bytes)} bytes: lines came faster than this page took them`;
    return { text: `${lines} dropped here`, title };
  }
  const from = gapTime(gap.from, mode);
  const until = gap.to === undefined ? undefined : gapTime(gap.to, mode);
  if (gap.gap === "nats") {
    const what = until === undefined
      ? `NATS has been away since ${from}`
      : `NATS was away ${from} – ${until}`;
    return {
      text: `${what}: lines may be missing`,
      title: "The service was without its log system",
    };
  }
  const cause = gap.hasExpired ? "The token had expired" : "The connection was lost";
  const what = until === undefined ? `${cause} at ${from}` : `${cause} ${from} – ${until}`;
  return { text: `${what}: lines may be missing`, title: "This page was without its stream" };
}
