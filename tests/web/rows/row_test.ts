import { assertEquals } from "@std/assert";
import { ended, Rows, severityOf } from "../../../web/rows/row.ts";
import { flyPayload } from "../../support/viewer/sample_rows.ts";

const NOW = Date.parse("2026-11-20T20:42:12Z");

Deno.test("a Fly line's row has its facts, its level in lower case, its payload as it was", () => {
  const payload = flyPayload({ level: "WARN", message: "disk \u001b[31mfull\u001b[0m" });
  assertEquals(new Rows(() => NOW).line(payload), {
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
  Deno.test(`a payload that is no Fly line shows as it is: ${JSON.stringify(payload)}`, () => {
    const { message, time, level, provider, region, machine, isFly } = new Rows().line(payload);
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
  Deno.test(`a Fly line has no time where its timestamp is ${JSON.stringify(timestamp)}`, () => {
    const { isFly, time } = new Rows().line(flyPayload({ timestamp }));
    assertEquals([isFly, time], [true, undefined]);
  });
}

Deno.test("ids grow by one with each row, of whatever kind", () => {
  const rows = new Rows();
  const gap = rows.lost("nats", 1);
  const all = [rows.line("a"), rows.dropped(3, 99), rows.lost("connection", 2), rows.line("b")];
  assertEquals([gap, ...all].map(({ id }) => id), [0, 1, 2, 3, 4]);
});

Deno.test("a gap that is over keeps its id and its beginning", () => {
  const gap = new Rows(() => NOW).lost("nats", NOW - 500);
  assertEquals(ended(gap, NOW + 700), {
    kind: "gap",
    id: 0,
    received: NOW,
    gap: "nats",
    from: NOW - 500,
    to: NOW + 700,
  });
});

Deno.test("severityOf() knows the levels by their many names, and no others", () => {
  const levels = ["fatal", "error", "warning", "notice", "trace", "", "loud", "constructor"];
  const severities = ["error", "error", "warn", "info", "debug", "none", "none", "none"];
  assertEquals(levels.map(severityOf), severities);
});
