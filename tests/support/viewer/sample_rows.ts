/**
 * Rows for the tests of the viewer's parts.
 *
 * @module
 */
import { type Line, Rows } from "../../../web/rows/row.ts";

/** What of a Fly line a test cares about. */
export interface FlyFacts {
  readonly message?: string;
  readonly level?: string;
  readonly provider?: string;
  readonly region?: string;
  readonly machine?: string;
  readonly timestamp?: string;
}

/** A Fly log line, as it is published. */
export function flyPayload(facts: FlyFacts = {}): string {
  const { message = "hello", level = "info", provider = "app", region = "dfw" } = facts;
  const { machine = "m1", timestamp = "2026-11-20T20:42:11.123456789Z" } = facts;
  return JSON.stringify({
    event: { provider },
    fly: { app: { instance: machine, name: "panini-786" }, region },
    host: "9c2f",
    log: { level },
    message,
    timestamp,
  });
}

/** A line that came at `received`, milliseconds since the epoch. */
export function flyLine(facts: FlyFacts = {}, received = 0): Line {
  return new Rows(() => received).line(flyPayload(facts));
}
