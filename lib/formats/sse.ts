/**
 * Server-Sent Events, as WHATWG HTML section 9.2 has them.
 *
 * @module
 */
import { type Format, hasLineBreak, utf8 } from "./format.ts";

const CR = 0x0d;
const LF = 0x0a;
const NEXT_LINE = utf8("\ndata: ");

/** One unnamed event a log line, the payload in `data:`. */
export const sse: Format = {
  name: "sse",
  contentType: "text/event-stream",
  prefix: utf8("data: "),
  suffix: utf8("\n\n"),
  keepalive: utf8(": keepalive\n\n"),
  encode: (payload) => hasLineBreak(payload) ? splitLines(payload) : payload,
  control: (control) => {
    const retry = "retry" in control ? `retry: ${control.retry}\n` : "";
    return utf8(`event: ${control.event}\n${retry}data: ${JSON.stringify(control.data)}\n\n`);
  },
};

/** Starts a `data:` line behind each CR, LF or CRLF, so that none can end the event or set a field. */
function splitLines(payload: Uint8Array): Uint8Array {
  const lines = new Uint8Array(payload.length + countBreaks(payload) * NEXT_LINE.length);
  let length = 0;
  for (let i = 0; i < payload.length; i++) {
    const byte = payload[i]!;
    if (byte !== CR && byte !== LF) {
      lines[length++] = byte;
      continue;
    }
    if (byte === CR && payload[i + 1] === LF) i++;
    lines.set(NEXT_LINE, length);
    length += NEXT_LINE.length;
  }
  return lines.subarray(0, length);
}

function countBreaks(payload: Uint8Array): number {
  let count = 0;
  for (const byte of payload) if (byte === CR || byte === LF) count++;
  return count;
}
