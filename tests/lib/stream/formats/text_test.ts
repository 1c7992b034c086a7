import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { text } from "../../../../lib/stream/formats/text.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

const LINE = {
  event: { provider: "app" },
  fly: { app: { instance: "d896d7c609dd68", name: "panini-786" }, region: "dfw" },
  host: "9c2f",
  log: { level: "info" },
  message: "GET /healthz 200 3ms",
  timestamp: "2026-11-20T20:42:11.123456789Z",
};

function encode(line: unknown): string {
  assertEquals([decode(text.prefix), decode(text.suffix)], ["", "\n"]);
  return decode(text.encode(utf8(JSON.stringify(line))));
}

Deno.test("text prints a Fly log line as flyctl logs does", () => {
  assertEquals(
    encode(LINE),
    "2026-11-20T20:42:11.123456789Z app[d896d7c609dd68] dfw [info] GET /healthz 200 3ms",
  );
  assertEquals(
    encode({ ...LINE, event: { provider: "proxy" }, log: { level: "error" } }),
    "2026-11-20T20:42:11.123456789Z proxy[d896d7c609dd68] dfw [error] GET /healthz 200 3ms",
  );
});

Deno.test("text prints the message unchanged, whatever it contains", () => {
  const start = encode({ ...LINE, message: "" });
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (message) => {
    assertEquals(encode({ ...LINE, message }), start + message);
  }));
  for (const message of ["\x1b[32mgreen\x1b[0m", "a\tb", '{"a":1}', "$& $1", "naïve 👍"]) {
    assertEquals(encode({ ...LINE, message }), start + message);
  }
});

Deno.test("text prints any payload that is not a Fly log line unchanged, byte for byte", () => {
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (payload) => {
    assertEquals(text.encode(payload), payload);
  }));
  for (const line of ["", "plain", "# a comment", "{", "[]", "null", "{}", "\xff", "a\nb"]) {
    assertEquals(decode(text.encode(utf8(line))), line);
  }
});

Deno.test("text prints a Fly log line with a missing part, or one of another type, unchanged", () => {
  const { event: _, ...noEvent } = LINE;
  const { timestamp: __, ...noTimestamp } = LINE;
  const lines = [
    noEvent,
    noTimestamp,
    { ...LINE, message: 7 },
    { ...LINE, message: null },
    { ...LINE, message: { toString: 1 } },
    { ...LINE, log: null },
    { ...LINE, log: { level: ["info"] } },
    { ...LINE, fly: { region: "dfw" } },
    [LINE],
    { line: LINE },
  ];
  for (const line of lines) assertEquals(encode(line), JSON.stringify(line));
});

Deno.test("text writes control events as lines that start with #", () => {
  const at = "2026-11-20T21:00:00.000Z";
  const table = [
    [
      text.control({
        event: "ready",
        data: { app: "web", subject: "logs.web.>", expiresAt: at },
        retry: 2_000,
      }),
      `# ready app=web subject=logs.web.> expiresAt=${at} retry=2000\n`,
    ],
    [
      text.control({ event: "dropped", data: { count: 7, bytes: 210 } }),
      "# dropped count=7 bytes=210\n",
    ],
    [
      text.control({ event: "status", data: { nats: "disconnected", at } }),
      `# status nats=disconnected at=${at}\n`,
    ],
    [text.control({ event: "end", data: { reason: "expired" } }), "# end reason=expired\n"],
  ] as const;
  for (const [line, expected] of table) assertEquals(decode(line), expected);
});

Deno.test("text sends an empty line as keepalive", () => {
  assertEquals(decode(text.keepalive), "\n");
});

Deno.test("text has the media type text/plain in UTF-8", () => {
  assertEquals([text.name, text.contentType], ["text", "text/plain; charset=utf-8"]);
});
