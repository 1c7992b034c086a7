/** The element in a product's page on another origin. */
import { assert, assertEquals } from "@std/assert";
import { mint } from "../support/service.ts";
import {
  APP,
  MACHINE,
  type Stage,
  startStage,
  type Visit,
} from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** Opens a page whose viewer has a token provider; `tokens` is the product's backend. */
async function visitWithProvider(tokens: () => Promise<string>): Promise<Visit> {
  const visit = await stage.visit("", { context: {} });
  await visit.page.exposeFunction("mintToken", tokens);
  await visit.page.evaluate(`{
    const script = Object.assign(document.createElement("script"), {
      type: "module", src: "${stage.service.url}/viewer.js",
    });
    const viewer = document.createElement("natstap-viewer");
    viewer.setAttribute("src", "${stage.service.url}/logs");
    globalThis.asked = [];
    // The clock stands still within a task, so that a busy machine does not change the gaps.
    const now = performance.now.bind(performance);
    let current;
    performance.now = () => {
      if (current === undefined) setTimeout(() => current = undefined);
      return current ??= now();
    };
    viewer.tokenProvider = () => {
      asked.push(performance.now());
      return mintToken();
    };
    document.body.append(script, viewer);
  }`);
  return visit;
}

Deno.test("Two lines of HTML in a page on another origin show the app's lines", async () => {
  await using visit = await stage.watch(stage.embedding(await mint({ app: APP })));
  await visit.show({ message: "in a product's page" });
  assertEquals(visit.trouble, []);
});

Deno.test("The token appears in no URL, Referer or storage, and only in the Authorization header of /logs", async () => {
  const token = await mint({ app: APP });
  const urls = [`${stage.service.url}/#token=${token}`, stage.embedding(token)];
  for (const url of urls) {
    await using visit = await stage.visit(url);
    const { page, requests } = visit;
    await visit.live();
    await visit.show({ message: "with a token" });
    for (const request of requests) {
      const { authorization, ...headers } = await request.allHeaders();
      const asked = new URL(request.url());
      // A navigation request reports the link's fragment too, which is not sent.
      if (!request.isNavigationRequest()) assert(!asked.href.includes(token), asked.href);
      assert(!(asked.origin + asked.pathname + asked.search).includes(token), asked.href);
      assert(!JSON.stringify(headers).includes(token), `A header of ${asked.href}`);
      const bearer = asked.pathname === "/logs" ? `Bearer ${token}` : undefined;
      assertEquals(authorization, bearer, asked.href);
    }
    const kept = await page.evaluate(`(async () => JSON.stringify([
      location.href, document.referrer, document.title, document.cookie, history.state,
      { ...localStorage }, { ...sessionStorage }, name,
      await indexedDB.databases(), await globalThis.caches?.keys(),
    ]))()`);
    assert(!String(kept).includes(token), String(kept));
    const state = await page.context().storageState();
    assertEquals(state, { cookies: [], origins: [] });
  }
});

Deno.test("The element works under a product's strict content security policy and Trusted Types", async () => {
  const { url } = stage.service;
  const csp = `default-src 'none'; script-src ${url}; connect-src ${url}; ` +
    "require-trusted-types-for 'script'; trusted-types lit-html";
  await using visit = await stage.watch(stage.embedding(await mint({ app: APP })), { csp });
  await visit.show({ message: "under a policy" });
  assertEquals(visit.trouble, []);
});

Deno.test("The element calls its tokenProvider at the start, and before each token expires", async () => {
  await using visit = await visitWithProvider(() =>
    mint({ app: APP, exp: Math.floor(Date.now() / 1000) + 8 })
  );
  await visit.live();
  await visit.show({ message: "with the first token" });
  await visit.holds("statuses.filter(({ state }) => state === 'live').length >= 3");
  await visit.holds("asked.length >= 3");
  await visit.show({ message: "with the third token" });
  assertEquals(await visit.page.getByText("lines may be missing").count(), 0);
  assert(await visit.page.getByText("with the first token").first().isVisible());
  assertEquals(await visit.page.evaluate("statuses.some(({ state }) => state === 'ended')"), false);
});

Deno.test("The element calls its tokenProvider again after a 401", async () => {
  const tokens = [mint({ app: APP, exp: 1 }), mint({ app: APP })];
  await using visit = await visitWithProvider(() => tokens.shift() ?? mint({ app: APP }));
  await visit.live();
  await visit.show({ message: "with a valid token" });
});

