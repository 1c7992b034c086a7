/**
 * What a Fly log line holds.
 *
 * @module
 */

/** The facts of a Fly log line: the same that the service's `text` format prints. */
export interface FlyLine {
  readonly timestamp: string;
  readonly provider: string;
  readonly machine: string;
  readonly region: string;
  readonly level: string;
  readonly message: string;
}

/** The facts of `payload`, or `undefined` where it is not a Fly log line, with all of them. */
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
    return Object.values(line).every((fact) => typeof fact === "string") ? line : undefined;
  } catch {
    return undefined;
  }
}

/** A date and a time with its zone, as RFC 3339 has them: what else Date takes, it takes differently. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** `timestamp` in milliseconds since the epoch; `undefined` where it is no time. */
export function timeOf(timestamp: string): number | undefined {
  if (!RFC_3339.test(timestamp)) return undefined;
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? undefined : time;
}
