import { assert, assertEquals } from "@std/assert";
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

Deno.test("text leaves a part of a Fly log line empty if it is missing or of another type", () => {
  const [time, machine] = [LINE.timestamp, LINE.fly.app.instance];
  const message = LINE.message;
  const table = [
    [{ event: undefined }, `${time} [${machine}] dfw [info] ${message}`],
    [{ event: { provider: 7 } }, `${time} [${machine}] dfw [info] ${message}`],
    [{ log: undefined }, `${time} app[${machine}] dfw [] ${message}`],
    [{ log: { level: null } }, `${time} app[${machine}] dfw [] ${message}`],
    [{ log: { level: 30 } }, `${time} app[${machine}] dfw [info] ${message}`],
    [{ log: { level: ["info"] } }, `${time} app[${machine}] dfw [] ${message}`],
    [{ fly: { region: "dfw" } }, `${time} app[] dfw [info] ${message}`],
    [{ fly: { app: { instance: machine } } }, `${time} app[${machine}]  [info] ${message}`],
    [{ fly: undefined }, `${time} app[]  [info] ${message}`],
    [{ message: null }, `${time} app[${machine}] dfw [info] `],
    [{ message: 7 }, `${time} app[${machine}] dfw [info] 7`],
    [{ message: { a: 1 } }, `${time} app[${machine}] dfw [info] {"a":1}`],
  ] as const;
  for (const [change, expected] of table) assertEquals(encode({ ...LINE, ...change }), expected);
});

Deno.test("text prints the time of arrival if a Fly log line has none", () => {
  const before = Date.now();
  const { timestamp: _, ...line } = LINE;
  const [time, ...rest] = encode(line).split(" ");
  assertEquals(rest.join(" "), "app[d896d7c609dd68] dfw [info] GET /healthz 200 3ms");
  assert(Date.parse(time!) >= before && Date.parse(time!) <= Date.now(), time);
});

Deno.test("text prints the level of the app's own line, and that line as it is", () => {
  const start = "2026-11-20T20:42:11.123456789Z app[d896d7c609dd68] dfw";
  const table = [
    ['{"level":50,"msg":"x"}', "error"],
    ['{"severity":"ERROR","message":"x"}', "error"],
    ['{"levelname":"WARNING","message":"x"}', "warning"],
    ["level=warn msg=x", "warn"],
    ["[00:00:00 WRN] x", "wrn"],
    ["INFO: nothing is an error here", "info"],
    ["an error occurred", "info"],
  ] as const;
  for (const [message, level] of table) {
    assertEquals(encode({ ...LINE, message }), `${start} [${level}] ${message}`);
  }
});

Deno.test("text prints lines of other log collectors alike", () => {
  const timestamp = "2026-11-20T20:42:11.123Z";
  const kubernetes = { pod_name: "web-7d9c5b6f4-abcde", container_name: "web" };
  assertEquals(
    encode({ kubernetes, message: "ERROR x", timestamp }),
    `${timestamp} web[web-7d9c5b6f4-abcde]  [error] ERROR x`,
  );
  assertEquals(
    encode({ log: "x\n", stream: "stderr", time: timestamp }),
    `${timestamp} []  [] x`,
  );
});

Deno.test("text writes control events as lines that start with #", () => {
  const at = "2026-11-20T21:00:00.000Z";
  const table = [
    [
      text.control({
        event: "ready",
        data: { app: "web", subject: "logs.web.>", expiresAt: at, history: true },
        retry: 2_000,
        id: 41,
      }),
      `# ready app=web subject=logs.web.> expiresAt=${at} history=true retry=2000\n`,
    ],
    [
      text.control({ event: "dropped", data: { count: 7, bytes: 210 } }),
      "# dropped count=7 bytes=210\n",
    ],
    [
      text.control({ event: "status", data: { nats: "disconnected", at } }),
      `# status nats=disconnected at=${at}\n`,
    ],
    [text.control({ event: "live", data: {}, id: 41 }), "# live\n"],
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
