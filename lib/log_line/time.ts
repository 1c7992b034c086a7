/**
 * Times in log lines.
 *
 * @module
 */

/** A date and a time with its zone, in a form like that of RFC 3339 (section 5.6). */
const ZONED =
  /^(\d{4})[-/](\d\d)[-/](\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))? ?(?:[Zz]|UTC|GMT|([+-]\d\d):?(\d\d))/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
/** A number of seconds, milliseconds, microseconds or nanoseconds since the epoch. */
const DIGITS = /^\d{9,19}(?:\.\d+)?$/;
/** The first and last time that a log line may have, in 2001 and 2128. Other numbers are not times. */
const MIN_MS = 1e12;
const MAX_MS = 5e12;

/**
 * Reads a time: a date and a time with its zone, or a number since the epoch, in whichever unit puts it into
 * the range of times.
 *
 * @returns Milliseconds since the epoch; `undefined` if it is not a time, or has no time zone.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === "number") return fromEpoch(value);
  if (typeof value !== "string") return undefined;
  // By far the most common form, which Date.parse() reads directly.
  if (value.endsWith("Z") && ISO.test(value)) return toNumber(Date.parse(value));
  if (DIGITS.test(value)) return fromEpoch(Number(value));
  const found = ZONED.exec(value);
  return found?.[0].length === value.length ? toTime(found) : undefined;
}

/** Reads the time that `text` begins with; `undefined` if there is none, or it has no time zone. */
export function leadingTime(text: string): number | undefined {
  const found = ZONED.exec(text);
  return found === null ? undefined : toTime(found);
}

function toTime(
  [, year, month, day, clock, fraction = "0", hours = "+00", minutes = "00"]: string[],
) {
  const milliseconds = fraction.slice(0, 3).padEnd(3, "0");
  const time = Date.parse(`${year}-${month}-${day}T${clock}.${milliseconds}${hours}:${minutes}`);
  return toNumber(time);
}

function toNumber(time: number): number | undefined {
  return Number.isNaN(time) ? undefined : time;
}

function fromEpoch(value: number): number | undefined {
  for (const time of [value * 1e3, value, value / 1e3, value / 1e6]) {
    if (time >= MIN_MS && time < MAX_MS) return Math.floor(time);
  }
  return undefined;
}
