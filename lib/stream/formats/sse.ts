/**
 * Server-Sent Events (WHATWG HTML, section 9.2).
 *
 * @module
 */
import { CR, type Format, hasLineBreak, LF, utf8 } from "./format.ts";

const NEXT_LINE = utf8("\ndata: ");

/** Writes a log line as one unnamed event, with the payload in `data:`. */
export const sse: Format = {
  name: "sse",
  contentType: "text/event-stream",
  prefix: utf8("data: "),
  prefixWithId: (id) => utf8(`id: ${id}\ndata: `),
  suffix: utf8("\n\n"),
  keepalive: utf8(": keepalive\n\n"),
  encode: (payload) => hasLineBreak(payload) ? splitLines(payload) : payload,
  control: (control) => {
    const retry = "retry" in control ? `retry: ${control.retry}\n` : "";
    const id = "id" in control && control.id !== undefined ? `id: ${control.id}\n` : "";
    return utf8(`event: ${control.event}\n${id}${retry}data: ${JSON.stringify(control.data)}\n\n`);
  },
};

/** Starts a new `data:` line after each CR, LF or CRLF, so that none can end the event or set a field. */
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
    // Byte by byte, because a set() for each line break takes three times as long.
    for (let j = 0; j < NEXT_LINE.length; j++) lines[length++] = NEXT_LINE[j]!;
  }
  return lines.subarray(0, length);
}

function countBreaks(payload: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < payload.length; i++) if (payload[i] === CR || payload[i] === LF) count++;
  return count;
}
