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

  await t.step("is live with app, subject and expiry, and delivers lines unchanged", async () => {
    const token = await mint(CLAIMS);
    using watcher = new Watcher({ src, token });
    const live = await watcher.state("live");
    assertEquals([live.app, live.subject], ["panini-786", "logs.panini-786.>"]);
    assertEquals(live.expiresAt, JSON.parse(atob(token.split(".")[1]!)).exp * 1000);
    // Long enough for several chunks, which may be split within a character.
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

  await t.step("requests the given app, region and machine", async () => {
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

  await t.step("sends its token in the header, and nowhere else", async () => {
    const token = await mint(CLAIMS);
    const requests: Request[] = [];
    // Forwards each request.
    await using proxy = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      requests.push(request);
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
    const [request] = requests;
    assertEquals(new URL(request!.url).search, "?region=dfw");
    const holders = [...request!.headers].filter(([, value]) => value.includes(token));
    assertEquals(holders, [["authorization", `Bearer ${token}`]]);
    assertEquals(request!.headers.get("Referer"), null);
  });

  await t.step("stays open with keepalives alone", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS), silence: 4000 });
    await watcher.state("live");
    const since = performance.now();
    await assertEventually(() => performance.now() - since > 6000, true);
    assertEquals(watcher.summary, ["connecting", "open", "live"]);
  });

  await t.step("is lost when it falls silent, and may then be silent for longer", async () => {
    using watcher = new Watcher({
      src,
      token: await mint(CLAIMS),
      silence: 500,
      random: () => 0,
    });
    await watcher.until("lost");
    const since = performance.now();
    await watcher.until("lost");
    const time = performance.now() - since;
    assert(time >= 990, `Lost after ${time} ms`);
    // The limit is now 2 s, longer than the keepalive interval.
    await watcher.state("live");
    await publish("here");
    await watcher.until("line here");
  });

  await t.step("ends when the page stops it, without further notifications", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS) });
    await watcher.state("live");
    // All three are in one chunk: the page stops within it.
    watcher.onNotice = ({ what }) => what === "line" && watcher.connection.stop();
    await publish("one", "two", "three");
    await watcher.until("idle");
    await assertEventually(() => subjects(nats), []);
    assertEquals(watcher.summary, ["connecting", "open", "live", "line one", "idle"]);
    watcher.connection.stop();
    watcher.connection.start();
    await watcher.state("live");
    // Lines may be missing in between.
    assertEquals(watcher.summary.slice(5), ["connecting", "lost", "open", "live"]);
  });

  await t.step("ends when the page stops it in response to its loss", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS), silence: 500 });
    watcher.onNotice = ({ what }) => what === "lost" && watcher.connection.stop();
    await watcher.until("idle");
    await assertEventually(() => subjects(nats), []);
    assertEquals(watcher.summary, ["connecting", "open", "live", "lost", "idle"]);
  });

  await t.step("ends while the page waits for its token, or for the next attempt", async () => {
    const never = new Promise<string>(() => {});
    using waiting = new Watcher({ src, tokenProvider: () => never });
    waiting.connection.stop();
    using failing = new Watcher({ src, tokenProvider: () => Promise.reject(new Error("no")) });
    const { at, reason } = await failing.state("reconnecting");
    assertEquals(reason, "No token: no");
    assert(at > Date.now());
    failing.connection.stop();
    assertEquals(failing.summary, ["connecting", "reconnecting", "idle"]);
  });

  const refusals: [cause: string, query: string, token: string | undefined, reason: RegExp][] = [
    ["no token, and no cookie", "", undefined, /^no-token: Send a token/],
    ["an empty token", "", " ", /^no-token: Send a token/],
    ["a token that is not a JWT", "", "paste.me", /^unauthorized: .*\.$/],
    ["a token of two words", "", "two words", /^unauthorized: .*\.$/],
    ["a token that does not fit in a header", "", "注文", /^unauthorized: .*\.$/],
    ["an expired token", "", await mint(CLAIMS, -60), /^expired: .*\.$/],
    ["a token for another app", "?app=other", await mint(CLAIMS), /^forbidden: .*\.$/],
    [
      "several apps, and none selected",
      "",
      await mint({ app: ["a", "b"] }),
      /^app-required: .*app/,
    ],
    ["an invalid region", "?region=*", await mint(CLAIMS), /^bad-request: .*region/],
    ["a wrong path", "/no", await mint(CLAIMS), /^bad-request: There is nothing at this path/],
    ["another format", "?format=text", await mint(CLAIMS), /^bad-request: .* not a log stream\.$/],
  ];
  for (const [cause, query, token, reason] of refusals) {
    await t.step(`ends at once, with a reason: ${cause}`, async () => {
      using watcher = new Watcher({ src: `${src}${query}`, token });
      const ended = await watcher.ended();
      assertMatch(`${ended.reason}: ${ended.detail}`, reason);
      assertEquals(watcher.summary, ["connecting", "ended"]);
    });
  }

  await t.step("ends at once, with a reason: an invalid src", async () => {
    using watcher = new Watcher({ src: "/logs" });
    assertEquals(await watcher.ended(), {
      reason: "bad-request",
      detail: `"/logs" is not a valid URL.`,
    });
  });
});
