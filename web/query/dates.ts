/**
 * Dates in conditions, such as `time>=2026-11-26T12:30:00Z`.
 *
 * @module
 */

/** The name of the time of lines; see `line_time.ts`. */
export const TIME = "time";

/**
 * Reads a date of ISO 8601, as milliseconds since the epoch; `undefined` if the text is something else. Without a time
 * of day and a zone, it is midnight UTC; without a zone, it is in the reader's one.
 */
export function dateOf(text: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
