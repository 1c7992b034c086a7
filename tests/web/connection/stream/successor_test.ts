import { assert, assertEquals } from "@std/assert";
import { mint, startStack, subjects } from "../../../support/service.ts";
import { assertEventually } from "../../../support/patience.ts";
import { ScriptedService } from "../../../support/viewer/scripted_service.ts";
import { Watcher } from "../../../support/viewer/stream_watcher.ts";

const CLAIMS = { app: "panini-786" };
const TOKEN_SECONDS = 5;
const RENEWALS = 3;

/** An event `ready` of a token that expires in `time` milliseconds. */
const expiring = (time: number) => ({ expiresAt: new Date(Date.now() + time).toISOString() });

Deno.test("a token is renewed without losing or repeating a line", async () => {
  await using stack = await startStack();
  const { publisher, nats } = stack;
  let tokens = 0;
  const tokenProvider = () => mint({ ...CLAIMS, sub: String(tokens++) }, TOKEN_SECONDS);
  using watcher = new Watcher({ src: `${stack.service.url}/logs`, tokenProvider });
  await watcher.state("live");
  const sent: string[] = [];
  const timer = setInterval(() => {
    // Three lines in four are identical to others.
    const line = sent.length % 4 === 0 ? `line ${sent.length}` : "again";
    sent.push(line);
    publisher.publish("logs.panini-786.dfw.m1", line);
  }, 10);
  try {
    for (let i = 0; i < RENEWALS; i++) await watcher.state("live");
  } finally {
    clearInterval(timer);
  }
  publisher.publish("logs.panini-786.dfw.m1", "last");
  await watcher.until("line last");
  const lines = watcher.notices.flatMap((notice) => notice.what === "line" ? [notice.payload] : []);
  const numbered = (all: string[]) => all.filter((line) => line !== "again");
  assertEquals(numbered(lines), numbered([...sent, "last"]));
  assertEquals(lines.length, sent.length + 1);
  assert(lines.every((line, i) => line === (sent[i] ?? "last")), "The order has changed");
  assert(sent.length > 100, `Only ${sent.length} lines`);
  const others = watcher.summary.filter((what) => !what.startsWith("line "));
  assertEquals(others, ["connecting", ...new Array(RENEWALS + 1).fill(["open", "live"]).flat()]);
  await assertEventually(async () => (await subjects(nats)).length, 1, "The old stream is closed");
});

Deno.test("identical lines alone are neither lost nor repeated by a renewal", async () => {
  await using stack = await startStack();
  const { publisher } = stack;
  const tokenProvider = () => mint(CLAIMS, TOKEN_SECONDS);
  using watcher = new Watcher({ src: `${stack.service.url}/logs`, tokenProvider });
  await watcher.state("live");
  let sent = 0;
  const timer = setInterval(() => {
    sent++;
    publisher.publish("logs.panini-786.dfw.m1", "again");
  }, 150);
  await watcher.state("live");
  clearInterval(timer);
  publisher.publish("logs.panini-786.dfw.m1", "last");
  await watcher.until("line last");
  assertEquals(watcher.summary.filter((what) => what === "line again").length, sent);
});

Deno.test("if lines have ids, the next stream continues after the last one", async () => {
  await using service = new ScriptedService();
  const tokenProvider = () => Promise.resolve("a");
  using watcher = new Watcher({ src: service.src, tokenProvider, random: () => 0 });
  const old = await service.next();
  old.ready({ ...expiring(3000), history: true });
  for (const id of [1, 5]) old.send(`${id}`, undefined, id);
  await watcher.until("line 5");
  const next = await service.next();
  assertEquals(next.url.searchParams.get("last_event_id"), "5");
  old.send("8", undefined, 8);
  await watcher.until("line 8");
  next.ready({ history: true });
  for (const id of [8, 9]) next.send(`${id}`, undefined, id);
  await watcher.until("line 9");
  await old.closed;
  const lines = watcher.summary.filter((what) => /line|lost/.test(what));
  assertEquals(lines, ["line 1", "line 5", "line 8", "line 9"]);
});

Deno.test("a renewal survives the ids of a stream that was created again", async () => {
  await using service = new ScriptedService();
  const tokenProvider = () => Promise.resolve("a");
  using watcher = new Watcher({ src: service.src, tokenProvider, random: () => 0 });
  const old = await service.next();
  old.ready({ ...expiring(3000), history: true }, 1000);
  await watcher.state("live");
  const next = await service.next();
  assertEquals(next.url.searchParams.get("last_event_id"), "1000");
  next.ready({ history: true });
  next.send("first", undefined, 1);
  await watcher.until("line first");
});

Deno.test("a token that cannot be renewed in time is renewed afterwards", async () => {
  await using service = new ScriptedService();
  let calls = 0;
  const { promise, resolve } = Promise.withResolvers<string>();
  const tokenProvider = () => calls++ === 0 ? Promise.resolve("a") : promise;
  using watcher = new Watcher({ src: service.src, tokenProvider, random: () => 0 });
  const old = await service.next();
  old.ready(expiring(2000));
  await watcher.state("live");
  await assertEventually(() => calls, 2);
  old.send(`{"reason":"expired"}`, "end");
  await watcher.until("lost");
  resolve("b");
  const next = await service.next();
  assertEquals(next.headers.get("Authorization"), "Bearer b");
  next.ready();
  await watcher.state("live");
  assertEquals(calls, 2);
});

Deno.test("a provider that fails before the token expires is called again", async () => {
  await using service = new ScriptedService();
  let calls = 0;
  const tokenProvider = () => calls++ === 1 ? Promise.reject(new Error()) : Promise.resolve("a");
  using watcher = new Watcher({ src: service.src, tokenProvider, random: () => 0 });
  const old = await service.next();
  old.ready(expiring(5000));
  await watcher.state("live");
  const next = await service.next();
  next.ready();
  await watcher.state("live");
  await old.closed;
  assertEquals(calls, 3);
  assertEquals(watcher.summary, ["connecting", "open", "live", "open", "live"]);
});

Deno.test("the page's clock may be wrong", async () => {
  await using stack = await startStack();
  const { now } = Date;
  try {
    for (const error of [-3_600_000, 3_600_000]) {
      Date.now = now;
      const tokenProvider = () => {
        const change = Date.now;
        Date.now = now;
        const token = mint(CLAIMS, 3);
        Date.now = change;
        return token;
      };
      using watcher = new Watcher({ src: `${stack.service.url}/logs`, tokenProvider });
      Date.now = () => now() + error;
      await watcher.state("live");
      await watcher.state("live");
      assertEquals(watcher.summary.includes("lost"), false);
    }
  } finally {
    Date.now = now;
  }
});
