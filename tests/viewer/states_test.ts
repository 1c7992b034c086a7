/** What the viewer shows if no lines arrive, and what its reader and its host page can do then. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { mint } from "../support/service.ts";
import { ScriptedService } from "../support/viewer/scripted_service.ts";
import { APP, type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** Words that readers do not know. */
const JARGON = /\b(nats|tokens?|jwt|cors)\b/i;

async function shownText(visit: Visit): Promise<string> {
  return await visit.page.evaluate(`shadow(".viewer").innerText`);
}

Deno.test("A token for several apps offers a choice of them on the page, and in the viewer", async () => {
  await using visit = await stage.visit(await stage.pageUrl({ app: ["another-app", APP] }));
  await visit.button("another-app").waitFor();
  await visit.button(APP).click();
  await visit.live();
  await visit.show({ message: "of the chosen app" });
  assertMatch(await visit.page.title(), new RegExp(APP));
  // A colleague opens the same view with another token.
  const link = visit.page.url();
  assertEquals(link, `${stage.service.url}/#app=${APP}`);
  await using other = await stage.visit(link);
  await other.page.getByLabel("Token").fill(await mint({ app: ["a-third-app", APP] }));
  await other.page.keyboard.press("Enter");
  await other.live();
  await other.show({ message: "of the app in the link" });
});

Deno.test("The page takes the app from its query, too", async () => {
  const token = await mint({ app: ["another-app", APP] });
  await using visit = await stage.watch(`${stage.service.url}/?app=${APP}#token=${token}`);
  await visit.show({ message: "of the app in the query" });
});

Deno.test("A stream that has ended says so in plain words, and can be tried again", async () => {
  await using visit = await stage.visit(stage.embedding(await mint({ app: APP, exp: 1 })));
  await visit.element(".empty .button").waitFor();
  const text = await shownText(visit);
  assertMatch(text, /Your access has expired/);
  assert(!JARGON.test(text), text);
  await visit.page.evaluate(`viewer.tokenProvider = () => Promise.resolve("no token")`);
  await visit.holds(`statuses.some(({ reason }) => reason === "unauthorized")`);
  assert(!JARGON.test(await shownText(visit)));
  const good = await mint({ app: APP });
  await visit.page.evaluate(`viewer.tokenProvider = undefined; viewer.token = "${good}"`);
  await visit.live();
});

Deno.test("The button and retry() continue at once, with the lines that are shown", async () => {
  await using service = new ScriptedService();
  await using visit = await stage.visit(
    `<script type="module" src="${stage.service.url}/viewer.js"></script>
<natstap-viewer src="${service.src}" token="a.b.c">
  <p slot="ended">Over. <button onclick="viewer.retry()">Again</button></p>
  <p slot="empty">Nothing yet.</p>
  <button slot="toolbar">Share</button>
</natstap-viewer>`,
  );
  const first = await service.next();
  first.ready();
  await visit.page.getByText("Nothing yet.").waitFor();
  assert(await visit.button("Share").isVisible());
  assertEquals(await visit.page.getByText("Over.").isVisible(), false);
  first.send("before the end");
  await visit.row("before the end").waitFor();
  first.send(`{"reason":"expired"}`, "end");
  first.cut();
  await visit.button("Again").click();
  const second = await service.next();
  second.ready();
  second.send("after the end");
  await visit.row("after the end").waitFor();
  assert(await visit.row("before the end").isVisible());
  await visit.page.getByText("Over.").waitFor({ state: "hidden" });

  second.send(`{"reason":"shutdown","retryMs":60000}`, "end");
  second.cut();
  await visit.button("Try again").click();
  const third = await service.next();
  third.ready();
  const [download] = await Promise.all([
    visit.page.waitForEvent("download"),
    visit.page.evaluate("viewer.download('ndjson')"),
  ]);
  assertMatch(download.suggestedFilename(), /^web-.*\.ndjson$/);
});

Deno.test("If no line matches, the view says so, also below the mark of live lines", async () => {
  await using service = new ScriptedService();
  await using visit = await stage.visit(
    `<script type="module" src="${stage.service.url}/viewer.js"></script>
<natstap-viewer src="${service.src}" token="a.b.c"></natstap-viewer>`,
  );
  const stream = await service.next();
  stream.ready({ history: true });
  stream.send("stored");
  stream.send("{}", "live");
  await visit.page.getByText("Live from here").waitFor();
  await visit.searchField.fill("zebra");
  await visit.page.getByText("No matching lines (1 hidden)").waitFor();
  await visit.button("Show all lines").click();
  await visit.row("stored").waitFor();
});

Deno.test("wrap='false' and wrap = false hold in a narrow view, and theme='auto' follows the system", async () => {
  const options = { viewport: { width: 390, height: 700 }, colorScheme: "dark" } as const;
  await using visit = await stage.open(`wrap="false" theme="auto"`, options);
  assertEquals(await visit.page.evaluate("viewer.wrap"), false);
  assertEquals(await visit.style(".viewer", "backgroundColor"), "rgb(11, 15, 23)");
  const wraps = await visit.page.evaluate(`Promise.all([{ wrap: false }, {}].map(async (set) => {
    const other = Object.assign(document.createElement("natstap-viewer"), set);
    document.body.append(other);
    await other.updateComplete;
    return other.wrap;
  }))`);
  assertEquals(wraps, [false, true]);
});
