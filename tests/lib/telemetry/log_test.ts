import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "npm:fast-check@^4";
import { createLog, type LogLevel, type LogStyle } from "../../../lib/telemetry/log.ts";
import { read } from "../../support/clients/sse_reader.ts";
import { mint, startStack } from "../../support/service.ts";

const LEVELS: LogLevel[] = ["debug", "info", "warn", "error"];
const STYLES: LogStyle[] = ["json", "plain", "colored"];

/** Creates a log, and collects its lines. */
function openLog(level: LogLevel, style?: LogStyle) {
  const lines: string[] = [];
  return { log: createLog(level, (line) => void lines.push(line), style), lines };
}

Deno.test("createLog() writes one JSON object per line: time, level, msg and fields", () => {
  const { log, lines } = openLog("info");
  const before = Date.now();
  log.info("stream opened", { app: "web", subject: "logs.web.>", sub: undefined, events: 0 });
  const { time, ...rest } = JSON.parse(lines[0]!);
  assertEquals(rest, {
    level: "info",
    msg: "stream opened",
    app: "web",
    subject: "logs.web.>",
    events: 0,
  });
  assertEquals(Object.keys(JSON.parse(lines[0]!)).slice(0, 3), ["time", "level", "msg"]);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert(Date.parse(time) >= before && Date.parse(time) <= Date.now(), time);
  assertEquals(lines.length, 1);
});

Deno.test("createLog() writes a human-readable line: time, level, msg and fields", () => {
  const { log, lines } = openLog("info", "plain");
  log.warn("stream opened", {
    app: "web",
    sub: undefined,
    events: 0,
    reason: "two words",
    jti: "",
    servers: ["nats://a:4222"],
  });
  const [time, ...rest] = lines[0]!.split(/ +/);
  assertMatch(time!, /^\d\d:\d\d:\d\d\.\d{3}$/);
  assertEquals(
    rest.join(" "),
    `warn stream opened app=web events=0 reason="two words" jti="" servers=["nats://a:4222"]\n`,
  );
});

Deno.test("createLog() keeps every field on one line, and writes no terminal sequences from fields", () => {
  // Its own colors are the only sequences that a terminal interprets.
  const color = new RegExp(String.raw`\x1b\[\d+m`, "g");
  for (const style of STYLES) {
    const { log, lines } = openLog("info", style);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (sub) => {
        log.info("stream opened", { sub });
        const line = lines.pop()!;
        if (style === "json") assertEquals(JSON.parse(line).sub, sub);
        assertMatch(line.replaceAll(color, ""), /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+\n$/u);
      }),
      { examples: [["\x1b[2J\x9b2J\u202e\u2028\r\n\0\x7f"]] },
    );
  }
});

for (const [i, level] of LEVELS.entries()) {
  Deno.test(`createLog() does not write lines below ${level}`, () => {
    const { log, lines } = openLog(level);
    for (const each of LEVELS) log[each](`at ${each}`);
    assertEquals(lines.map((line) => JSON.parse(line).level), LEVELS.slice(i));
  });
}

Deno.test("the service logs when a stream opens and closes, and no more for 10,000 messages than for 10", async () => {
  await using stack = await startStack({ LOG_LEVEL: "debug", BUFFER_BYTES: "16777216" });
  const { nats, publisher, service } = stack;
  const token = await mint({ app: "web", region: "dfw", sub: "user 7", jti: "t-1" });
  const reader = await read(`${service.url}/logs?token=${token}`);
  await reader.control("ready");
  await service.logged(({ msg }) => msg === "stream opened");
  const before = service.logs.length;
  for (const count of [10, 10_000]) {
    for (let i = 0; i < count; i++) publisher.publish("logs.web.dfw.d8", `line ${i}`);
    for (let i = 0; i < count; i++) assertEquals(await reader.line(), `line ${i}`);
  }
  await reader.close();
  const line = await service.logged(({ msg }) => msg === "stream closed");
  assertEquals(service.logs.slice(before), [line]);
  const { time: _, duration, bytes, ...closed } = line;
  const stream = { app: "web", subject: "logs.web.dfw.>", sub: "user 7", jti: "t-1" };
  const counts = { reason: "client", events: 10_010, dropped: 0 };
  assertEquals(closed, { level: "info", msg: "stream closed", ...stream, ...counts });
  assert(typeof duration === "number" && duration >= 0, `${duration} seconds`);
  assert(typeof bytes === "number" && bytes > 10_010 * "data: line 0\n\n".length, `${bytes} bytes`);
  const { time: __, ...opened } = service.logs.find(({ msg }) => msg === "stream opened")!;
  assertEquals(opened, { level: "info", msg: "stream opened", ...stream, format: "sse" });

  await nats.stop();
  await service.logged(({ level, msg }) => level === "warn" && msg === "NATS unavailable");
  await service.stop();
  const count = (msg: string) => service.logs.filter((line) => line.msg === msg).length;
  const states = ["NATS connected", "stream opened", "stream closed", "stopping", "stopped"];
  assertEquals(states.map(count), [1, 1, 1, 1, 1]);
});
