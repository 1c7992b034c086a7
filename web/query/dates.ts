/**
 * Dates in conditions, such as `time>=2026-11-26T12:30:00Z`.
 *
 * @module
 */

/** The field that stands for the time of a line; see `line_time.ts`. */
export const TIME = "time";

/**
 * Reads an ISO 8601 date, in milliseconds since the epoch; `NaN` if the text is something else. A date without a
 * time of day is midnight UTC; a time without a zone is in the reader's time zone.
 */
export function dateOf(text: string): number {
  return /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
}
