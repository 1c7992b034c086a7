import { assert, assertEquals } from "@std/assert";
import { ScriptedService } from "../../support/viewer/scripted_service.ts";
import { Watcher } from "../../support/viewer/stream_watcher.ts";

const EVENTS = ["visibilitychange", "pageshow", "focus", "online"];

/** Sets the wall clock ahead until it is disposed of, as seen after the computer slept. */
function sleepFor(time: number): Disposable {
  const { now } = Date;
  Date.now = () => now() + time;
  return { [Symbol.dispose]: () => void (Date.now = now) };
}

Deno.test("a silent stream is lost as of the last byte that was heard", async () => {
  await using service = new ScriptedService();
  using watcher = new Watcher({ src: service.src, token: "a", silence: 1000, random: () => 0 });
  const stream = await service.next();
  const before = Date.now();
  stream.ready();
  stream.keepalive();
  await watcher.state("live");
  const heard = Date.now();
  const { at } = await watcher.take((notice) => notice.what === "lost");
  // The keepalive may arrive in a chunk of its own.
  assert(at >= before && at < heard + 900, `Lost ${at - heard} ms after it was live`);
});

Deno.test("a return to the page ends the wait for the next attempt", async () => {
  await using service = new ScriptedService();
  using watcher = new Watcher({ src: service.src, token: "a", random: () => 1 });
  const start = performance.now();
  for (let i = 0; i < 8; i++) {
    (await service.next()).cut();
    await watcher.state("reconnecting");
    dispatchEvent(new Event(EVENTS[i % EVENTS.length]!));
  }
  // Without a return, the waits would be 0.5, 1, 2, 4, 8, 16, 30 and 30 s.
  assert(performance.now() - start < 30_000);
});

for (const name of ["freeze", "pagehide"]) {
  Deno.test(`a page that is suspended (${name}) closes its stream, and continues after the last line`, async () => {
    await using service = new ScriptedService();
    using watcher = new Watcher({ src: service.src, token: "a", random: () => 0.01 });
    const first = await service.next();
    first.ready({ history: true }, 6);
    first.send("before", undefined, 7);
    await watcher.until("line before");
    dispatchEvent(new Event(name));
    first.send("too late", undefined, 8);
    await first.closed;
    assertEquals((await watcher.state("reconnecting")).reason, "The connection was interrupted.");
    const second = await service.next();
    assertEquals(second.url.searchParams.get("last_event_id"), "7");
    second.ready({ history: true }, 7);
    await watcher.state("live");
    assert(!watcher.summary.includes("lost"));
  });
}

Deno.test("a request that ends because the page is suspended is not taken for an unreachable service", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const src = `http://127.0.0.1:${listener.addr.port}/logs`;
  using watcher = new Watcher({ src, token: "a", random: () => 1 });
  await watcher.state("connecting");
  dispatchEvent(new Event("freeze"));
  assertEquals((await watcher.state("reconnecting")).reason, "The connection was interrupted.");
});

Deno.test("a page that becomes hidden does not end the wait", async () => {
  await using service = new ScriptedService();
  Object.assign(globalThis, { document: { visibilityState: "hidden" } });
  try {
    using watcher = new Watcher({ src: service.src, token: "a", random: () => 1 });
    (await service.next()).cut();
    const { at } = await watcher.state("reconnecting");
    dispatchEvent(new Event("visibilitychange"));
    await watcher.until("connecting");
    // Timers may fire a little early.
    assert(Date.now() >= at - 20);
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
});

Deno.test("a stream that is silent when the page is returned to is soon replaced", async () => {
  await using service = new ScriptedService();
  using watcher = new Watcher({ src: service.src, token: "a", random: () => 0.01 });
  (await service.next()).ready();
  await watcher.state("live");
  const heard = Date.now();
  {
    using _ = sleepFor(30_000);
    dispatchEvent(new Event("focus"));
    const { at } = await watcher.take((notice) => notice.what === "lost");
    assert(at <= heard);
    assertEquals((await watcher.state("reconnecting")).reason, "The connection timed out.");
  }
  (await service.next()).ready();
  await watcher.state("live");
});

Deno.test("a stream that is heard after the return stays open", async () => {
  await using service = new ScriptedService();
  using watcher = new Watcher({ src: service.src, token: "a", random: () => 0 });
  const stream = await service.next();
  stream.ready();
  await watcher.state("live");
  using _ = sleepFor(30_000);
  dispatchEvent(new Event("focus"));
  stream.send("awake");
  await watcher.until("line awake");
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assertEquals(watcher.summary, ["connecting", "open", "live", "line awake"]);
});
