/**
 * Times in log lines.
 *
 * @module
 */

/** A date and a time with its zone (RFC 3339, section 5.6): `Date` reads other forms in its own way. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** A number of seconds, milliseconds, microseconds or nanoseconds since the epoch. */
const DIGITS = /^\d{9,19}(?:\.\d+)?$/;
/** The first and last time that a log line may have, the years 2001 to 2128: others are not times. */
const MIN_MS = 1e12;
const MAX_MS = 5e12;

/**
 * Reads a time: RFC 3339, or a number since the epoch in whichever unit makes it a time of this age.
 *
 * @returns Milliseconds since the epoch; `undefined` if it is not a time, or has no time zone.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === "number") return fromEpoch(value);
  if (typeof value !== "string") return undefined;
  if (DIGITS.test(value)) return fromEpoch(Number(value));
  if (!RFC_3339.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function fromEpoch(value: number): number | undefined {
  for (const time of [value * 1e3, value, value / 1e3, value / 1e6]) {
    if (time >= MIN_MS && time < MAX_MS) return Math.floor(time);
  }
  return undefined;
}
