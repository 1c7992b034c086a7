/** The page at `/`: how it gets a token, and where the token must not be. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
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

function field({ page }: Visit) {
  return page.getByRole("textbox", { name: "Token" });
}

async function paste(visit: Visit, text: string): Promise<void> {
  await field(visit).fill(text);
  await visit.page.getByRole("button", { name: "Watch" }).click();
}

Deno.test("The page takes the token from the fragment, and removes it from the address bar and the history", async () => {
  await using visit = await stage.watch(await stage.pageUrl(), { context: {} });
  assertEquals(visit.page.url(), `${stage.service.url}/`);
  assertEquals(await visit.page.evaluate("history.length"), 2, "about:blank and this page");
  await visit.show({ message: "from the fragment" });
  assertEquals(await field(visit).isVisible(), false);
  assertMatch(await visit.page.title(), new RegExp(APP));
  assertEquals(visit.trouble, []);

  await visit.page.goBack();
  await visit.page.goForward();
  assertEquals(visit.page.url(), `${stage.service.url}/`);
});

Deno.test("On the page, keys work at once, without a frame around the list", async () => {
  await using visit = await stage.watch(await stage.pageUrl());
  await visit.show({ message: "the newest line" });
  await assertEventually(() => visit.page.evaluate("shadow('.scroller').matches(':focus')"), true);
  assertEquals(await visit.style(".focus-ring", "outlineStyle"), "none");
  await visit.page.keyboard.press("k");
  await visit.element(".row.cursor").waitFor();
});

Deno.test("The page takes the token from a link that is opened while it is shown", async () => {
  await using visit = await stage.visit(`${stage.service.url}/`);
  await field(visit).waitFor();
  await visit.page.evaluate(`location.href = "#token=${await mint({ app: APP })}"`);
  await visit.live();
  assertEquals(visit.page.url(), `${stage.service.url}/`);
  await visit.show({ message: "from a second link" });
  assertEquals(visit.trouble, []);
});

Deno.test("Behind a proxy with a prefix, the page works with and without a slash at the end", async () => {
  const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    const path = pathname.replace(/^\/natstap\/?/, "/");
    if (path === pathname) return new Response(null, { status: 404 });
    return fetch(stage.service.url + path + search, { headers: request.headers });
  });
  try {
    for (const path of ["/natstap", "/natstap/"]) {
      const url = `http://127.0.0.1:${proxy.addr.port}${path}`;
      await using visit = await stage.watch(`${url}#token=${await mint({ app: APP })}`);
      assertEquals(visit.page.url(), url);
      await visit.show({ message: `through ${path}` });
      // The browser looks ahead for files before the page's script runs.
      assertEquals(visit.trouble.filter((text) => !text.includes("404")), []);
    }
  } finally {
    await proxy.shutdown();
  }
});

Deno.test("The page takes app, region and machine from the fragment", async () => {
  const token = await mint({ app: ["another-app", APP] });
  const scope = `app=${APP}&region=dfw&machine=d896d7c609dd68`;
  await using visit = await stage.watch(`${stage.service.url}/#token=${token}&${scope}`);
  const subjects = "statuses.map(({ subject }) => subject).filter(Boolean)";
  assertEquals(await visit.page.evaluate(subjects), [`logs.${APP}.dfw.${MACHINE}`]);
  assertEquals(visit.page.url(), `${stage.service.url}/`);
});

Deno.test("If it has no token, the page explains itself in two sentences, shows a field, and does not request /logs", async () => {
  await using visit = await stage.visit(`${stage.service.url}/`);
  await field(visit).waitFor();
  assertEquals(await visit.page.evaluate("document.activeElement.id"), "token");
  assertEquals((await visit.page.locator(".intro").innerText()).match(/[.:](\s|$)/g)?.length, 2);
  assertEquals(visit.requests.filter((request) => request.url().includes("/logs")), []);
  await paste(visit, await mint({ app: APP }));
  await visit.live();
  await visit.show({ message: "pasted" });
  const left = await visit.page.evaluate("document.querySelector('#token').value");
  assertEquals([await field(visit).isVisible(), left], [false, ""]);
  assertEquals(visit.trouble, []);
});

Deno.test("The page accepts a token pasted as a header, in a link, or broken into lines by a terminal", async () => {
  const token = await mint({ app: APP });
  const pasted = [
    `Authorization: Bearer ${token}`,
    `${stage.service.url}/#token=${token}`,
    `  ${token.slice(0, 40)} ${token.slice(40)}\t`,
    `"${token}"`,
  ];
  for (const text of pasted) {
    await using visit = await stage.visit(`${stage.service.url}/`);
    await paste(visit, text);
    await visit.live();
  }
});

Deno.test("The page shows why it cannot use a bad token, and asks again", async () => {
  const bad: [token: string, reason: RegExp][] = [
    ["not a token", /^This token is not accepted\. .*JWT/],
    [await mint({ app: APP, exp: 1 }), /expired/i],
    [
      `${(await mint({ app: APP })).slice(0, -9)}AAAAAAAAA`,
      /^This token is not accepted\. .*sign/i,
    ],
  ];
  for (const [token, reason] of bad) {
    await using visit = await stage.visit(`${stage.service.url}/#token=${token}`);
    const alert = visit.page.getByRole("alert").filter({ hasText: reason });
    await alert.waitFor();
    assertEquals(visit.page.url(), `${stage.service.url}/`);
    await paste(visit, token);
    await alert.waitFor();
    await paste(visit, await mint({ app: APP }));
    await visit.live();
    assertEquals(await visit.page.getByRole("alert").isVisible(), false);
    // Only the browser's own messages about the responses.
    const others = visit.trouble.filter((text) => !/status of 401/.test(text));
    assertEquals(others, []);
  }
});

Deno.test("The page keeps its lines when the token expires, and continues with the next token", async () => {
  const token = await mint({ app: APP, exp: Math.floor(Date.now() / 1000) + 8 });
  await using visit = await stage.watch(`${stage.service.url}/#token=${token}`);
  await visit.show({ message: "before expiry" });
  await field(visit).waitFor();
  assert(await visit.page.getByText("before expiry").first().isVisible(), "The line remains");
  assertEquals(await visit.page.evaluate("document.activeElement.id"), "", "The focus remains");
  await paste(visit, token);
  await visit.page.getByText("This token is no longer accepted.").waitFor();
  await paste(visit, await mint({ app: APP }));
  await assertEventually(() => field(visit).isVisible(), false);
  await visit.show({ message: "with another token" });
  assert(await visit.page.getByText("before expiry").first().isVisible(), "The same list");
});

Deno.test("After a reload, the page asks for a token again", async () => {
  await using visit = await stage.watch(await stage.pageUrl());
  await visit.page.reload();
  await field(visit).waitFor();
});

Deno.test("The address has the query and never the token; Back leaves the context of a line", async () => {
  const token = await mint({ app: APP });
  const url = `${stage.service.url}/#filter=level%3Aerror&token=${token}`;
  await using visit = await stage.watch(url, { context: {} });
  assertEquals(visit.page.url(), `${stage.service.url}/#filter=level%3Aerror`);
  await visit.show({ message: "fine" }, { message: "broken", level: "error" });
  await assertEventually(() => visit.messages(), ["broken"]);
  const search = visit.element("#search");
  await search.fill("broken -fine");
  await visit.holds(`location.hash === "#filter=broken+-fine"`);
  const openContext = async () => {
    await visit.row("broken").hover();
    await visit.row("broken").getByRole("button", { name: "Show in context" }).click();
    await assertEventually(() => visit.messages(), ["fine", "broken"]);
  };
  await openContext();
  await visit.page.goBack();
  await assertEventually(() => visit.messages(), ["broken"]);
  await openContext();
  await visit.page.keyboard.press("Escape");
  await assertEventually(() => visit.messages(), ["broken"]);
  await visit.holds(`history.state === null && location.hash === "#filter=broken+-fine"`);
  await search.fill("");
  await visit.holds(`location.hash === ""`);
  assertEquals(visit.trouble, []);
});
