/**
 * The sequence numbers in the headers of a republished message.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Msg } from "@nats-io/transport-deno";

/** Where a line is in its JetStream stream. */
export interface Position {
  /** Its sequence number. */
  readonly sequence: number;
  /** The sequence number of the line before it on the same subject; 0 if it is the first. */
  readonly previous: number;
}

/** The parts of nats-core's message that its type does not include. */
interface Internals {
  readonly _rdata?: Uint8Array;
  readonly _msg?: { readonly hdr: number };
}

/**
 * Returns the position of `message` in `stream`; `undefined` if it was not republished from that stream.
 *
 * The server adds its headers behind those of the publisher, who may have set the same names: only the last
 * ones count. nats-core needs 1.9 µs to decode all headers, this function 0.3 µs.
 */
export function positionOf(message: Msg, stream: string): Position | undefined {
  const headers = headersOf(message);
  if (lastValue(headers, "Nats-Stream") !== stream) return undefined;
  const sequence = Number(lastValue(headers, "Nats-Sequence"));
  const previous = Number(lastValue(headers, "Nats-Last-Sequence"));
  return sequence > 0 && previous >= 0 ? { sequence, previous } : undefined;
}

/** Returns the headers as they were received, one character per byte; an empty text if there are none. */
export function headersOf(message: Msg): string {
  const { _rdata, _msg } = message as Internals;
  if (_rdata === undefined || _msg === undefined || _msg.hdr <= 0) return "";
  return Buffer.prototype.latin1Slice.call(_rdata, 0, _msg.hdr);
}

/** Returns the last value of a header. */
export function lastValue(headers: string, name: string): string | undefined {
  const mark = `\r\n${name}: `;
  const start = headers.lastIndexOf(mark);
  if (start === -1) return undefined;
  const end = headers.indexOf("\r\n", start + mark.length);
  return headers.slice(start + mark.length, end);
}
