/** Lines of the past: at the start, where live ones begin, and older ones when the reader scrolls up. */
import { assert, assertEquals } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { flyPayload } from "../support/viewer/sample_rows.ts";
import { ScriptedService, type ScriptedStream } from "../support/viewer/scripted_service.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** Sends lines with these ids. */
function sendLines(stream: ScriptedStream, from: number, to: number): void {
  for (let id = from; id <= to; id++) stream.send(`line ${id}.`, undefined, id);
}

async function openView(service: ScriptedService, attributes = ""): Promise<Visit> {
  return await stage.visit(`<script type="module" src="${stage.service.url}/viewer.js"></script>
    <style>body { margin: 0 } natstap-viewer { height: 100vh }</style>
    <natstap-viewer src="${service.src}" token="a" ${attributes}></natstap-viewer>`);
}

/** Opens a view of the lines 2001 to 2500, and one live line. */
async function openWithTail(service: ScriptedService, attributes = ""): Promise<Visit> {
  const visit = await openView(service, attributes);
  const stream = await service.next();
  assertEquals(stream.url.searchParams.get("tail"), "500");
  stream.ready({ history: true });
  sendLines(stream, 2001, 2500);
  stream.send("{}", "live", 2500);
  sendLines(stream, 2501, 2501);
  await visit.row("line 2501.").waitFor();
  return visit;
}

/** Scrolls up with the wheel until a line is visible. */
async function scrollUpTo(visit: Visit, line: string): Promise<void> {
  await visit.page.mouse.move(600, 500);
  await assertEventually(async () => {
    await visit.page.mouse.wheel(0, -2000);
    return await visit.row(line).isVisible();
  }, true);
}

Deno.test("A view starts with recent lines, and a mark shows where live ones begin", async () => {
  await using service = new ScriptedService();
  await using visit = await openWithTail(service);
  const texts = await visit.page.locator("natstap-viewer .row").allInnerTexts();
  assert(texts.at(-3)!.includes("line 2500."));
  assertEquals(texts.at(-2)!.trim(), "Live from here");
  assert(texts.at(-1)!.includes("line 2501."));
});

Deno.test("The day is named above the mark if the lines before it are of another day", async () => {
  await using service = new ScriptedService();
  await using visit = await openView(service);
  const stream = await service.next();
  stream.ready({ history: true });
  stream.send(flyPayload({ timestamp: "2020-11-20T12:00:00Z" }), undefined, 1);
  stream.send("{}", "live", 1);
  sendLines(stream, 2, 2);
  const days = visit.page.locator("natstap-viewer .above");
  await assertEventually(async () => (await days.allInnerTexts()).length, 2);
  const [first, second] = await days.allInnerTexts();
  assertEquals(first, "Friday, November 20, 2020");
  assert(second!.startsWith("Today, "));
  assertEquals(await visit.page.locator("natstap-viewer .row.live .above").count(), 1);
});

Deno.test("Older lines are loaded when the reader scrolls up, and the view stays put", async () => {
  await using service = new ScriptedService();
  await using visit = await openWithTail(service);
  await scrollUpTo(visit, "line 2001.");
  const older = await service.next();
  // The lines of the view, and 1000 more.
  assertEquals(older.url.searchParams.get("tail"), "1501");
  const top = async () => Math.round((await visit.row("line 2001.").boundingBox())!.y);
  const before = await top();
  older.ready({ history: true });
  sendLines(older, 1001, 2003);
  await older.closed;
  const size = () =>
    visit.page.evaluate(`document.querySelector("natstap-viewer").shadowRoot
    .querySelector(".canvas").clientHeight`) as Promise<number>;
  await assertEventually(async () => (await size()) > 1400 * 20, true);
  assertEquals(await top(), before);
  await scrollUpTo(visit, "line 1001.");
  const oldest = await service.next();
  assertEquals(oldest.url.searchParams.get("tail"), "2501");
  oldest.ready({ history: true });
  oldest.send(`{"reason":"retention"}`, "gap");
  sendLines(oldest, 990, 1001);
  await oldest.closed;
  await scrollUpTo(visit, "they are no longer stored");
  const shown = await visit.messages();
  assert(shown.some((text) => text.includes("line 990.")), shown.join());
});

Deno.test("Older lines are loaded even if several lines are one entry, but not if the list was cleared", async () => {
  await using service = new ScriptedService();
  await using visit = await openView(service);
  const stream = await service.next();
  stream.ready({ history: true });
  stream.send("Error: broken", undefined, 2000);
  for (let id = 2001; id <= 2030; id++) stream.send("    at pay (shop.js:7)", undefined, id);
  sendLines(stream, 2031, 2100);
  stream.send("{}", "live", 2100);
  await visit.row("line 2100.").waitFor();
  await scrollUpTo(visit, "Error: broken");
  const older = await service.next();
  assertEquals(older.url.searchParams.get("tail"), "1101");
  older.ready({ history: true });
  sendLines(older, 1900, 2000);
  await older.closed;
  await visit.button("Clear").click();
  sendLines(stream, 2101, 2200);
  await visit.row("line 2200.").waitFor();
  const before = visit.requests.length;
  await scrollUpTo(visit, "line 2101.");
  assertEquals(visit.requests.length, before);
});

Deno.test("Older lines are filtered, and never exceed the limit", async () => {
  await using service = new ScriptedService();
  await using visit = await openWithTail(service, 'limit="600"');
  await visit.searchField.fill("1.");
  await visit.row("line 2491.").waitFor();
  await scrollUpTo(visit, "line 2001.");
  const older = await service.next();
  // One of the 502 rows is the mark.
  assertEquals(older.url.searchParams.get("tail"), "599");
  older.ready({ history: true });
  sendLines(older, 1903, 2001);
  await older.closed;
  await scrollUpTo(visit, "line 1911.");
  assert((await visit.messages()).every((text) => text.includes("1.")));
});

Deno.test("If few lines match, older ones are loaded until there are no more", async () => {
  await using service = new ScriptedService();
  await using visit = await openWithTail(service);
  await visit.searchField.fill('"line 9."');
  await visit.page.getByText(/^No matching lines/).waitFor();
  for (const [tail, from, to] of [[1501, 1001, 2001], [2501, 1, 1001]] as const) {
    const older = await service.next();
    assertEquals(older.url.searchParams.get("tail"), `${tail}`);
    older.ready({ history: true });
    if (from === 1) older.send(`{"reason":"retention"}`, "gap");
    for (let id = from; id <= to; id++) {
      // They were logged three minutes ago.
      const timestamp = new Date(Date.now() - 180_000).toISOString();
      older.send(flyPayload({ message: `line ${id}.`, timestamp }), undefined, id);
    }
    await older.closed;
  }
  await visit.row("line 9.").waitFor();
  await visit.row("they are no longer stored").waitFor();
  // The chart counts them too.
  await visit.page.getByRole("slider", { name: /last [45] min/ }).waitFor();
});

Deno.test("A service without history is not asked for older lines", async () => {
  await using service = new ScriptedService();
  await using visit = await openView(service);
  const stream = await service.next();
  stream.ready({ history: false });
  for (let i = 0; i < 200; i++) stream.send(`line ${i}.`);
  await visit.row("line 199.").waitFor();
  await scrollUpTo(visit, "line 0.");
  const streams = visit.requests.filter((request) => request.url().startsWith(service.src));
  assertEquals(streams.filter((request) => request.method() === "GET").length, 1);
});
