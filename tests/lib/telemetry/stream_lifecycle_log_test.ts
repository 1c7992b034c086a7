import { assert, assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import { createLog } from "../../../lib/telemetry/log.ts";
import { createMetrics } from "../../../lib/telemetry/metrics.ts";
import { StreamLifecycleLog } from "../../../lib/telemetry/stream_lifecycle_log.ts";
import type { Permission } from "../../../lib/nats/subject.ts";

interface Line {
  msg: string;
  app?: string;
  opened?: number;
  [field: string]: unknown;
}

/** Creates a lifecycle log, and collects its lines. */
function open() {
  const written: Line[] = [];
  const log = createLog("info", (line) => void written.push(JSON.parse(line)));
  const lifecycleLog = new StreamLifecycleLog(log, createMetrics(new Registry()));
  /** Opens and closes a stream. */
  const openAndClose = (app: string, apps: Permission["apps"] = [app], sub = "user") => {
    const grant = { apps, sub, jti: `token of ${sub}`, expiresAt: Infinity };
    const closed = lifecycleLog.recordOpened(grant, { app, subject: `logs.${app}.>` }, "sse");
    closed({ reason: "client", events: 3, bytes: 200, dropped: 1 });
  };
  const lines = () => written.splice(0);
  return { lifecycleLog, openAndClose, lines };
}

Deno.test("StreamLifecycleLog writes 300 lines about the streams of an app, then one summary of the others", () => {
  const { lifecycleLog, openAndClose, lines } = open();
  for (let i = 0; i < 1_000; i++) openAndClose("noisy");
  openAndClose("quiet");
  const written = lines();
  assertEquals(written.filter(({ app }) => app === "noisy").length, 300);
  assertEquals(written.filter(({ app }) => app === "quiet").map(({ msg }) => msg), [
    "stream opened",
    "stream closed",
  ]);
  lifecycleLog.flush();
  const sums = { opened: 850, closed: 850, events: 2_550, bytes: 170_000, dropped: 850 };
  assertEquals(lines().map(({ time: _, ...rest }) => rest), [
    { level: "info", msg: "streams summarized", app: "noisy", ...sums },
  ]);
  lifecycleLog.flush();
});

Deno.test("StreamLifecycleLog limits a token for all apps as one app, even if it names a new one each time", () => {
  const { lifecycleLog, openAndClose, lines } = open();
  for (let i = 0; i < 1_000; i++) openAndClose(`app-${i}`, "*");
  openAndClose("app-999");
  assertEquals(lines().length, 302);
  lifecycleLog.flush();
  assertEquals(lines().map(({ msg, app, opened }) => [msg, app, opened]), [
    ["streams summarized", "*", 850],
  ]);
  lifecycleLog.flush();
});

Deno.test("StreamLifecycleLog counts apps beyond the first 10,000 of an interval together", () => {
  const { lifecycleLog, openAndClose, lines } = open();
  for (let i = 0; i < 11_000; i++) openAndClose(`app-${i}`);
  assertEquals(lines().length, 20_300);
  lifecycleLog.flush();
  const [summary, ...more] = lines();
  assertEquals([summary!.app, summary!.opened, more], [undefined, 850, []]);
  lifecycleLog.flush();
});

Deno.test("StreamLifecycleLog truncates claims to 128 characters", () => {
  const { lifecycleLog, openAndClose, lines } = open();
  openAndClose("a", ["a"], "u".repeat(4_000));
  for (const { sub, jti } of lines()) {
    assertEquals(sub, "u".repeat(128));
    assert(String(jti).length === 128, String(jti));
  }
  lifecycleLog.flush();
});
