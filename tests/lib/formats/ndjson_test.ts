import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { ndjson } from "../../../lib/formats/ndjson.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** The line that a payload becomes, without its line break. */
function encode(payload: Uint8Array): string {
  assertEquals([decode(ndjson.prefix), decode(ndjson.suffix)], ["", "\n"]);
  return decode(ndjson.encode(payload));
}

function assertPretenderIsString(payload: string) {
  assertEquals(JSON.parse(encode(utf8(payload))), payload);
}

Deno.test("ndjson makes one line of JSON of any bytes", () => {
  const broken = fc.constantFrom([0xff], [0xc3], [0xe2, 0x80], [0xed, 0xa0, 0x80]);
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom("\n", "\r", "{", "}", '"', "[1]", "\\", "\0", "\u2028", "\ufeff").map(utf8),
      broken.map((bytes) => new Uint8Array(bytes)),
      fc.uint8Array({ maxLength: 20 }),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(pieces, (pieces) => {
      const payload = new Uint8Array(pieces.flatMap((piece) => [...piece]));
      const line = encode(payload);
      assert(!/[\r\n]/.test(line), JSON.stringify(line));
      const value: unknown = JSON.parse(line);
      if (line !== decode(payload)) assertEquals(value, decode(payload));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("ndjson changes no byte of a payload that is one line of JSON", () => {
  const json = fc.oneof(fc.json(), fc.json().map((text) => ` ${text}\t`));
  fc.assert(
    fc.property(json, (text) => {
      const payload = utf8(text);
      assertEquals(ndjson.encode(payload), payload);
    }),
    { numRuns: 1_000 },
  );
  for (const text of ["0", "-0.0", "1e999", '"\\ud800"', "null", '{"a":1,"a":2}', '{"b": 1}']) {
    assertEquals(encode(utf8(text)), text);
  }
});

Deno.test("ndjson makes a string of a payload that is not one line of JSON", () => {
  const texts = [
    "",
    " ",
    "plain",
    "{",
    "{'a':1}",
    '{"a":1} {"b":2}',
    "NaN",
    "\ufeff{}",
    "01",
    "\t",
  ];
  for (const text of [...texts, '{"a":\n1}', "[1,\r2]", "1\n", "\r\n", '"a\tb"']) {
    assertEquals(encode(utf8(text)), JSON.stringify(text));
  }
});

Deno.test("ndjson makes a string of JSON that is no UTF-8", () => {
  const bytes = new Uint8Array([...utf8('{"a":"'), 0xff, 0xc3, ...utf8('"}')]);
  assertEquals(JSON.parse(encode(bytes)), '{"a":"\ufffd\ufffd"}');
});

Deno.test("ndjson makes a string of a payload that pretends to be one of the service's own events", () => {
  const end = `{"event":"end","reason":"expired"}`;
  for (const value of [end, "null", "1", "[]", "{}"]) {
    for (const key of ['"natstap"', '"\\u006eatstap"', '"nat\\u0073tap"']) {
      assertPretenderIsString(`{${key}:${value}}`);
      assertPretenderIsString(` { ${key} : ${value} } `);
      assertPretenderIsString(`{"a":1,${key}:${value},"b":2}`);
      assertPretenderIsString(`{${key}:${value},${key}:1}`);
    }
  }
  for (
    const text of [`[{"natstap":${end}}]`, `{"a":{"natstap":1}}`, '"natstap"', '{"Natstap":1}']
  ) {
    assertEquals(encode(utf8(text)), text);
  }
});

Deno.test("ndjson tells the service's own events in one object a line", () => {
  const at = "2026-11-20T21:00:00.000Z";
  const table = [
    [
      ndjson.control({
        event: "ready",
        data: { app: "web", subject: "logs.web.>", expiresAt: at },
        retry: 2_000,
      }),
      { event: "ready", app: "web", subject: "logs.web.>", expiresAt: at, retry: 2_000 },
    ],
    [
      ndjson.control({ event: "dropped", data: { count: 7, bytes: 210 } }),
      { event: "dropped", count: 7, bytes: 210 },
    ],
    [
      ndjson.control({ event: "status", data: { nats: "connected", at } }),
      { event: "status", nats: "connected", at },
    ],
    [
      ndjson.control({ event: "end", data: { reason: "shutdown" }, retry: 700 }),
      { event: "end", reason: "shutdown", retry: 700 },
    ],
  ] as const;
  for (const [line, natstap] of table) {
    const [text, rest, ...more] = decode(line).split("\n");
    assertEquals<unknown>(JSON.parse(text!), { natstap });
    assertEquals([rest, more], ["", []]);
  }
});

Deno.test("ndjson keeps a stream alive with an empty line", () => {
  assertEquals(decode(ndjson.keepalive), "\n");
});

Deno.test("ndjson is application/x-ndjson", () => {
  assertEquals([ndjson.name, ndjson.contentType], ["ndjson", "application/x-ndjson"]);
});
