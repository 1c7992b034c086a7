import { assert, assertEquals, assertMatch } from "@std/assert";
import { mint, openStream, startStack } from "../../support/service.ts";
import { Watcher } from "../../support/viewer/stream_watcher.ts";

const CLAIMS = { app: "panini-786" };

/** A provider of these tokens, of which the last one repeats, and the times of its calls. */
function provide(...tokens: Promise<string>[]): { provider: () => Promise<string>; at: number[] } {
  const at: number[] = [];
  const provider = () => tokens[Math.min(at.push(performance.now()), tokens.length) - 1]!;
  return { provider, at };
}

Deno.test("a page's tokens", async (t) => {
  await using stack = await startStack({ MAX_STREAMS_PER_APP: "2" });
  const src = `${stack.service.url}/logs`;
  const publish = async (line: string) => {
    stack.publisher.publish("logs.panini-786.dfw.m1", line);
    await stack.publisher.flush();
  };

  await t.step("a token is replaced before it expires, and the stream continues", async () => {
    const { provider, at } = provide(mint(CLAIMS, 4), mint(CLAIMS));
    using watcher = new Watcher({ src, tokenProvider: provider });
    await watcher.state("live");
    await watcher.state("live");
    await publish("continued");
    await watcher.until("line continued");
    assertEquals(at.length, 2);
    const seen = ["connecting", "open", "live", "open", "live", "line continued"];
    assertEquals(watcher.summary, seen);
  });

  await t.step("an expired token ends the stream if there is no provider", async () => {
    using watcher = new Watcher({ src, token: await mint(CLAIMS, 4) });
    assertEquals(await watcher.ended(), { reason: "expired", detail: "The token has expired." });
    assertEquals(watcher.summary, ["connecting", "open", "live", "lost", "ended"]);
  });

  await t.step("a token that is rejected at first is replaced at once", async () => {
    const { provider, at } = provide(mint(CLAIMS));
    using watcher = new Watcher({ src, token: await mint(CLAIMS, -60), tokenProvider: provider });
    await watcher.state("live");
    assertEquals([watcher.summary, at.length], [["connecting", "connecting", "open", "live"], 1]);
  });

  await t.step("expired tokens are requested at most once per second", async () => {
    const { provider, at } = provide(mint(CLAIMS, -60), mint(CLAIMS, -60), mint(CLAIMS));
    using watcher = new Watcher({ src, tokenProvider: provider, random: () => 0 });
    const { reason } = await watcher.state("reconnecting");
    assertMatch(reason, /expired/);
    await watcher.state("live");
    // Timers may fire a little early.
    for (const [i, time] of at.slice(1).entries()) assert(time - at[i]! >= 990, `After ${at}`);
    assertEquals(at.length, 3);
  });

  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const clockErrors: [what: string, token: Promise<string>, reason: RegExp][] = [
    ["expires too late", mint(CLAIMS, 3700), /JWT_MAX_TTL|exp|live/],
    ["is not valid yet", mint({ ...CLAIMS, nbf: inAnHour }), /valid|nbf/],
    ["was issued in the future", mint({ ...CLAIMS, iat: inAnHour }), /valid|iat/],
    ["has expired", mint(CLAIMS, -60), /expired/],
  ];
  for (const [what, token, expected] of clockErrors) {
    await t.step(`a token that ${what}, by the service's clock, is replaced`, async () => {
      const { provider, at } = provide(token, mint(CLAIMS));
      using watcher = new Watcher({ src, tokenProvider: provider, random: () => 0 });
      assertMatch((await watcher.state("reconnecting")).reason, expected);
      await watcher.state("live");
      assertEquals(at.length, 2);
    });
    await t.step(`a token that ${what} ends the stream if there is no provider`, async () => {
      using watcher = new Watcher({ src, token: await token });
      assertMatch((await watcher.ended()).detail, expected);
    });
  }

  await t.step("an otherwise invalid token is requested once, and ends the stream", async () => {
    const { provider, at } = provide(mint({}));
    using watcher = new Watcher({ src, token: "stale", tokenProvider: provider });
    assertEquals((await watcher.ended()).reason, "unauthorized");
    assertEquals([watcher.summary, at.length], [["connecting", "connecting", "ended"], 1]);
  });

  await t.step("a provider that fails is called again, and its error is shown", async () => {
    const failures: (() => unknown)[] = [
      () => Promise.reject(new Error("signed out")),
      () => {
        throw new TypeError("no backend");
      },
      () => Promise.resolve(undefined),
      () => mint(CLAIMS),
    ];
    const tokenProvider = () => failures.shift()!() as Promise<string>;
    using watcher = new Watcher({ src, tokenProvider, random: () => 0 });
    const reasons: string[] = [];
    for (let i = 0; i < 3; i++) reasons.push((await watcher.state("reconnecting")).reason);
    assertEquals(reasons, [
      "No token: signed out",
      "No token: no backend",
      "This page provided no token.",
    ]);
    await watcher.state("live");
  });

  await t.step("a page over the limit waits for Retry-After plus the backoff", async () => {
    await using _one = await openStream(stack.service, CLAIMS);
    await using _two = await openStream(stack.service, CLAIMS);
    using watcher = new Watcher({ src, token: await mint(CLAIMS), random: () => 1 });
    const { at, reason } = await watcher.state("reconnecting");
    assertMatch(reason, /^[A-Z].*\.$/);
    // Retry-After plus the first delay of the backoff.
    const wait = at - Date.now();
    assert(wait > 5000 && wait <= 10_500, `Waits ${wait} ms`);
    assertEquals(watcher.summary, ["connecting", "reconnecting"]);
    // Being back online does not end this wait.
    dispatchEvent(new Event("online"));
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(watcher.summary, ["connecting", "reconnecting"]);
  });
});
