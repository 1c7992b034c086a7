import { assertEquals } from "@std/assert";
import { createLog } from "../../../lib/telemetry/log.ts";
import { limitRepeats } from "../../../lib/telemetry/log_repeat_limit.ts";

/** Creates a log that limits repeats, and collects its lines without their time. */
function open() {
  const lines: Record<string, unknown>[] = [];
  const log = limitRepeats(createLog("debug", (line) => {
    const { time: _, ...rest } = JSON.parse(line);
    lines.push(rest);
  }));
  return { log, lines: () => lines.splice(0) };
}

Deno.test("limitRepeats() writes 20 equal lines, then the number of repetitions", () => {
  const { log, lines } = open();
  const fields = {
    reason: 'Permissions Violation for Subscription to "logs.a.>"',
    code: undefined,
  };
  for (let i = 0; i < 100; i++) log.warn("NATS denied", fields);
  log.warn("NATS denied", { reason: "another" });
  log.error("NATS denied", fields);
  const line = { level: "warn", msg: "NATS denied", reason: fields.reason };
  assertEquals(lines(), [
    ...Array(20).fill(line),
    { ...line, reason: "another" },
    { ...line, level: "error" },
  ]);
  log.flush();
  assertEquals(lines(), [{ ...line, repeated: 80 }]);
  log.flush();
  assertEquals(lines(), []);
});

Deno.test("limitRepeats() limits lines by their message if they are long, or too many different ones", () => {
  for (const [different, padding] of [[1_000, 0], [40, 10_000]] as const) {
    const { log, lines } = open();
    for (let i = 0; i < different; i++) {
      log.error("request failed", { error: `${i}`.padEnd(padding) });
    }
    log.error("something else");
    const written = lines();
    assertEquals(written.pop(), { level: "error", msg: "something else" });
    assertEquals(written.length, padding > 0 ? 20 : 120);
    log.flush();
    const repeated = different - written.length;
    assertEquals(lines(), [{ level: "error", msg: "request failed", repeated }]);
    log.flush();
    log.flush();
  }
});

Deno.test("limitRepeats() does not limit debug lines", () => {
  const { log, lines } = open();
  for (let i = 0; i < 1_000; i++) log.debug("request refused", { code: "token_missing" });
  assertEquals(lines().length, 1_000);
});
