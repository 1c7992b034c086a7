/**
 * Sample rows for tests of the viewer's parts.
 *
 * @module
 */
import { type Line, RowFactory } from "../../../web/rows/row.ts";
import { compileQuery, type Matcher } from "../../../web/query/compile_query.ts";

/** The fields of a Fly line; a test sets those that matter to it. */
export interface FlyFields {
  readonly message?: string;
  readonly level?: string;
  readonly provider?: string;
  readonly region?: string;
  readonly machine?: string;
  readonly timestamp?: string;
}

/** A Fly log line as published. */
export function flyPayload(fields: FlyFields = {}): string {
  const { message = "hello", level = "info", provider = "app", region = "dfw" } = fields;
  const { machine = "m1", timestamp = "2026-11-20T20:42:11.123456789Z" } = fields;
  return JSON.stringify({
    event: { provider },
    fly: { app: { instance: machine, name: "panini-786" }, region },
    host: "9c2f",
    log: { level },
    message,
    timestamp,
  });
}

/** A line that arrived at `received`, in milliseconds since the epoch. */
export function flyLine(fields: FlyFields = {}, received = 0): Line {
  return new RowFactory(() => received).line(flyPayload(fields));
}

/** The matcher of a valid query. */
export function matcher(query: string): Matcher {
  const compiled = compileQuery(query);
  if ("error" in compiled) throw new Error(compiled.error);
  return compiled;
}
