/**
 * What a format is, and what all formats need.
 *
 * @module
 */
import type { ControlEvent } from "../control_event.ts";

/**
 * One way to write a stream. A log line is written as {@linkcode Format.prefix}, the encoded payload and
 * {@linkcode Format.suffix}.
 */
export interface Format {
  /** Its name in `?format=`. */
  readonly name: string;
  /** The media type, which `Accept` selects it by, with parameters. */
  readonly contentType: string;
  /** Written before each payload. */
  readonly prefix: Uint8Array;
  /** Returns what is written instead before a payload with a sequence number, if the format shows it. */
  readonly prefixWithId?: (id: number) => Uint8Array;
  /** Written after each payload. */
  readonly suffix: Uint8Array;
  /** Sent if the stream has been silent for `KEEPALIVE_SECONDS`. */
  readonly keepalive: Uint8Array<ArrayBuffer>;
  /** Encodes a payload; returns the payload itself if no change is needed. */
  encode(payload: Uint8Array): Uint8Array;
  /** Encodes a control event, complete with its framing. */
  control(event: ControlEvent): Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/** Encodes `text` in UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Returns the data of a control event, with its `retry` if it has one, for formats without ids. */
export function controlFields(control: ControlEvent): Readonly<Record<string, unknown>> {
  return { ...control.data, ...("retry" in control && { retry: control.retry }) };
}

/** Carriage return. */
export const CR = 0x0d;
/** Line feed. */
export const LF = 0x0a;

/** Whether `payload` contains a CR or an LF. */
export function hasLineBreak(payload: Uint8Array): boolean {
  // NATS payloads are Buffers here, whose own indexOf() is slower.
  const { indexOf } = Uint8Array.prototype;
  return indexOf.call(payload, LF) !== -1 || indexOf.call(payload, CR) !== -1;
}
