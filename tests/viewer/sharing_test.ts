/** Viewers that share one connection: on one page, and in several tabs. */
import { assertEquals } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { mint, subjects } from "../support/service.ts";
import { ScriptedService } from "../support/viewer/scripted_service.ts";
import { APP, type Stage, startStage } from "../support/viewer/viewer_stage.ts";

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

Deno.test("When the tab with the connection is closed, another tab continues after the last line", async () => {
  await using service = new ScriptedService();
  const token = await mint({ app: APP });
  const html = `<script type="module" src="${stage.service.url}/viewer.js"></script>
    <natstap-viewer src="${service.src}" token="${token}"></natstap-viewer>`;
  await using visit = await stage.visit(html, { context: {} });
  const first = await service.next();
  first.ready({ history: true }, 6);
  first.send("{}", "live", 6);
  await visit.live();
  const tab = await visit.page.context().newPage();
  await tab.goto(visit.page.url());
  const second = await service.next();
  second.ready({ history: true }, 6);
  second.send("{}", "live", 6);
  await second.closed;
  first.send("through the other tab", undefined, 7);
  const row = (text: string) => tab.locator("natstap-viewer .row").filter({ hasText: text });
  await row("through the other tab").waitFor();

  await visit.page.close();
  const third = await service.next();
  assertEquals(third.url.searchParams.get("last_event_id"), "7");
  third.ready({ history: true }, 7);
  third.send("through a connection of its own", undefined, 8);
  await row("through a connection of its own").waitFor();
  assertEquals(await tab.locator("natstap-viewer .row").count(), 2);
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
