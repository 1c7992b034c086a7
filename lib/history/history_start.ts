/**
 * Where a stream starts in the past.
 *
 * @module
 */
import { Problem } from "../problem.ts";

/** Where to start. */
export type HistoryStart =
  /** With the line after this sequence number. */
  | { readonly after: number }
  /** With the last lines, this many at most, but none before `since` (milliseconds since the epoch). */
  | { readonly tail: number; readonly since?: number }
  /** With the first line since this time, in milliseconds since the epoch. */
  | { readonly since: number; readonly tail?: undefined };

/** What a request says about it. The values are as received and not to be trusted. */
export interface HistoryQuery {
  /** Number of lines. */
  readonly tail?: string | undefined;
  /** A duration such as `10m`, or a time in RFC 3339. */
  readonly since?: string | undefined;
  /** Sequence number of the last line that the client has. */
  readonly lastEventId?: string | undefined;
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const COUNT = /^[0-9]{1,15}$/;
const DURATION = /^([0-9]{1,9})([smhd])$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Parses what a request says. `lastEventId` takes precedence over the others.
 *
 * @param now The current time, in milliseconds since the epoch.
 * @throws {Problem} `history_invalid` if a value is malformed, even if another takes precedence.
 *
 * @example
 * ```ts
 * parseHistoryStart({ since: "10m" }, Date.now()); // { since: … }
 * ```
 */
export function parseHistoryStart(
  { tail, since, lastEventId }: HistoryQuery,
  now: number,
): HistoryStart | undefined {
  const lines = parseCount(tail, 'Set "tail" to a number of lines, such as 100.');
  const time = since === undefined ? undefined : parseSince(since, now);
  // An empty value is what some clients send before they have received an id.
  const after = parseCount(
    lastEventId || undefined,
    "Set the last event ID to an id of this stream.",
  );
  if (after !== undefined) return { after };
  if (lines !== undefined) return { tail: lines, ...(time !== undefined && { since: time }) };
  return time === undefined ? undefined : { since: time };
}

function parseCount(value: string | undefined, detail: string): number | undefined {
  if (value === undefined) return undefined;
  if (!COUNT.test(value)) throw new Problem("history_invalid", detail);
  return Number(value);
}

function parseSince(value: string, now: number): number {
  const [, count, unit] = DURATION.exec(value) ?? [];
  const time = unit === undefined
    ? RFC_3339.test(value) && isDay(value) ? Date.parse(value.replace(" ", "T").toUpperCase()) : NaN
    : now - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (!Number.isNaN(time)) return Math.max(0, time);
  throw new Problem(
    "history_invalid",
    'Set "since" to a duration such as 10m (s, m, h, d), or a time such as 2026-01-31T12:00:00Z.',
  );
}

/** Whether a time's day exists: `Date.parse()` reads 30 February as 2 March. */
function isDay(time: string): boolean {
  const day = new Date(`${time.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.getUTCDate() === Number(time.slice(8, 10));
}
