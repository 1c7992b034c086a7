/**
 * Formats times: local, UTC or relative.
 *
 * @module
 */

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
  return `${clockTime(time, mode)}.${three(new Date(time).getUTCMilliseconds())}${zone(mode)}`;
}

/** The time of a gap, to the second: `20:42:11`; never relative. */
export function gapTime(time: number, mode: TimeMode): string {
  return clockTime(time, mode) + zone(mode);
}

/** Date and time, local and in UTC, for a tooltip. */
export function fullTime(time: number): string {
  const date = new Date(time);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const local = `${day} ${clockTime(time, "local")}.${three(date.getMilliseconds())}`;
  return `${local} (local)\n${date.toISOString()}`;
}

const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const;

/** Returns "in 3s" if the app's clock is ahead of the browser's, so that the difference is visible. */
function timeAgo(age: number): string {
  const unit = UNITS.find(([, length]) => Math.abs(age) >= length);
  if (unit === undefined) return "now";
  const [name, length] = unit;
  const count = Math.trunc(Math.abs(age) / length);
  return age < 0 ? `in ${count}${name}` : `${count}${name} ago`;
}

function clockTime(time: number, mode: TimeMode): string {
  const date = new Date(time);
  const parts = mode === "utc"
    ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    : [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map(two).join(":");
}

const zone = (mode: TimeMode) => mode === "utc" ? "Z" : "";
const two = (part: number) => String(part).padStart(2, "0");
const three = (part: number) => String(part).padStart(3, "0");
