/**
 * The days of rows: lines from history may be older than today.
 *
 * @module
 */
import { inZone, type TimeMode } from "./row_time.ts";

const DAY_MS = 86_400_000;
const FULL = new Intl.DateTimeFormat("en", { dateStyle: "full", timeZone: "UTC" });

/** The day of a time, in the zone in which times are shown. Later days are greater; `NaN` if the time is invalid. */
export function dayOf(time: number, mode: TimeMode): number {
  return Math.floor(inZone(time, mode).getTime() / DAY_MS);
}

/** The day as in `Nov 20`; `""` if it is the day of `now`, or if times are relative. */
export function shortDay(time: number, mode: TimeMode, now: number): string {
  const day = dayOf(time, mode);
  if (mode === "relative" || Number.isNaN(day) || day === dayOf(now, mode)) return "";
  // Such as "Fri, 20 Nov 2026 20:42:11 GMT".
  const text = inZone(time, mode).toUTCString();
  return `${text.slice(8, 11)} ${text.slice(5, 7).replace(/^0/, " ")}`;
}

/** The day as in `Friday, November 20, 2026`; the day of `now` and the one before it have a name. */
export function fullDay(time: number, mode: TimeMode, now: number): string {
  const age = dayOf(now, mode) - dayOf(time, mode);
  if (Number.isNaN(age)) return "Unknown day";
  const name = age === 0 ? "Today, " : age === 1 ? "Yesterday, " : "";
  return name + FULL.format(inZone(time, mode));
}
