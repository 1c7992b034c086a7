import { assert, assertEquals, assertMatch } from "@std/assert";
import { utf8 } from "../../../lib/stream/formats/format.ts";
import { ndjson } from "../../../lib/stream/formats/ndjson.ts";
import { text } from "../../../lib/stream/formats/text.ts";
import { fileName, toCopiedText, toFile, toJson, toText } from "../../../web/export/download.ts";
import { type Row, RowFactory } from "../../../web/rows/row.ts";
import { Store } from "../../../web/rows/store.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";

const NOW = Date.parse("2026-11-20T20:42:11Z");

const payloads = [
  flyPayload(),
  flyPayload({ message: "two\nlines", level: "ERROR" }),
  flyPayload({ timestamp: "whenever" }),
  flyPayload().replace(`"host"`, `"natstap"`),
  "plain",
  "",
  "a\nb",
  "{",
  "{}",
  `{"natstap":{"event":"end"}}`,
  `{"Natstap":{"event":"end"}}`,
  `{"a":1,"NATSTAP":null}`,
  `{"nat\u017ftap":{"event":"end"}}`,
  `{"nat\\u017ftap":1,"nat\\u0053tap":2}`,
  `{"a":{"Natstap":1}}`,
  `{"a":\n1}`,
  "[1, 2]",
  "7",
  "null",
  "# ready",
  "ünï😀",
];

for (const payload of payloads) {
  Deno.test(`a file has the same text as the service's formats: ${JSON.stringify(payload)}`, () => {
    const line = new RowFactory().line(payload);
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(toText(line), decode(text.encode(utf8(payload))));
    assertEquals(toJson(line), decode(ndjson.encode(utf8(payload))));
  });
}

Deno.test("no line in an ndjson file is read as a gap by a decoder that ignores case", () => {
  for (const key of ["Natstap", "NATSTAP", "nat\u017ftap", "NAT\u017fTAP", "nat\\u017ftap"]) {
    const payload = `{"a":1,"${key}":{"event":"dropped","count":1,"bytes":1}}`;
    assertEquals(toJson(new RowFactory().line(payload)), JSON.stringify(payload), key);
  }
});

Deno.test("text has no escape sequences, whether a line is Fly's or not; JSON keeps them", () => {
  const message = "\x1b[31mred\x1b[0m \x1b]8;;https://a.example\x07link\x1b]8;;\x07";
  const fly = new RowFactory().line(flyPayload({ message }));
  assertEquals(toText(fly), toText(new RowFactory().line(flyPayload({ message: "red link" }))));
  assertEquals(toJson(fly), fly.payload);
  const other = new RowFactory().line(message);
  assertEquals(toText(other), "red link");
  assertEquals(toJson(other), JSON.stringify(message));
});

const rows = new RowFactory(() => NOW);
const nats = rows.outage("nats", NOW);
const connection = rows.outage("connection", NOW);
const [from, to] = ["2026-11-20T20:42:11.000Z", "2026-11-20T20:42:12.500Z"];
const gaps: [row: Row, text: string, json: Record<string, unknown>][] = [
  [rows.live(), "live", { event: "live" }],
  [rows.history("limit"), "gap reason=limit", { event: "gap", reason: "limit" }],
  [rows.dropped(3, 999), "dropped count=3 bytes=999", { event: "dropped", count: 3, bytes: 999 }],
  [{ ...nats, to: NOW + 1500 }, `nats lost from=${from} to=${to}`, {
    event: "nats lost",
    from,
    to,
  }],
  [connection, `connection lost from=${from} to=?`, { event: "connection lost", from, to: "?" }],
];

for (const [row, asText, asJson] of gaps) {
  Deno.test(`a file includes gaps: ${asText}`, () => {
    assertEquals(toText(row), `# ${asText}`);
    assertEquals(JSON.parse(toJson(row)), { natstap: asJson });
  });
}

Deno.test("a file has one line per row, even if it is written in several parts", async () => {
  const many = Array.from({ length: 25_001 }, (_, i) => rows.line(`line ${i}`));
  const log = await toFile(many, "log");
  assertEquals(log.type, "text/plain;charset=utf-8");
  assertEquals(await log.text(), many.map(({ payload }) => `${payload}\n`).join(""));
  const json = await toFile(many, "ndjson");
  assertEquals(json.type, "application/x-ndjson");
  assertEquals(await json.text(), many.map(({ payload }) => `"${payload}"\n`).join(""));
  assertEquals(await (await toFile([], "log")).text(), "");
});

Deno.test("a file has the rows that were held when it was requested", async () => {
  const store = new Store(3);
  for (const payload of ["a", "b", "c"]) store.add(rows.line(payload));
  const file = toFile(store.visible(), "log");
  for (const payload of ["d", "e", "f"]) store.add(rows.line(payload));
  assertEquals(await (await file).text(), "a\nb\nc\n");
});

Deno.test("a file name contains the app and the time, and no unsafe characters", () => {
  const now = new Date("2026-11-20T20:42:11.123Z");
  assertEquals(fileName("panini-786", "log", now), "panini-786-2026-11-20T20-42-11Z.log");
  assertEquals(fileName("../../x\n", "ndjson", now), "x-2026-11-20T20-42-11Z.ndjson");
  assertMatch(fileName("*", "log"), /^logs-[\dTZ-]+\.log$/);
});

Deno.test("a copied line of JSON has all of its fields in full", () => {
  const fields = Array.from({ length: 100 }, (_, index) => [`k${index}`, index]);
  const stack = "at f\n".repeat(1_000);
  const payload = JSON.stringify({ msg: "m", stack, ...Object.fromEntries(fields) });
  const copied = toCopiedText(new RowFactory().line(payload));
  assert(copied.startsWith(`m stack="${stack.replaceAll("\n", "\\n")}" k0=0`));
  assert(copied.endsWith(" k98=98 k99=99"));
});

Deno.test("an entry of several lines is written and copied as these lines", () => {
  const rows = new RowFactory();
  const lines = ["ERROR x", "java.io.IOException: \\x", "\tat a.B.c(B.java:1)"];
  const [first, ...more] = lines.map((line) => rows.line(line));
  const entry = { ...first!, message: lines.join("\n"), more };
  assertEquals([toText(entry), toCopiedText(entry)], [lines.join("\n"), lines.join("\n")]);
  assertEquals(toJson(entry), lines.map((line) => JSON.stringify(line)).join("\n"));
});
