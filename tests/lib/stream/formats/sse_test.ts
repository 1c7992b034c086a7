import { assertEquals } from "@std/assert";
import { createParser, type EventSourceMessage } from "npm:eventsource-parser@^3";
import fc from "npm:fast-check@^4";
import type { ControlEvent } from "../../../../lib/stream/control_event.ts";
import { sse } from "../../../../lib/stream/formats/sse.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** Bytes that could break an event stream, and others. */
const hostile = fc.constantFrom(
  ...["\n", "\r", "\r\n", "\n\n", "\r\r", "\n\r\n", ":", " ", "\0", "\ufeff", "\u2028", "\x85"],
  ...["event: end", "data: ", "data", "retry: 1", "id: 7", "\nid\n", "\n: ", "{}", "é", "👍"],
).map(utf8);
const broken = fc.constantFrom([0xff], [0xc3], [0xe2, 0x80], [0xed, 0xa0, 0x80], [
  0xf0,
  0x9f,
  0x91,
]);
const piece = fc.oneof(
  { weight: 4, arbitrary: hostile },
  { weight: 1, arbitrary: broken.map((bytes) => new Uint8Array(bytes)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
);
const payload = fc.array(piece, { maxLength: 8 }).map((pieces) => join(...pieces));

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function frame(payload: Uint8Array): Uint8Array {
  return join(sse.prefix, sse.encode(payload), sse.suffix);
}

/** Parses the bytes as an `EventSource` does, `size` bytes at a time. */
function parse(bytes: Uint8Array, size = bytes.length || 1) {
  const seen = {
    events: [] as EventSourceMessage[],
    comments: [] as string[],
    retries: [] as number[],
    errors: [] as string[],
  };
  const parser = createParser({
    onEvent: (event) => void seen.events.push(event),
    onComment: (comment) => void seen.comments.push(comment),
    onRetry: (retry) => void seen.retries.push(retry),
    onError: (error) => void seen.errors.push(error.message),
  });
  // The standard strips a BOM only at the start, where no frame has one; Deno does so in every chunk.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let at = 0; at < bytes.length; at += size) {
    parser.feed(decoder.decode(bytes.subarray(at, at + size), { stream: true }));
  }
  return seen;
}

Deno.test("sse delivers each payload as one unnamed event, whatever bytes it contains", () => {
  const payloads = fc.array(payload, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(payloads, fc.integer({ min: 1, max: 30 }), (payloads, size) => {
      assertEquals(parse(join(...payloads.map(frame)), size), {
        events: payloads.map((payload) => ({
          event: undefined,
          id: undefined,
          data: decode(payload).replaceAll(/\r\n?/g, "\n"),
        })),
        comments: [],
        retries: [],
        errors: [],
      });
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("sse changes nothing in a payload except its line breaks", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const payload = bytes.filter((byte) => byte !== 10 && byte !== 13);
    assertEquals(frame(payload), join(utf8("data: "), payload, utf8("\n\n")));
  }));
});

Deno.test("sse starts a new data line after each CR, LF and CRLF", () => {
  const table = [
    ["", ""],
    ["one", "one"],
    ["one\ntwo", "one\ndata: two"],
    ["one\rtwo", "one\ndata: two"],
    ["one\r\ntwo", "one\ndata: two"],
    ["one\n\rtwo", "one\ndata: \ndata: two"],
    ["\n\nevent: end\r", "\ndata: \ndata: event: end\ndata: "],
  ] as const;
  for (const [payload, encoded] of table) {
    assertEquals(decode(frame(utf8(payload))), `data: ${encoded}\n\n`);
  }
});

Deno.test("sse encodes a large payload that consists of line breaks", () => {
  const [event] = parse(frame(utf8("\n".repeat(100_000)))).events;
  assertEquals(event!.data.length, 100_000);
});

Deno.test("sse writes control events as named events with JSON as data", () => {
  const expiresAt = "2026-11-20T21:00:00.000Z";
  const ready = { app: "web", subject: "logs.web.>", expiresAt, history: true };
  const table: [ControlEvent, string][] = [
    [
      { event: "ready", data: ready, retry: 2_000 },
      `event: ready\nretry: 2000\ndata: ${JSON.stringify(ready)}\n\n`,
    ],
    [
      { event: "ready", data: ready, retry: 2_000, id: 41 },
      `event: ready\nid: 41\nretry: 2000\ndata: ${JSON.stringify(ready)}\n\n`,
    ],
    [{ event: "gap", data: { reason: "limit" } }, 'event: gap\ndata: {"reason":"limit"}\n\n'],
    [{ event: "live", data: {}, id: 0 }, "event: live\nid: 0\ndata: {}\n\n"],
    [
      { event: "dropped", data: { count: 7, bytes: 210 } },
      'event: dropped\ndata: {"count":7,"bytes":210}\n\n',
    ],
    [
      { event: "status", data: { nats: "disconnected", at: expiresAt } },
      `event: status\ndata: {"nats":"disconnected","at":"${expiresAt}"}\n\n`,
    ],
    [{ event: "end", data: { reason: "expired" } }, 'event: end\ndata: {"reason":"expired"}\n\n'],
    [
      { event: "end", data: { reason: "shutdown" }, retry: 1_234 },
      'event: end\nretry: 1234\ndata: {"reason":"shutdown"}\n\n',
    ],
  ];
  for (const [event, framed] of table) {
    assertEquals(decode(sse.control(event)), framed);
    const { events, retries, errors } = parse(sse.control(event));
    assertEquals(events, [{
      event: event.event,
      id: "id" in event ? `${event.id}` : undefined,
      data: JSON.stringify(event.data),
    }]);
    assertEquals([retries, errors], ["retry" in event ? [event.retry!] : [], []]);
  }
});

Deno.test("sse sends a comment as keepalive, which is not an event", () => {
  const { events, comments } = parse(sse.keepalive.slice());
  assertEquals([events, comments], [[], ["keepalive"]]);
  assertEquals(decode(sse.keepalive).split("\n")[0], ": keepalive");
});

Deno.test("sse has the media type text/event-stream", () => {
  assertEquals([sse.name, sse.contentType], ["sse", "text/event-stream"]);
});
