/**
 * Formats times: local, UTC or relative.
 *
 * @module
 */

import { t } from "../texts/translate.ts";

/** How times are shown, in the order in which the toolbar cycles through them. */
export const TIMES = ["local", "utc", "relative"] as const;

/** One of {@linkcode TIMES}. */
export type TimeMode = (typeof TIMES)[number];

/**
 * The time of a row: `20:42:11.123`, with a `Z` in UTC, or `12s ago`. It has no date: a row that is not of today
 * has its day before the time.
 *
 * @param time In milliseconds since the epoch, like `now`.
 */
export function rowTime(time: number, mode: TimeMode, now: number): string {
  if (mode === "relative") return timeAgo(now - time);
  return text(time, mode).replace(/.*T/, "");
}

/** The time of a gap, to the second: `20:42:11`; never relative, and `""` if it is invalid. */
export function gapTime(time: number, mode: TimeMode): string {
  return text(time, mode).replace(/.*T|\.\d+/g, "");
}

/** Date and time, local and in UTC, for a tooltip. */
export function fullTime(time: number): string {
  return `${text(time, "local").replace("T", " ")} (${t("local")})\n${
    new Date(time).toISOString()
  }`;
}

/** A date whose fields in UTC are those of `time` in the zone in which times are shown. */
export function inZone(time: number, mode: TimeMode): Date {
  const date = new Date(time);
  return mode === "utc" ? date : new Date(time - date.getTimezoneOffset() * 60_000);
}

/** Date and time as in `2026-11-20T20:42:11.123`, with a `Z` in UTC; `""` if the time is invalid. */
function text(time: number, mode: TimeMode): string {
  const json = inZone(time, mode).toJSON() ?? "";
  return mode === "utc" ? json : json.slice(0, -1);
}

const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const;

/** Returns "in 3s" if the app's clock is ahead of the browser's, so that the difference is visible. */
function timeAgo(age: number): string {
  const unit = UNITS.find(([, length]) => Math.abs(age) >= length);
  if (unit === undefined) return t("now");
  const [name, length] = unit;
  const duration = `${Math.trunc(Math.abs(age) / length)}${name}`;
  return age < 0 ? t("in {duration}", { duration }) : t("{duration} ago", { duration });
}
