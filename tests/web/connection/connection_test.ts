import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../../support/patience.ts";
import { mint, startStack, subjects } from "../../support/service.ts";
import { Watcher } from "../../support/viewer/stream_watcher.ts";

const CLAIMS = { app: "panini-786" };

Deno.test("a page's stream", async (t) => {
  await using stack = await startStack({ KEEPALIVE_SECONDS: "1" });
  const { nats, publisher } = stack;
  const src = `${stack.service.url}/logs`;
  const publish = async (...lines: string[]) => {
    for (const line of lines) publisher.publish("logs.panini-786.dfw.m1", line);
    await publisher.flush();
  };

  await t.step("is live, says of what and until when, and brings lines as they are", async () => {
    const token = await mint(CLAIMS);
    using watcher = new Watcher({ src, token });
    const live = await watcher.state("live");
    assertEquals([live.app, live.subject], ["panini-786", "logs.panini-786.>"]);
    assertEquals(live.expiresAt, JSON.parse(atob(token.split(".")[1]!)).exp * 1000);
    // Long enough to come in several chunks, cut anywhere in a character.
    const long = "é€😀".repeat(100_000);
    await publish("one", "", "a\nb", long, "last");
    await watcher.until("line last");
    assertEquals(watcher.summary, [
      "connecting",
      "open",
      "live",
      "line one",
      "line ",
      "line a\nb",
      `line ${long}`,
      "line last",
    ]);
  });

  await t.step("asks for the app, the region and the machine that it is told to", async () => {
    const token = await mint({ app: ["panini-786", "pickle-api"] });
    using watcher = new Watcher({
      src: `${src}?app=nobody`,
      token: `\n ${token} `,
      app: "pickle-api",
      region: "fra",
      machine: "m7",
    });
    assertEquals((await watcher.state("live")).subject, "logs.pickle-api.fra.m7");
  });

  await t.step("carries its token in the header, and nowhere else", async () => {
    const token = await mint(CLAIMS);
    const seen: Request[] = [];
    // Hands on what it is asked.
    await using proxy = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      seen.push(request);
      const { pathname, search } = new URL(request.url);
      return fetch(`${stack.service.url}${pathname}${search}`, { headers: request.headers });
    });
    using watcher = new Watcher({
      src: `http://127.0.0.1:${proxy.addr.port}/logs`,
      tokenProvider: () => Promise.resolve(token),
      region: "dfw",
    });
    await watcher.state("live");
    watcher.connection.stop();
    const [request] = seen;
    assertEquals(new URL(request!.url).search, "?region=dfw");
    const holders = [...request!.headers].filter(([, value]) => value.includes(token));
    assertEquals(holders, [["authorization", `Bearer ${token}`]]);
    assertEquals(request!.headers.get("Referer"), null);
  });

  await t.step("lives on keepalives alone", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS), silence: 4000 });
    await watcher.state("live");
    const since = performance.now();
    await assertEventually(() => performance.now() - since > 6000, true);
    assertEquals(watcher.summary, ["connecting", "open", "live"]);
  });

  await t.step("is lost where it falls silent, and may then be silent for longer", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS), silence: 500, random: () => 0 });
    const first = await watcher.take((told) => told.what === "lost");
    const second = await watcher.take((told) => told.what === "lost");
    assert(second.at - first.at >= 990, `Lost after ${second.at - first.at} ms`);
    // Two seconds: more than a keepalive's.
    await watcher.state("live");
    await publish("here");
    await watcher.until("line here");
  });

  await t.step("ends where the page stops it, and nobody is told any more", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS) });
    await watcher.state("live");
    // All three in one chunk: the page leaves within it.
    watcher.onTold = ({ what }) => what === "line" && watcher.connection.stop();
    await publish("one", "two", "three");
    await watcher.until("idle");
    await assertEventually(() => subjects(nats), []);
    assertEquals(watcher.summary, ["connecting", "open", "live", "line one", "idle"]);
    watcher.connection.stop();
    watcher.connection.start();
    await watcher.state("live");
    assertEquals(watcher.summary.slice(5), ["connecting", "open", "live"]);
  });

  await t.step("stops also where the page stops it when it is told that it was lost", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS), silence: 500 });
    watcher.onTold = ({ what }) => what === "lost" && watcher.connection.stop();
    await watcher.until("idle");
    await assertEventually(() => subjects(nats), []);
    assertEquals(watcher.summary, ["connecting", "open", "live", "lost", "idle"]);
  });

  await t.step("stops also while the page waits for its token, or for its next try", async () => {
    const never = new Promise<string>(() => {});
    using asking = new Watcher({ src, tokenProvider: () => never });
    asking.connection.stop();
    using failing = new Watcher({ src, tokenProvider: () => Promise.reject(new Error("no")) });
    const { at, reason } = await failing.state("reconnecting");
    assertEquals(reason, "No token: no");
    assert(at > Date.now());
    failing.connection.stop();
    assertEquals(failing.summary, ["connecting", "reconnecting", "idle"]);
  });

  const refusals: [why: string, query: string, token: string | undefined, reason: RegExp][] = [
    ["no token, and no cookie", "", undefined, /^no-token: Send a token/],
    ["an empty token", "", " ", /^no-token: Send a token/],
    ["a token that is none", "", "paste.me", /^unauthorized: .*\.$/],
    ["a token of two words", "", "two words", /^unauthorized: .*\.$/],
    ["a token that no header can carry", "", "注文", /^unauthorized: .*\.$/],
    ["an expired token", "", await mint(CLAIMS, -60), /^expired: .*\.$/],
    ["a token for another app", "?app=other", await mint(CLAIMS), /^forbidden: .*\.$/],
    ["several apps, and none chosen", "", await mint({ app: ["a", "b"] }), /^bad-request: .*app/],
    ["a region that is no name", "?region=*", await mint(CLAIMS), /^bad-request: .*region/],
    ["a wrong path", "/no", await mint(CLAIMS), /^bad-request: There is nothing at this path/],
    ["another format", "?format=text", await mint(CLAIMS), /^bad-request: .* no log stream\.$/],
  ];
  for (const [why, query, token, reason] of refusals) {
    await t.step(`ends at once, and says why: ${why}`, async () => {
      using watcher = new Watcher({ src: `${src}${query}`, token });
      const ended = await watcher.ended();
      assertMatch(`${ended.reason}: ${ended.detail}`, reason);
      assertEquals(watcher.summary, ["connecting", "ended"]);
    });
  }

  await t.step("ends at once, and says why: an src that is no URL", async () => {
    using watcher = new Watcher({ src: "/logs" });
    assertEquals(await watcher.ended(), {
      reason: "bad-request",
      detail: `The src "/logs" is no URL.`,
    });
  });
});
