/**
 * Control events: what the service itself says in a stream, between the log lines.
 *
 * @module
 */
import type { EndReason } from "./end_reasons.ts";

/** A control event. Times are in RFC 3339, `retry` is in milliseconds. */
export type ControlEvent =
  /** The subscription is live. */
  | {
    readonly event: "ready";
    readonly data: { readonly app: string; readonly subject: string; readonly expiresAt: string };
    readonly retry: number;
  }
  /** This many lines, with this many payload bytes in total, were dropped here. */
  | { readonly event: "dropped"; readonly data: { readonly count: number; readonly bytes: number } }
  /** Lines published between `disconnected` and `connected` may be missing. */
  | {
    readonly event: "status";
    readonly data: { readonly nats: "connected" | "disconnected"; readonly at: string };
  }
  /** The service is ending the stream. */
  | {
    readonly event: "end";
    readonly data: { readonly reason: EndReason };
    readonly retry?: number;
  };
