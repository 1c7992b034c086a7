/** Links to a line: how they are copied, and what they show, with history from a real JetStream stream. */
import { assert, assertEquals } from "@std/assert";
import { type HistoryServer, startHistoryServer, startHistoryService } from "../support/history.ts";
import { assertEventually } from "../support/patience.ts";
import { mint, type Service } from "../support/service.ts";
import { recordHand } from "../support/viewer/hand.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

const APP = "web";

let stage: Stage;
let server: HistoryServer;
let service: Service;
Deno.test.beforeAll(async () => {
  // Its browser is used.
  stage = await startStage();
  server = await startHistoryServer();
  service = await startHistoryService(server, { HISTORY_MAX_LINES: "2000" });
  await server.store("other", numbered(0, 7));
  await server.store(APP, numbered(0, 2500));
});
Deno.test.afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `line ${from + index}.`);
}

/** The id of a line in the stream: those of the other app come first, and the first id is 1. */
function idOf(line: number): number {
  return 8 + line;
}

/** Opens the page with a fragment and a token. */
async function open(fragment: string): Promise<Visit> {
  const token = await mint({ app: ["another-app", APP] });
  return await stage.watch(`${service.url}/?app=${APP}#${fragment}&token=${token}`, {
    context: {},
  });
}

async function assertAt(visit: Visit, line: number): Promise<void> {
  const row = visit.element('.row[aria-selected="true"]');
  await assertEventually(
    async () => (await row.locator(".message").allInnerTexts()).map((text) => text.trim()),
    [`line ${line}.`],
  );
  // Lines before it are loaded, and it stays in view.
  await assertEventually(async () => {
    const shown = await visit.messages();
    const at = shown.indexOf(`line ${line}.`);
    return [shown[at - 1], shown[at + 1]];
  }, [`line ${line - 1}.`, `line ${line + 1}.`]);
  const { y } = (await row.boundingBox())!;
  assert(y > 0 && y < 800, `The row is at ${y}`);
}

Deno.test("A link to a line opens the page at that line, whether or not it is among the first that are loaded", async () => {
  for (const [line, next] of [[2300, 2500], [1000, 2501]] as const) {
    await using visit = await open(`line=${idOf(line)}`);
    await assertAt(visit, line);
    assertEquals(visit.page.url(), `${service.url}/?app=${APP}#line=${idOf(line)}`);
    // New lines arrive, and older ones can be loaded.
    await server.store(APP, numbered(next, next + 1));
    await visit.button("1 new line").click();
    await visit.row(`line ${next}.`).waitFor();
    assertEquals(visit.trouble, []);
  }
});

Deno.test("The link of a row is copied with the pointer or the keyboard, has no token, and opens in the same page", async () => {
  await using visit = await open("");
  await visit.row("line 2499.").waitFor();
  await recordHand(visit);
  await visit.row("line 2498.").hover();
  await visit.row("line 2498.").getByRole("button", { name: "Copy link" }).click();
  const link = (line: number) => `${service.url}/?app=${APP}#line=${idOf(line)}`;
  await visit.holds("copies.length === 1");
  await visit.page.evaluate("viewer.focus()");
  for (const key of ["f", "k", "k", "l"]) await visit.page.keyboard.press(key);
  await visit.holds("copies.length === 2");
  const cursor = await visit.element(".row.cursor .message").innerText();
  const [, number] = /line (\d+)\./.exec(cursor)!;
  assertEquals(await visit.page.evaluate("copies"), [link(2498), link(Number(number))]);

  await visit.searchField.fill("9.");
  await visit.row("line 2499.").waitFor();
  // The link is not filtered: all lines around it are shown.
  await visit.page.evaluate(`location.hash = "line=${idOf(900)}"`);
  await assertAt(visit, 900);
});

Deno.test("With a query, the line of a link is shown in context", async () => {
  await using visit = await open(`line=${idOf(1500)}&filter=11.`);
  await assertAt(visit, 1500);
  assertEquals(await visit.searchField.inputValue(), "11.");
  await visit.page.goBack();
  await assertEventually(
    async () => (await visit.messages()).every((text) => text.endsWith("11.")),
    true,
  );
});

Deno.test("A line that is no longer available, or never was, says so", async () => {
  // One before the maximum number of lines, one of another app, and one that is none.
  for (const line of [`${idOf(100)}`, "3", "99999999", "x"]) {
    await using visit = await open(`line=${line}`);
    await visit.row("This line is no longer available").waitFor();
    await server.store(APP, [`after ${line}`]);
    await visit.button(/new lines?$/).click();
    await visit.row(`after ${line}`).waitFor();
    assertEquals(visit.trouble, []);
  }
});

Deno.test("Without history, there are no links to lines, and one that is opened says so", async () => {
  const url = `${await stage.pageUrl()}&line=5`;
  await using visit = await stage.watch(url);
  await visit.row("This line is no longer available").waitFor();
  await visit.show({ message: "a line" });
  await visit.row("a line").hover();
  assertEquals(await visit.button("Copy link").count(), 0);
});

Deno.test("A product's page chooses the links, and goes to a line by its sequence", async () => {
  await using own = await startHistoryService(server, { CORS_ORIGINS: stage.site });
  await using visit = await stage.visit(`<base href="https://example.com/a/">
    <script type="module" src="${own.url}/viewer.js"></script>
    <natstap-viewer src="${own.url}/logs" token="${await mint({ app: APP })}" line="${idOf(2000)}"
      permalink="logs?at={line}" style="height: 30rem"></natstap-viewer>`);
  await assertAt(visit, 2000);
  await recordHand(visit);
  await visit.row("line 2001.").hover();
  await visit.row("line 2001.").getByRole("button", { name: "Copy link" }).click();
  await visit.holds("copies.length === 1");
  assertEquals(await visit.page.evaluate("copies"), [
    `https://example.com/a/logs?at=${idOf(2001)}`,
  ]);
  await visit.page.evaluate(`viewer.line = "${idOf(1900)}"`);
  await assertAt(visit, 1900);
  assertEquals(await visit.page.evaluate("viewer.line"), undefined);
});
