import { assert, assertEquals } from "@std/assert";
import { ScriptedService, type ScriptedStream } from "../../support/viewer/scripted_service.ts";
import { Watcher } from "../../support/viewer/stream_watcher.ts";

const HISTORY = { history: true };

function parameters({ url }: ScriptedStream): Record<string, string> {
  return Object.fromEntries(url.searchParams);
}

function watch(service: ScriptedService, more: { tail?: number } = { tail: 500 }): Watcher {
  return new Watcher({ src: service.src, token: "a", random: () => 0, ...more });
}

/** Resolves to the first stream of a viewer that has received line `a`, whose ID is 7. */
async function afterLine(service: ScriptedService, watcher: Watcher): Promise<ScriptedStream> {
  const first = await service.next();
  first.ready(HISTORY);
  first.send("a", undefined, 7);
  await watcher.until("line a");
  return first;
}

/** Notifications of lines, gaps, marks and losses. */
function seen({ summary }: Watcher): string[] {
  return summary.filter((what) => /^(line|gap|live mark|lost|nats)/.test(what));
}

Deno.test("a view starts with the last lines, and marks where live ones begin", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const stream = await service.next();
  assertEquals(parameters(stream), { tail: "500" });
  stream.ready(HISTORY);
  stream.send(`{"reason":"retention"}`, "gap");
  stream.send("old", undefined, 7);
  stream.send("{}", "live", 7);
  stream.send("new", undefined, 9);
  await watcher.until("line new");
  assertEquals(seen(watcher), ["gap retention", "line old", "live mark", "line new"]);
  const lines = watcher.notices.flatMap((notice) => notice.what === "line" ? [notice] : []);
  assertEquals(lines.map(({ isHistory }) => isHistory), [true, false]);
});

Deno.test("there is no mark if no line precedes it", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const stream = await service.next();
  stream.ready(HISTORY);
  stream.send("{}", "live", 7);
  stream.send("new", undefined, 9);
  await watcher.until("line new");
  assertEquals(seen(watcher), ["line new"]);
});

Deno.test("after a loss, the stream continues after the last line, without a gap", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const first = await afterLine(service, watcher);
  first.send("{}", "live", 7);
  await watcher.until("live mark");
  first.cut();
  const second = await service.next();
  assertEquals(parameters(second), { last_event_id: "7" });
  second.ready(HISTORY);
  second.send(`{"reason":"limit"}`, "gap");
  second.send("b", undefined, 8);
  second.send("{}", "live", 8);
  await watcher.until("line b");
  assertEquals(seen(watcher), ["line a", "live mark", "gap limit", "line b"]);
});

Deno.test("a stream that is lost before its first line continues from where it opened", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service, {});
  const first = await service.next();
  assertEquals(parameters(first), {});
  first.ready(HISTORY, 41);
  await watcher.state("live");
  first.cut();
  const second = await service.next();
  assertEquals(parameters(second), { last_event_id: "41" });
  second.ready(HISTORY);
  await watcher.state("live");
  assertEquals(seen(watcher), []);
});

Deno.test("a stream that is lost before any line asks for the last lines again", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const first = await service.next();
  first.ready(HISTORY);
  await watcher.state("live");
  first.cut();
  assertEquals(parameters(await service.next()), { tail: "500" });
});

Deno.test("a page that stops and starts again continues after the last line", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  await afterLine(service, watcher);
  watcher.connection.stop();
  watcher.connection.start();
  const second = await service.next();
  assertEquals(parameters(second), { last_event_id: "7" });
  second.ready(HISTORY);
  await watcher.state("live");
  assertEquals(seen(watcher), ["line a"]);
});

Deno.test("if the next stream has no history, the loss is reported then", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const first = await afterLine(service, watcher);
  const heard = Date.now();
  first.cut();
  (await service.next()).ready({ history: false });
  const { at } = await watcher.take((notice) => notice.what === "lost");
  assert(at <= heard);
  await watcher.state("live");
  assertEquals(seen(watcher), ["line a", "lost"]);
});

Deno.test("without history, tail has no effect, and a loss is a gap", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const first = await service.next();
  first.ready({ history: false });
  first.send("a");
  await watcher.until("line a");
  first.cut();
  await watcher.until("lost");
  const second = await service.next();
  assertEquals(parameters(second), {});
  second.ready({ history: false });
  second.send("b");
  await watcher.until("line b");
  assertEquals(seen(watcher), ["line a", "lost", "line b"]);
});

Deno.test("with history but without ids, the last lines are not requested twice", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const first = await service.next();
  first.ready(HISTORY);
  first.send("a");
  first.send("{}", "live");
  await watcher.until("live mark");
  first.cut();
  await watcher.until("lost");
  assertEquals(parameters(await service.next()), {});
});

Deno.test("an outage of NATS is a gap only if the service did not recover the lines", async () => {
  await using service = new ScriptedService();
  using watcher = watch(service);
  const stream = await service.next();
  stream.ready(HISTORY);
  stream.send("a", undefined, 1);
  const status = (nats: string, more = {}) =>
    stream.send(JSON.stringify({ nats, at: new Date(0).toISOString(), ...more }), "status");
  status("disconnected");
  status("connected", { recovered: true });
  stream.send("b", undefined, 2);
  status("disconnected");
  status("connected", { recovered: false });
  stream.send("c", undefined, 3);
  await watcher.until("line c");
  const outage = ["nats disconnected", "nats connected"];
  assertEquals(seen(watcher), ["line a", "line b", ...outage, "line c"]);
});
