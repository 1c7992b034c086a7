/**
 * Times with the precision of Fly and VictoriaLogs: nanoseconds, which a `Date` lacks.
 *
 * @module
 */
import { parseTime } from "../../log_line/time.ts";

const FRACTION = /[.,](\d+)/;

/**
 * Reads the time of a line.
 *
 * @returns The time in UTC with nine digits after the decimal point, so that times sort as text; `undefined`
 * if it is not a time.
 *
 * @example
 * ```ts
 * toNanoseconds("2026-01-31T14:00:00.25+02:00"); // "2026-01-31T12:00:00.250000000Z"
 * ```
 */
export function toNanoseconds(time: unknown): string | undefined {
  const milliseconds = parseTime(time);
  if (milliseconds === undefined) return undefined;
  const text = new Date(milliseconds).toISOString();
  const digits = typeof time === "string" && time.includes(":") && FRACTION.exec(time)?.[1];
  const fraction = digits ? digits.slice(0, 9) : text.slice(20, 23);
  return `${text.slice(0, 19)}.${fraction.padEnd(9, "0")}Z`;
}