Deno.test("The element calls a tokenProvider of invalid tokens at most once per second", async () => {
  await using visit = await visitWithProvider(() => mint({ app: APP, exp: 1 }));
  await visit.holds("asked.length >= 4");
  const times = await visit.page.evaluate<number[]>("asked");
  const intervals = times.slice(1).map((time, index) => time - times[index]!);
  assert(intervals.every((interval) => interval >= 990), `Intervals of ${intervals}`);
  assertEquals(await visit.page.evaluate("statuses.some(({ state }) => state === 'live')"), false);
});

Deno.test("The host page receives events for states and lines from the shadow tree", async () => {
  const html = `<script>
    const received = [];
    addEventListener("natstap-line", ({ detail }) => received.push(detail));
  </script>` + stage.embedding(await mint({ app: APP }));
  await using visit = await stage.watch(html);
  await visit.show({ message: "received" });
  const [line, ...others] = await visit.page.evaluate<Record<string, unknown>[]>("received");
  const { id, payload, time, ...parts } = line!;
  assertEquals([typeof id, typeof payload, typeof time], ["number", "string", "number"]);
  assertEquals(others, []);
  assertEquals(parts, {
    level: "info",
    severity: "info",
    message: "received",
    provider: "app",
    region: "dfw",
    machine: "d896d7c609dd68",
    fields: {},
  });
  const states = await visit.page.evaluate<string[]>("statuses.map(({ state }) => state)");
  assertEquals([...new Set(states)].slice(-2), ["connecting", "live"]);
});

Deno.test("The attributes region and machine narrow the subject", async () => {
  const token = await mint({ app: APP });
  const attributes = 'region="dfw" machine="d896d7c609dd68"';
  await using visit = await stage.watch(stage.embedding(token, attributes));
  const status = await visit.page.evaluate<{ subject: string }>(
    "statuses.find(({ state }) => state === 'live')",
  );
  assertEquals(status.subject, `logs.${APP}.dfw.${MACHINE}`);
});

Deno.test("On an origin that is not in CORS_ORIGINS, the element loads but shows no lines", async () => {
  await using allowed = await stage.watch(stage.embedding(await mint({ app: APP })));
  const denied = allowed.page.url().replace("127.0.0.1", "localhost");
  await using visit = await stage.visit(denied, { context: {} });
  await visit.holds("statuses.some(({ state }) => state === 'reconnecting')");
  const warnings: string[] = [];
  visit.page.on("console", (message) => {
    if (message.type() === "warning") warnings.push(message.text());
  });
  await visit.page.reload();
  await visit.holds("statuses.filter(({ state }) => state === 'reconnecting').length >= 2");
  const { reason } = await visit.page.evaluate<{ reason: string }>(
    "statuses.find(({ state }) => state === 'reconnecting')",
  );
  assert(reason.endsWith("or does not permit this page's origin."), reason);
  assertEquals(warnings.length, 1, "The warning appears once");
  for (const word of ["CORS_ORIGINS", new URL(denied).origin]) {
    assert(warnings[0]!.includes(word), warnings[0]);
  }
  await allowed.show({ message: "for the allowed origin" });
  assertEquals(await visit.page.getByText("for the allowed origin").count(), 0);
});

Deno.test("A page translates the element's texts", async () => {
  const html = `<script type="module">
    import { setTexts } from "${stage.service.url}/viewer.js";
    setTexts({ "Live": "En direct", "Waiting for {app} to log something": "{app} n'a rien écrit" }, "fr");
  </script>` + stage.embedding(await mint({ app: APP }));
  await using visit = await stage.watch(html);
  await visit.page.getByText(`${APP} n'a rien écrit`).waitFor();
  assertEquals(await visit.element(".status-text").innerText(), "En direct");
});

Deno.test("A tokenProvider that is set as an attribute is explained in the console", async () => {
  const html = stage.embedding("", 'token-provider="() => fetchToken()"');
  await using visit = await stage.visit(html, { context: {} });
  const hint = visit.page.waitForEvent(
    "console",
    (message) => /tokenProvider is a function.*property/.test(message.text()),
  );
  await visit.page.reload();
  await hint;
});
