import { assert, assertEquals } from "@std/assert";
import { Exposition } from "../../../lib/telemetry/exposition.ts";
import { createLog } from "../../../lib/telemetry/log.ts";
import { createMetrics } from "../../../lib/telemetry/metrics.ts";
import { StreamRecorder } from "../../../lib/telemetry/stream_recorder.ts";
import type { Permission } from "../../../lib/nats/subject.ts";

interface Line {
  msg: string;
  app?: string;
  opened?: number;
  [field: string]: unknown;
}

/** A recorder, and the lines that it has written. */
function open() {
  const written: Line[] = [];
  const log = createLog("info", (line) => void written.push(JSON.parse(line)));
  const recorder = new StreamRecorder(log, createMetrics(new Exposition()));
  /** Opens and closes a stream. */
  const visit = (app: string, apps: Permission["apps"] = [app], sub = "user") => {
    const grant = { apps, sub, jti: `token of ${sub}`, expiresAt: Infinity };
    const closed = recorder.record(grant, { app, subject: `logs.${app}.>` }, "sse");
    closed({ reason: "client", events: 3, bytes: 200, dropped: 1 });
  };
  const lines = () => written.splice(0);
  return { recorder, visit, lines };
}

Deno.test("StreamRecorder writes 300 lines about an app's streams, then one that sums up the others", () => {
  const { recorder, visit, lines } = open();
  for (let i = 0; i < 1_000; i++) visit("noisy");
  visit("quiet");
  const written = lines();
  assertEquals(written.filter(({ app }) => app === "noisy").length, 300);
  assertEquals(written.filter(({ app }) => app === "quiet").map(({ msg }) => msg), [
    "stream opened",
    "stream closed",
  ]);
  recorder.flush();
  const sums = { opened: 850, closed: 850, events: 2_550, bytes: 170_000, dropped: 850 };
  assertEquals(lines().map(({ time: _, ...rest }) => rest), [
    { level: "info", msg: "streams summarized", app: "noisy", ...sums },
  ]);
  recorder.flush();
});

Deno.test("StreamRecorder writes no more about a token of all apps because it names a new one each time", () => {
  const { recorder, visit, lines } = open();
  for (let i = 0; i < 1_000; i++) visit(`app-${i}`, "*");
  visit("app-999");
  assertEquals(lines().length, 302);
  recorder.flush();
  assertEquals(lines().map(({ msg, app, opened }) => [msg, app, opened]), [
    ["streams summarized", "*", 850],
  ]);
  recorder.flush();
});

Deno.test("StreamRecorder counts apps of an interval beyond the first 10,000 together", () => {
  const { recorder, visit, lines } = open();
  for (let i = 0; i < 11_000; i++) visit(`app-${i}`);
  assertEquals(lines().length, 20_300);
  recorder.flush();
  const [summary, ...more] = lines();
  assertEquals([summary!.app, summary!.opened, more], [undefined, 850, []]);
  recorder.flush();
});

Deno.test("StreamRecorder truncates what a token says of its user to 128 characters", () => {
  const { recorder, visit, lines } = open();
  visit("a", ["a"], "u".repeat(4_000));
  for (const { sub, jti } of lines()) {
    assertEquals(sub, "u".repeat(128));
    assert(String(jti).length === 128, String(jti));
  }
  recorder.flush();
});
