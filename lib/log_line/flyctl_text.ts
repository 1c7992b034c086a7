/**
 * Log lines as `flyctl logs` prints them.
 *
 * @module
 */
import type { LogLine } from "./log_line.ts";

/**
 * Returns `timestamp provider[machine] region [level] message` for a line that came through a log collector,
 * with the level that the app's own line has; `undefined` for any other line. Unknown parts are empty.
 *
 * @param arrival Time of arrival, in milliseconds since the epoch, which replaces an unknown time.
 */
export function flyctlText(line: LogLine, arrival: number): string | undefined {
  const { envelope, timestamp, provider, machine, region, level, text } = line;
  if (envelope === "") return undefined;
  const time = timestamp || new Date(arrival).toISOString();
  return `${time} ${provider}[${machine}] ${region} [${level}] ${text}`;
}
