/**
 * How a stream is written: what a format is, and the events that every format can tell.
 *
 * @module
 */

/** The service's own words in a stream, beside the log lines. */
export type ControlEvent =
  /** The subscription is live. `expiresAt` in RFC 3339. */
  | {
    readonly event: "ready";
    readonly data: { readonly app: string; readonly subject: string; readonly expiresAt: string };
    readonly retry: number;
  }
  /** That many lines, of that many payload bytes in all, were dropped here for this reader. */
  | { readonly event: "dropped"; readonly data: { readonly count: number; readonly bytes: number } }
  /** Lines published between `disconnected` and `connected` may be missing. `at` in RFC 3339. */
  | {
    readonly event: "status";
    readonly data: { readonly nats: "connected" | "disconnected"; readonly at: string };
  }
  /** The service ends the stream. */
  | {
    readonly event: "end";
    readonly data: { readonly reason: EndReason };
    readonly retry?: number;
  };

/** Why the service ends a stream. */
export const END_REASONS = ["expired", "shutdown", "stalled", "denied"] as const;

/** One of {@linkcode END_REASONS}. */
export type EndReason = (typeof END_REASONS)[number];

/** One way to write a stream. A log line is {@linkcode prefix}, its encoded payload, {@linkcode suffix}. */
export interface Format {
  /** The name that `?format=` takes. */
  readonly name: string;
  /** The media type, which `Accept` names, with its parameters. */
  readonly contentType: string;
  /** What goes before a payload. */
  readonly prefix: Uint8Array;
  /** What goes behind it. */
  readonly suffix: Uint8Array;
  /** What is sent where there is nothing to say. */
  readonly keepalive: Uint8Array<ArrayBuffer>;
  /** The payload in this format: itself, where it can be sent as it is. */
  encode(payload: Uint8Array): Uint8Array;
  /** The event, framed. `retry` is the time to wait before a reconnect, in milliseconds. */
  control(event: ControlEvent): Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/** The bytes of `text` in UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Carriage return. */
export const CR = 0x0d;
/** Line feed. */
export const LF = 0x0a;

/** Whether `payload` has more than one line. */
export function hasLineBreak(payload: Uint8Array): boolean {
  // Called on the prototype: npm's transport brings Buffers, whose own indexOf() is slower.
  const { indexOf } = Uint8Array.prototype;
  return indexOf.call(payload, LF) !== -1 || indexOf.call(payload, CR) !== -1;
}
