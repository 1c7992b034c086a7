/**
 * The days of rows: lines from history may be older than today.
 *
 * @module
 */
import { locale, t } from "../texts/translate.ts";
import { inZone, type TimeMode } from "./row_time.ts";

const DAY_MS = 86_400_000;

/** The day of a time, in the zone in which times are shown. Later days are greater; `NaN` if the time is invalid. */
export function dayOf(time: number, mode: TimeMode): number {
  return Math.floor(inZone(time, mode).getTime() / DAY_MS);
}

/** Created once, because creating it takes longer than formatting a day. */
let short: Intl.DateTimeFormat | undefined;

/** The day as in `Nov 20`; `""` if it is the day of `now`, or if times are relative. */
export function shortDay(time: number, mode: TimeMode, now: number): string {
  const day = dayOf(time, mode);
  if (mode === "relative" || Number.isNaN(day) || day === dayOf(now, mode)) return "";
  short ??= new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });
  return short.format(inZone(time, mode));
}

/** The day as in `Friday, November 20, 2026`; the day of `now` and the one before it have a name. */
export function fullDay(time: number, mode: TimeMode, now: number): string {
  const age = dayOf(now, mode) - dayOf(time, mode);
  if (Number.isNaN(age)) return t("Unknown day");
  const date = inZone(time, mode)
    .toLocaleDateString(locale, { dateStyle: "full", timeZone: "UTC" });
  return age > 1 || age < 0 ? date : `${t(age === 0 ? "Today" : "Yesterday")}, ${date}`;
}
