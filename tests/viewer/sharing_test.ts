/** Viewers that share one connection: on one page, and in several tabs. */
import { assertEquals } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { mint, subjects } from "../support/service.ts";
import { ScriptedService, type ScriptedStream } from "../support/viewer/scripted_service.ts";
import { APP, type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

Deno.test("Eight viewers on a page share one connection of six that HTTP/1.1 permits", async () => {
  const html = stage.embedding(await mint({ app: APP }), 'style="height: 15rem"');
  await using visit = await stage.visit(html.replace(/(<natstap-viewer[^]*)/, "$1".repeat(8)));
  await visit.holds("new Set(statuses.filter(({ state }) => state === 'live')).size >= 8");
  await assertEventually(async () => (await subjects(stage.stack.nats)).length, 1);
  await stage.publish({ message: "for all" });
  const rows = visit.page.locator("natstap-viewer .row").filter({ hasText: "for all" });
  await assertEventually(() => rows.count(), 8);
  assertEquals(visit.trouble, []);
});

/** Opens a page whose viewer connects to `service`. */
async function visitWith(service: ScriptedService): Promise<Visit> {
  const token = await mint({ app: APP });
  const html = `<script type="module" src="${stage.service.url}/viewer.js"></script>
    <natstap-viewer src="${service.src}" token="${token}"></natstap-viewer>`;
  return await stage.visit(html, { context: {} });
}

/** Takes the next request, and has it start after the line `id`. */
async function accept(service: ScriptedService, id: number): Promise<ScriptedStream> {
  const stream = await service.next();
  stream.ready({ history: true }, id);
  stream.send("{}", "live", id);
  return stream;
}

/** Opens another tab, to which the first one passes on a line. Returns it, and the stream of the first tab. */
async function openSecondTab(visit: Visit, service: ScriptedService) {
  const first = await accept(service, 6);
  await visit.live();
  const tab = await visit.page.context().newPage();
  await tab.goto(visit.page.url());
  await (await accept(service, 6)).closed;
  first.send("through the other tab", undefined, 7);
  return { first, tab };
}

Deno.test("When the tab with the connection is closed, another tab continues after the last line", async () => {
  await using service = new ScriptedService();
  await using visit = await visitWith(service);
  const { tab } = await openSecondTab(visit, service);
  const row = (text: string) => tab.locator("natstap-viewer .row").filter({ hasText: text });
  await row("through the other tab").waitFor();

  await visit.page.close();
  const third = await accept(service, 7);
  assertEquals(third.url.searchParams.get("last_event_id"), "7");
  third.send("through a connection of its own", undefined, 8);
  await row("through a connection of its own").waitFor();
  assertEquals(await tab.locator("natstap-viewer .row").count(), 2);
});

Deno.test("When the tab with the connection is frozen, another tab continues after the last line", async () => {
  await using service = new ScriptedService();
  await using visit = await visitWith(service);
  const { first, tab } = await openSecondTab(visit, service);
  const rows = [visit.page, tab].map((page) => page.locator("natstap-viewer .row"));
  await assertEventually(() => Promise.all(rows.map((each) => each.count())), [1, 1]);

  // Playwright keeps every tab visible, and Chromium freezes only hidden ones.
  await visit.page.evaluate("void document.dispatchEvent(new Event('freeze'))");
  await first.closed;
  const streams = [await accept(service, 7), await accept(service, 7)];
  for (const { url } of streams) assertEquals(url.searchParams.get("last_event_id"), "7");
  const open = streams.map((stream, i) => stream.closed.then(() => streams[1 - i]!));
  (await Promise.race(open)).send("through the next connection", undefined, 8);
  await assertEventually(() => Promise.all(rows.map((each) => each.count())), [2, 2]);
});

Deno.test("A viewer that gets no connection says why, and gets one as soon as another viewer is removed", async () => {
  const tokens = await Promise.all(
    Array.from({ length: 7 }, (_, i) => mint({ app: APP, sub: `user ${i}` })),
  );
  const html = tokens.map((token) => stage.embedding(token, 'style="height: 15rem"')).join("");
  await using visit = await stage.visit(html, { context: {} });
  const viewers = visit.page.locator("natstap-viewer");
  const waiting = viewers.filter({ hasText: "A browser opens only a few connections" });
  await assertEventually(() => waiting.count(), 1);
  await viewers.filter({ hasNotText: "A browser opens only" }).first().evaluate(
    "(it) => it.remove()",
  );
  await assertEventually(() => viewers.filter({ hasText: "Waiting for" }).count(), 6);
});
