/**
 * Control events: what the service itself says in a stream, between the log lines.
 *
 * @module
 */
import type { NatsState } from "../nats/connection.ts";
import type { EndReason } from "./end_reasons.ts";

/**
 * A control event. Times are in RFC 3339, `retry` is in milliseconds. With an `id`, a client that reconnects
 * before the next line resumes after the line with that sequence number; only `sse` has it.
 */
export type ControlEvent =
  /** The subscription is live. */
  | {
    readonly event: "ready";
    readonly data: {
      readonly app: string;
      readonly subject: string;
      readonly expiresAt: string;
      /** Whether lines of the past are available. */
      readonly history: boolean;
    };
    readonly retry: number;
    readonly id?: number | undefined;
  }
  /** Lines older than the next one were requested but are not available. */
  | { readonly event: "gap"; readonly data: { readonly reason: GapReason } }
  /** Everything before is history; everything after is live. */
  | {
    readonly event: "live";
    readonly data: Readonly<Record<never, never>>;
    readonly id?: number | undefined;
  }
  /** This many lines, with this many payload bytes in total, were dropped here. */
  | { readonly event: "dropped"; readonly data: { readonly count: number; readonly bytes: number } }
  /** Lines published between `disconnected` and `connected` may be missing, unless `recovered` is true. */
  | {
    readonly event: "status";
    readonly data: {
      readonly nats: NatsState;
      readonly at: string;
      /** Only with `connected`: whether the lines published in between have been sent. */
      readonly recovered?: boolean;
    };
  }
  /** The service is ending the stream. */
  | {
    readonly event: "end";
    readonly data: { readonly reason: EndReason };
    readonly retry?: number;
  };

/**
 * Returns the event for a change of the connection to NATS.
 *
 * @param at When it changed, in milliseconds since the epoch.
 * @param recovered Whether the lines that were published meanwhile have been sent, if it is connected again.
 */
export function statusEvent(nats: NatsState, at: number, recovered: boolean): ControlEvent {
  const data = { nats, at: new Date(at).toISOString() };
  return { event: "status", data: nats === "connected" ? { ...data, recovered } : data };
}

/**
 * Why requested lines are missing: they are older than the stream keeps, there are more than
 * `HISTORY_MAX_LINES`, or they cannot be read at the moment.
 */
export type GapReason = "retention" | "limit" | "unavailable";
