/**
 * The days of rows: lines from history may be older than today.
 *
 * @module
 */
import type { TimeMode } from "./row_time.ts";

const names = (timeZone: string | undefined) =>
  new Intl.DateTimeFormat("en", { dateStyle: "full", ...(timeZone && { timeZone }) });
const FULL = { local: names(undefined), utc: names("UTC") };
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The day of a time, in the zone in which times are shown. Later days are greater; `NaN` if the time is invalid. */
export function dayOf(time: number, mode: TimeMode): number {
  const date = new Date(time);
  return mode === "utc"
    ? date.getUTCFullYear() * 10_000 + date.getUTCMonth() * 100 + date.getUTCDate()
    : date.getFullYear() * 10_000 + date.getMonth() * 100 + date.getDate();
}

/** The day as in `Nov 20`; `""` if it is the day of `now`, or if times are relative. */
export function shortDay(time: number, mode: TimeMode, now: number): string {
  const day = dayOf(time, mode);
  if (mode === "relative" || Number.isNaN(day) || day === dayOf(now, mode)) return "";
  return `${MONTHS[Math.trunc(day / 100) % 100]} ${String(day % 100).padStart(2)}`;
}

/** The day as in `Friday, November 20, 2026`; the day of `now` and the one before it have a name. */
export function fullDay(time: number, mode: TimeMode, now: number): string {
  const day = dayOf(time, mode);
  if (Number.isNaN(day)) return "Unknown day";
  const text = FULL[mode === "utc" ? "utc" : "local"].format(time);
  if (day === dayOf(now, mode)) return `Today, ${text}`;
  // Noon is on the same day even if a clock change makes the day longer or shorter.
  return day === dayOf(noonBefore(now, mode), mode) ? `Yesterday, ${text}` : text;
}

function noonBefore(now: number, mode: TimeMode): number {
  const date = new Date(now);
  if (mode === "utc") return now - 86_400_000;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1, 12).getTime();
}
