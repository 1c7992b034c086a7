import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { ndjson } from "../../../../lib/stream/formats/ndjson.ts";
import { hasReservedKey } from "../../../../lib/stream/formats/reserved_key.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** Encodes a payload; returns the line without its line break. */
function encode(payload: Uint8Array): string {
  assertEquals([decode(ndjson.prefix), decode(ndjson.suffix)], ["", "\n"]);
  return decode(ndjson.encode(payload));
}

function assertEncodedAsString(payload: string) {
  assertEquals(JSON.parse(encode(utf8(payload))), payload);
}

Deno.test("ndjson encodes any bytes as one line of JSON", () => {
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

Deno.test("ndjson does not change a payload that is one line of JSON", () => {
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

Deno.test("ndjson encodes a payload that is not one line of JSON as a string", () => {
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

Deno.test("ndjson encodes JSON that is not UTF-8 as a string", () => {
  const bytes = new Uint8Array([...utf8('{"a":"'), 0xff, 0xc3, ...utf8('"}')]);
  assertEquals(JSON.parse(encode(bytes)), '{"a":"\ufffd\ufffd"}');
});

Deno.test("ndjson encodes a payload that imitates a control event as a string", () => {
  const end = `{"event":"end","reason":"expired"}`;
  for (const value of [end, "null", "1", "[]", "{}"]) {
    const keys = [
      "natstap",
      "\\u006eatstap",
      "nat\\u0073tap",
      "Natstap",
      "NATSTAP",
      "nat\u017ftap",
    ];
    for (const key of keys.map((key) => `"${key}"`)) {
      assertEncodedAsString(`{${key}:${value}}`);
      assertEncodedAsString(` { ${key} : ${value} } `);
      assertEncodedAsString(`{"a":1,${key}:${value},"b":2}`);
      assertEncodedAsString(`{${key}:${value},${key}:1}`);
    }
  }
  for (
    const text of [`[{"natstap":${end}}]`, `{"a":{"natstap":1}}`, '"natstap"', '{"Natstap2":1}']
  ) {
    assertEquals(encode(utf8(text)), text);
  }
});

/** Spellings of each letter of `natstap` that clients which ignore case accept. */
const SPELLINGS = ["nN", "aA", "tT", "sS\u017f", "tT", "aA", "pP"].map((letters) => [...letters]);
const LIGATURES = ["nN", "aA", "tT", "\ufb05\ufb06", "aA", "pP"].map((letters) => [...letters]);

/** Escapes a character as JSON permits, with lower-case digits. */
function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A JSON key that folds to `natstap`, with each character literal or escaped. */
const reservedKey = fc.constantFrom(SPELLINGS, LIGATURES).chain((letters) =>
  fc.tuple(...letters.map((spellings) =>
    fc.constantFrom(
      ...spellings.flatMap((character) => [
        character,
        escape(character),
        escape(character).toUpperCase().replace("U", "u"),
      ]),
    )
  ))
).map((characters) => `"${characters.join("")}"`);

Deno.test("ndjson encodes a payload as a string if a key folds to natstap, however it is written", () => {
  const space = fc.constantFrom("", " ", "\t", "  ");
  const members = fc.array(
    fc.tuple(fc.json({ maxDepth: 0 }), fc.json({ maxDepth: 1 }))
      .map(([key, value]) => `${JSON.stringify(key)}:${value}`),
    { maxLength: 3 },
  );
  const reserved = fc.tuple(reservedKey, space, fc.json({ maxDepth: 1 }))
    .map(([key, space, value]) => `${key}${space}:${space}${value}`);
  const object = fc.tuple(
    members,
    fc.array(reserved, { minLength: 1, maxLength: 3 }),
    members,
    space,
  )
    .map(([before, reserved, after, space]) =>
      `${space}{${space}${[...before, ...reserved, ...after].join(",")}${space}}${space}`
    );
  fc.assert(fc.property(object, assertEncodedAsString), { numRuns: 2_000 });
});

Deno.test("ndjson does not change a payload if no key at its top level folds to natstap", () => {
  for (
    const key of [
      ...["natsta", "natstapp", "nat-stap", "natstap ", " natstap", "natstap\u0000", "natstaр"],
      ...[
        "nats",
        "tap",
        "natＳtap",
        "nat\u0073\u0307tap",
        "nátstap",
        "na\u0442stap",
        "nat\u00dftap",
      ],
      ...["\u014datstap", "natstap\u0301", "n\u200batstap", "\u24c3atstap", "\u{1d427}atstap"],
    ]
  ) {
    const text = JSON.stringify({ a: 1, [key]: { event: "end" } });
    assertEquals(encode(utf8(text)), text);
  }
  for (const text of [`[{"NATSTAP":1}]`, `{"a":{"Natstap":1}}`, '"NATSTAP"', "[]", "null", "7"]) {
    assertEquals(encode(utf8(text)), text);
  }
});

/** Yields every key that differs from `natstap` in at most one character below U+20000. */
function* neighbors(): Generator<string> {
  for (let i = 0; i < "natstap".length; i++) {
    for (let code = 0; code < 0x20000; code++) {
      yield "natstap".slice(0, i) + String.fromCodePoint(code) + "natstap".slice(i + 1);
    }
  }
}

Deno.test("hasReservedKey() reserves keys that become natstap in upper or lower case, and no others", () => {
  for (const key of neighbors()) {
    const folds = key.toUpperCase() === "NATSTAP" || key.toLowerCase() === "natstap";
    if (hasReservedKey({ [key]: 1 }) !== folds) {
      assertEquals(hasReservedKey({ [key]: 1 }), folds, key);
    }
  }
  for (const key of ["nat\ufb05ap", "NAT\ufb06AP", "naT\ufb05aP"]) {
    assertEquals([key.toUpperCase(), hasReservedKey({ [key]: 1 })], ["NATSTAP", true]);
  }
});

/** Prints the keys among {@linkcode neighbors} that Go's decoder accepts as `natstap`. */
const GO_PROGRAM = `package main

import (
	"encoding/json"
	"fmt"
)

func main() {
	word := []rune("natstap")
	for i, letter := range word {
		for word[i] = 0; word[i] < 0x20000; word[i]++ {
			key, _ := json.Marshal(string(word))
			var line struct{ Natstap *int \`json:"natstap"\` }
			if json.Unmarshal([]byte("{"+string(key)+":1}"), &line) == nil && line.Natstap != nil {
				fmt.Println(string(key))
			}
		}
		word[i] = letter
	}
}
`;

/** What it prints with Go 1.26. */
const GO_KEYS = ["natstap", "Natstap", "nAtstap", "naTstap", "natStap", "natsTap", "natstAp"]
  .concat("natstaP", "nat\u017ftap");

/** Returns the keys that Go's decoder accepts as `natstap`, by the installed Go if there is one. */
async function keysThatGoMatches(): Promise<string[]> {
  const file = await Deno.makeTempFile({ prefix: "natstap-keys-", suffix: ".go" });
  try {
    await Deno.writeTextFile(file, GO_PROGRAM);
    const { success, stdout, stderr } = await new Deno.Command("go", { args: ["run", file] })
      .output();
    assert(success, decode(stderr));
    return decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return GO_KEYS;
    throw error;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("ndjson encodes a payload as a string if Go's decoder would accept one of its keys as natstap", async () => {
  const keys = new Set(await keysThatGoMatches());
  assertEquals([...keys].toSorted(), GO_KEYS.toSorted());
  for (const key of keys) assertEncodedAsString(JSON.stringify({ [key]: { event: "end" } }));
});

Deno.test("ndjson writes each control event as an object on its own line", () => {
  const at = "2026-11-20T21:00:00.000Z";
  const table = [
    [
      ndjson.control({
        event: "ready",
        data: { app: "web", subject: "logs.web.>", expiresAt: at, history: true },
        retry: 2_000,
        id: 41,
      }),
      {
        ...{ event: "ready", app: "web", subject: "logs.web.>" },
        ...{ expiresAt: at, history: true, retry: 2_000 },
      },
    ],
    [
      ndjson.control({ event: "dropped", data: { count: 7, bytes: 210 } }),
      { event: "dropped", count: 7, bytes: 210 },
    ],
    [
      ndjson.control({ event: "status", data: { nats: "connected", at, recovered: true } }),
      { event: "status", nats: "connected", at, recovered: true },
    ],
    [
      ndjson.control({ event: "live", data: {}, id: 41 }),
      { event: "live" },
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

Deno.test("ndjson sends an empty line as keepalive", () => {
  assertEquals(decode(ndjson.keepalive), "\n");
});

Deno.test("ndjson has the media type application/x-ndjson", () => {
  assertEquals([ndjson.name, ndjson.contentType], ["ndjson", "application/x-ndjson"]);
});
