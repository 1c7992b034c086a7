import { assertEquals } from "@std/assert";
import { endOutage, RowFactory, severityOf } from "../../../web/rows/row.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";

const NOW = Date.parse("2026-11-20T20:42:12Z");

Deno.test("a Fly line's row has its fields, with the level in lower case, and its payload", () => {
  const payload = flyPayload({ level: "WARN", message: "disk \u001b[31mfull\u001b[0m" });
  assertEquals(new RowFactory(() => NOW).line(payload), {
    kind: "line",
    id: 0,
    received: NOW,
    time: Date.parse("2026-11-20T20:42:11.123Z"),
    level: "warn",
    provider: "app",
    region: "dfw",
    machine: "m1",
    message: "disk \u001b[31mfull\u001b[0m",
    payload,
    isFly: true,
  });
});

const others = [
  "",
  "plain words",
  "{",
  "{}",
  "[]",
  "null",
  `{"message":"hello"}`,
  `{"event":null,"fly":null,"log":null,"message":"hello","timestamp":"2026-11-20T20:42:11Z"}`,
  flyPayload().replace(`"dfw"`, "7"),
  flyPayload().replace(`"hello"`, `["hello"]`),
  flyPayload().replace(`"level"`, `"__proto__"`),
  ` ${flyPayload()}`,
  flyPayload().slice(0, -1),
];

for (const payload of others) {
  Deno.test(`a payload that is not a Fly line is its own message: ${JSON.stringify(payload)}`, () => {
    const { message, time, level, provider, region, machine, isFly } = new RowFactory().line(
      payload,
    );
    assertEquals({ message, time, level, provider, region, machine, isFly }, {
      message: payload,
      time: undefined,
      level: "",
      provider: "",
      region: "",
      machine: "",
      isFly: false,
    });
  });
}

for (
  const timestamp of ["", "yesterday", "7", "2026", "2026-13-45T99:99:99Z", "2026-11-20T20:42:11"]
) {
  Deno.test(`a Fly line has no time if its timestamp is ${JSON.stringify(timestamp)}`, () => {
    const { isFly, time } = new RowFactory().line(flyPayload({ timestamp }));
    assertEquals([isFly, time], [true, undefined]);
  });
}

Deno.test("ids increase by one with each row of any kind", () => {
  const rows = new RowFactory();
  const gap = rows.outage("nats", 1);
  const all = [rows.line("a"), rows.dropped(3, 99), rows.outage("connection", 2), rows.line("b")];
  assertEquals([gap, ...all].map(({ id }) => id), [0, 1, 2, 3, 4]);
});

Deno.test("an outage that has ended keeps its id and its start", () => {
  const gap = new RowFactory(() => NOW).outage("nats", NOW - 500);
  assertEquals(endOutage(gap, NOW + 700), {
    kind: "gap",
    id: 0,
    received: NOW,
    gap: "nats",
    from: NOW - 500,
    to: NOW + 700,
  });
});

Deno.test("severityOf() maps the common names of levels, and no others", () => {
  const levels = ["fatal", "error", "warning", "notice", "trace", "", "loud", "constructor"];
  const severities = ["error", "error", "warn", "info", "debug", "none", "none", "none"];
  assertEquals(levels.map(severityOf), severities);
});
