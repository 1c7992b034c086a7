import { assertEquals } from "@std/assert";
import { fieldsOf, RowFactory } from "../../../web/rows/row.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";

const NOW = Date.parse("2026-11-20T20:42:12Z");

Deno.test("the row of a Fly line has its payload and fields, with the level in lower case", () => {
  const payload = flyPayload({ level: "WARN", message: "disk \u001b[31mfull\u001b[0m" });
  assertEquals(new RowFactory(() => NOW).line(payload, "7"), {
    kind: "line",
    id: 0,
    received: NOW,
    time: Date.parse("2026-11-20T20:42:11.123Z"),
    level: "warn",
    severity: "warn",
    provider: "app",
    region: "dfw",
    machine: "m1",
    message: "disk \u001b[31mfull\u001b[0m",
    payload,
    sequence: "7",
    envelope: "fly",
    isStructured: false,
  });
});

for (const payload of ["", "plain words", "{", "{}", "[]", "null", flyPayload().slice(0, -1)]) {
  Deno.test(`a payload without other fields is the message: ${JSON.stringify(payload)}`, () => {
    const { kind: _, id: __, received: ___, ...line } = new RowFactory().line(payload);
    assertEquals(line, {
      time: undefined,
      level: "",
      severity: "none",
      provider: "",
      region: "",
      machine: "",
      message: payload,
      payload,
      sequence: undefined,
      envelope: "",
      isStructured: false,
    });
  });
}

Deno.test("a line of JSON has its own message, level and fields, with or without an envelope", () => {
  const json = `{"level":50,"time":1795207331123,"pid":7,"msg":"caf\\u00e9","user":{"id":42}}`;
  for (const payload of [json, flyPayload({ message: json })]) {
    const line = new RowFactory().line(payload);
    const { message, level, severity, isStructured } = line;
    assertEquals([message, level, severity, isStructured], ["café", "error", "error", true]);
    assertEquals(fieldsOf(line), { pid: 7, user: { id: 42 } });
  }
});

Deno.test("a message is what a terminal would leave on the screen", () => {
  const line = new RowFactory().line(flyPayload({ message: "10%\r50%\r100% done" }));
  assertEquals(line.message, "100% done");
});

const invalid = ["", "yesterday", "7", "2026", "2026-13-45T99:99:99Z", "2026-11-20T20:42:11"];

for (const timestamp of invalid) {
  Deno.test(`a Fly line has no time if its timestamp is ${JSON.stringify(timestamp)}`, () => {
    const { envelope, time } = new RowFactory().line(flyPayload({ timestamp }));
    assertEquals([envelope, time], ["fly", undefined]);
  });
}

Deno.test("ids increase by one with each row of any kind", () => {
  const rows = new RowFactory();
  const gap = rows.outage("nats", 1);
  const all = [rows.line("a"), rows.dropped(3, 99), rows.outage("connection", 2), rows.line("b")];
  assertEquals([gap, ...all].map(({ id }) => id), [0, 1, 2, 3, 4]);
});

Deno.test("ids of rows before all others decrease", () => {
  const rows = new RowFactory();
  const all = [
    rows.line("a"),
    rows.older("b"),
    rows.olderGap("limit"),
    rows.line("c"),
    rows.live(),
  ];
  assertEquals(all.map(({ id }) => id), [0, -1, -2, 1, 2]);
});
