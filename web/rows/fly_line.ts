/**
 * Parses the log lines that Fly publishes.
 *
 * @module
 */

/** The fields of a Fly log line that the service's `text` format prints too. */
export interface FlyLine {
  readonly timestamp: string;
  readonly provider: string;
  readonly machine: string;
  readonly region: string;
  readonly level: string;
  readonly message: string;
}

/** The fields of `payload`, or `undefined` if it is not a Fly log line with all of them. */
export function parseFlyLine(payload: string): FlyLine | undefined {
  if (!payload.startsWith("{")) return undefined;
  try {
    const { event, fly, log, message, timestamp } = JSON.parse(payload);
    const line = {
      timestamp,
      provider: event.provider,
      machine: fly.app.instance,
      region: fly.region,
      level: log.level,
      message,
    };
    return Object.values(line).every((field) => typeof field === "string") ? line : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 3339, date and time with a zone: `Date` also parses other formats, but not portably. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** `timestamp` in milliseconds since the epoch; `undefined` if it is not a valid time. */
export function timeOf(timestamp: string): number | undefined {
  if (!RFC_3339.test(timestamp)) return undefined;
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? undefined : time;
}
