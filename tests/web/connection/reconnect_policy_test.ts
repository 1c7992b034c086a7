import { assert, assertEquals } from "@std/assert";
import { assertEventually } from "../../support/patience.ts";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { mint, publish, startService, startStack } from "../../support/service.ts";
import { type Notice, Watcher } from "../../support/viewer/stream_watcher.ts";

const CLAIMS = { app: "panini-786" };

Deno.test("a page reconnects to a service that restarts, and reports the interruption", async () => {
  await using nats = await startNatsServer();
  const first = await startService({ NATS_URL: nats.url });
  const { port } = new URL(first.url);
  using watcher = new Watcher({ src: `${first.url}/logs`, token: await mint(CLAIMS) });
  await watcher.state("live");
  await publish(nats, { "panini-786": "before" });
  await watcher.until("line before");
  const stopping = first.stop();
  await watcher.until("lost");
  const { reason, at } = await watcher.state("reconnecting");
  assertEquals(reason, "The log service is restarting.");
  assert(at <= Date.now() + 5000);
  await stopping;
  await using _second = await startService({ NATS_URL: nats.url, PORT: port });
  await watcher.state("live");
  await publish(nats, { "panini-786": "after" });
  await watcher.until("line after");
  const seen = watcher.summary.filter((what) => !/connecting/.test(what));
  assertEquals(seen, ["open", "live", "line before", "lost", "open", "live", "line after"]);
});

Deno.test("a page keeps trying while the service is down, at increasing intervals", async () => {
  await using stack = await startStack();
  const { service, nats } = stack;
  const { port } = new URL(service.url);
  const src = `${service.url}/logs`;
  using watcher = new Watcher({ src, token: await mint(CLAIMS), random: () => 1 });
  await watcher.state("live");
  const waits: number[] = [];
  watcher.onNotice = (notice) => {
    if (notice.what !== "state" || notice.state.state !== "reconnecting") return;
    waits.push(notice.state.at - Date.now());
  };
  await service.stop("SIGKILL");
  const reasons = new Set<string>();
  for (let i = 0; i < 8; i++) {
    const { reason } = await watcher.state("reconnecting");
    reasons.add(reason);
    // Being back online ends the wait; otherwise the test would take a minute.
    if (i < 7) dispatchEvent(new Event("online"));
  }
  assertEquals([...reasons], [
    "The connection was interrupted.",
    "The log service cannot be reached from this page.",
  ]);
  const longest = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  for (const [i, wait] of waits.entries()) {
    assert(wait <= longest[i]! && wait > longest[i]! - 400, `Waits of ${waits}`);
  }
  await using again = await startService({ NATS_URL: nats.url, PORT: port });
  await again.logged(({ msg }) => msg === "NATS connected");
  dispatchEvent(new Event("online"));
  await watcher.state("live");
});

Deno.test("a page is notified that NATS was lost, and that it is back", async () => {
  const nats = await startNatsServer();
  await using service = await startService({ NATS_URL: nats.url });
  await service.logged(({ msg }) => msg === "NATS connected");
  using watcher = new Watcher({ src: `${service.url}/logs`, token: await mint(CLAIMS) });
  await watcher.state("live");
  const start = Date.now();
  await nats.stop("SIGKILL");
  const { nats: state, at } = await watcher.take((notice) => notice.what === "nats");
  assertEquals(state, "disconnected");
  assert(Math.abs(at - start) < 120_000);
  await using back = await startNatsServer({ port: nats.port });
  await watcher.until("nats connected");
  await publish(back, { "panini-786": "back" });
  await watcher.until("line back");
  const seen = ["nats disconnected", "nats connected", "line back"];
  assertEquals(watcher.summary, ["connecting", "open", "live", ...seen]);
});

Deno.test("a page that loses NATS and then the service is notified when the stream is open again", async () => {
  const nats = await startNatsServer();
  const service = await startService({ NATS_URL: nats.url });
  const { port } = new URL(service.url);
  const src = `${service.url}/logs`;
  using watcher = new Watcher({ src, token: await mint(CLAIMS), random: () => 0.2 });
  await watcher.state("live");
  await nats.stop("SIGKILL");
  await watcher.until("nats disconnected");
  await service.stop("SIGKILL");
  await watcher.until("lost");
  await using back = await startNatsServer({ port: nats.port });
  await using _again = await startService({ NATS_URL: back.url, PORT: port });
  await watcher.until("live");
  assertEquals(watcher.summary.filter((what) => !/connecting/.test(what)), [
    ...["open", "live", "nats disconnected", "lost"],
    // "open" implies that NATS is back.
    ...["open", "live"],
  ]);
});

Deno.test("a page that reads too slowly is notified of the number of dropped lines, in their place", async () => {
  await using stack = await startStack({ BUFFER_BYTES: "65536" });
  const { publisher, service } = stack;
  using watcher = new Watcher({ src: `${service.url}/logs`, token: await mint(CLAIMS) });
  await watcher.state("live");
  watcher.onNotice = () => {
    // Simulates a busy page.
    const end = performance.now() + 2;
    while (performance.now() < end);
  };
  const line = "x".repeat(10_000);
  const COUNT = 4000;
  for (let i = 0; i < COUNT; i++) {
    publisher.publish("logs.panini-786.dfw.m1", `${i} ${line}`);
    if (i % 500 === 0) await publisher.flush();
  }
  await watcher.until("dropped");
  watcher.onNotice = () => {};
  await assertEventually(
    () => watcher.notices.reduce((sum, notice) => sum + countOf(notice), 0),
    COUNT,
  );
  let next = 0;
  for (const notice of watcher.notices) {
    if (notice.what === "line") assertEquals(parseInt(notice.payload), next);
    if (notice.what === "dropped") assert(notice.bytes > notice.count * line.length);
    next += countOf(notice);
  }
});

/** Number of lines that a notification stands for. */
function countOf(notice: Notice): number {
  if (notice.what === "dropped") return notice.count;
  return notice.what === "line" ? 1 : 0;
}
