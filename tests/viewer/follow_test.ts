/** Following the newest line, scrolling, pausing, clearing, copying and saving. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { mint } from "../support/service.ts";
import { APP, type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

function numbered(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({ message: `line ${from + index}.` }));
}

async function openWithLines(count: number, attributes = ""): Promise<Visit> {
  const visit = await stage.open(attributes);
  await visit.show(...numbered(0, count));
  return visit;
}

async function assertEndsWith(visit: Visit, message: string): Promise<void> {
  const { y, height } = (await visit.row(message).boundingBox())!;
  assert(y + height <= 801, `The newest line ends at ${y + height}`);
}

/** Downloads a file, and resolves to its name and text. */
async function download(visit: Visit, entry: RegExp): Promise<{ name: string; text: string }> {
  await visit.button("Download").first().click();
  const started = visit.page.waitForEvent("download");
  await visit.button(entry).click();
  const file = await started;
  return { name: file.suggestedFilename(), text: await Deno.readTextFile(await file.path()) };
}

Deno.test("At its end, the list follows the newest line", async () => {
  await using visit = await openWithLines(200);
  for (const from of [200, 300]) {
    await visit.show(...numbered(from, 100));
    await assertEndsWith(visit, `line ${from + 99}.`);
  }
});

Deno.test("The list follows the newest line even if several tokens in a row are rejected", async () => {
  await using visit = await openWithLines(200);
  const give = (token: string) => visit.page.evaluate(`viewer.token = "${token}"`);
  const banner = visit.element(".banner");
  for (const token of ["none", "nor.this.one", "nor this"]) {
    await visit.page.evaluate("statuses.length = 0");
    await give(token);
    await visit.holds("statuses.at(-1)?.state === 'ended'");
    await banner.waitFor();
  }
  await visit.page.evaluate(`globalThis.heights = [];
    const list = shadow(".list");
    new ResizeObserver(() => heights.push(list.clientHeight)).observe(list);
    statuses.length = 0`);
  await give("nor this either");
  await visit.holds("statuses.at(-1)?.state === 'ended' && heights.length > 0");
  assertEquals(await visit.page.evaluate("heights.length"), 1, "The list does not jump");
  await give(await mint({ app: APP }));
  await visit.holds("statuses.at(-1).state === 'live'");
  await assertEventually(() => banner.isVisible(), false);
  await visit.show(...numbered(200, 100));
  await assertEndsWith(visit, "line 299.");
});

Deno.test("Only the reader can scroll away from the newest line", async () => {
  await using visit = await openWithLines(200);
  await visit.page.evaluate('globalThis.list = shadow(".scroller")');
  const isAtEnd = "list.scrollTop + list.clientHeight >= list.scrollHeight - 3";
  await visit.page.evaluate("list.scrollTop -= 33");
  await visit.holds(isAtEnd);
  await visit.page.evaluate("list.focus()");
  await visit.page.keyboard.press("PageUp");
  await visit.button("Jump to the newest line").waitFor();
  await visit.holds(`!(${isAtEnd})`);
});

Deno.test("When scrolled up, the list stays where it is, and a button counts the new lines and jumps to them", async () => {
  await using visit = await openWithLines(200);
  await visit.page.mouse.move(600, 500);
  await assertEventually(async () => {
    await visit.page.mouse.wheel(0, -10_000);
    return await visit.row("line 0.").isVisible();
  }, true);
  const top = (await visit.row("line 0.").boundingBox())!.y;
  await stage.publish(...numbered(200, 1234));
  const newLines = visit.element(".new-lines");
  await newLines.filter({ hasText: "1,234 new lines" }).waitFor();
  assertEquals((await visit.row("line 0.").boundingBox())!.y, top);
  await newLines.click();
  await visit.row("line 1433.").waitFor();
  await assertEventually(() => newLines.isVisible(), false);
  await visit.show({ message: "followed again" });
});

Deno.test("When scrolled up, the list stays where it is while the oldest lines are removed", async () => {
  await using visit = await openWithLines(300, 'limit="300"');
  await visit.page.mouse.move(600, 500);
  await visit.page.mouse.wheel(0, -2000);
  await visit.row(/line 19\d/).waitFor();
  const shown = (await visit.messages()).find((text) => /line 19\d/.test(text))!;
  const { y } = (await visit.row(shown).boundingBox())!;
  await stage.publish(...numbered(300, 100));
  await visit.element(".new-lines").filter({ hasText: "100 new" }).waitFor();
  const moved = Math.abs((await visit.row(shown).boundingBox())!.y - y);
  assert(moved < 2, `It moved by ${moved} px`);
});

Deno.test("The attribute limit removes the oldest lines", async () => {
  await using visit = await openWithLines(250, 'limit="100"');
  const { text } = await download(visit, /All lines .log/);
  assertEquals(
    text.trim().split("\n").map((line) => line.replace(/^.*\] /, "")),
    numbered(150, 100).map(({ message }) => message),
  );
});

Deno.test("While paused, the list does not change; when resumed, it shows all lines that arrived meanwhile", async () => {
  await using visit = await openWithLines(5);
  await visit.button("Pause").click();
  await visit.page.getByText("Paused", { exact: true }).first().waitFor();
  await stage.publish(...numbered(5, 5));
  await visit.page.getByRole("button", { name: "Paused · 5 new lines" }).waitFor();
  assertEquals((await visit.messages()).length, 5);
  await visit.button("Resume").click();
  await assertEventually(() => visit.messages(), numbered(0, 10).map(({ message }) => message));
  const states = await visit.page.evaluate<boolean[]>("statuses.map(({ paused }) => paused)");
  assertEquals(states.slice(-2), [true, false]);
});

Deno.test("Rows and the message of an empty list are never shown together", async () => {
  await using visit = await stage.open();
  await visit.page.evaluate(`{
    globalThis.overlaps = 0;
    const look = () => {
      overlaps += shadow(".empty") && shadow(".row") ? 1 : 0;
      requestAnimationFrame(() => setTimeout(look));
    };
    look();
  }`);
  await visit.show(...numbered(0, 5));
  await visit.button("Clear").first().click();
  await visit.page.getByText("New lines will appear here.").waitFor();
  await visit.show(...numbered(5, 5));
  assertEquals(await visit.page.evaluate("overlaps"), 0);
});

Deno.test("Space pauses even after a click on a button or a row", async () => {
  await using visit = await openWithLines(5);
  const wrap = visit.button("Wrap long lines");
  const wrapped = await wrap.getAttribute("aria-pressed");
  const pause = visit.element(".pause");
  const pressed = () => pause.getAttribute("aria-pressed");
  const clicks = [wrap, wrap, visit.row("line 1.").locator(".machine"), visit.button("Show all")];
  for (const [index, clicked] of clicks.entries()) {
    await clicked.click();
    await visit.page.keyboard.press("Space");
    await assertEventually(pressed, String(index % 2 === 0));
  }
  assertEquals(await wrap.getAttribute("aria-pressed"), wrapped);
  await pause.focus();
  await visit.page.keyboard.press("Space");
  await assertEventually(pressed, "true");
});

Deno.test("Choosing from a menu closes it", async () => {
  await using visit = await openWithLines(5);
  const panel = visit.element(".panel");
  for (const name of ["Clear", "Help"]) {
    await visit.button("Download").first().click();
    await panel.waitFor();
    await visit.button(name).first().click();
    await assertEventually(() => panel.isVisible(), false);
  }
  await visit.page.getByRole("dialog").waitFor();
});

Deno.test("A cleared list is empty, and continues with new lines", async () => {
  await using visit = await openWithLines(20);
  await visit.button("Clear").first().click();
  await assertEventually(() => visit.messages(), []);
  await visit.page.getByText("New lines will appear here.").waitFor();
  await visit.show({ message: "after that" });
  assertEquals(await visit.messages(), ["after that"]);
});

Deno.test("A row and a selection of several rows are copied as text", async () => {
  await using visit = await stage.open("", {
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  await visit.show({ message: "first of two" }, { message: "second of two" });
  const line = visit.row("first of two");
  await line.hover();
  await line.getByRole("button", { name: "Copy line" }).click();
  const clipboard = () => visit.page.evaluate<string>("navigator.clipboard.readText()");
  await assertEventually(async () => /first of two/.test(await clipboard()), true);
  assertMatch(await clipboard(), /^\d{4}-.*Z app\[d896d7c609dd68\] dfw \[info\] first of two$/);

  const from = (await line.locator(".message").boundingBox())!;
  const to = (await visit.row("second of two").locator(".message").boundingBox())!;
  await visit.page.mouse.move(from.x + 2, from.y + from.height / 2);
  await visit.page.mouse.down();
  await visit.page.mouse.move(to.x + 60, to.y + to.height / 2, { steps: 5 });
  await visit.page.mouse.up();
  await visit.page.keyboard.press("Control+c");
  await assertEventually(async () => (await clipboard()).trim().split("\n").length, 2);
});

Deno.test("A browser without composed selections copies as usual", async () => {
  await using visit = await openWithLines(5);
  await visit.page.evaluate("delete Selection.prototype.getComposedRanges");
  await visit.row("line 1.").locator(".message").dblclick();
  await visit.show({ message: "and continues" });
  assertEquals(visit.trouble, []);
});

Deno.test("All lines, or only the filtered ones, are saved as .log or as .ndjson", async () => {
  await using visit = await stage.open();
  const raw = `{"not a":"Fly line"}`;
  await stage.publish(raw, "a\nb");
  await visit.show({ message: "the last one", timestamp: "2026-11-20T20:42:11.123456789Z" });
  const log = await download(visit, /All lines .log/);
  assertMatch(log.name, /^panini-786-.*\.log$/);
  assertEquals(
    log.text,
    `${raw}\na\nb\n2026-11-20T20:42:11.123456789Z app[d896d7c609dd68] dfw [info] the last one\n`,
  );
  const ndjson = await download(visit, /All lines .ndjson/);
  const values = ndjson.text.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([values[0], values[1], values[2].message], [
    { "not a": "Fly line" },
    "a\nb",
    "the last one",
  ]);

  await visit.searchField.fill("Fly");
  await assertEventually(async () => (await visit.messages()).length, 1);
  assertEquals((await download(visit, /Filtered lines .log/)).text, `${raw}\n`);
  assertEquals((await download(visit, /Filtered lines .ndjson/)).text, `${raw}\n`);
});

Deno.test("Times are local, UTC or relative", async () => {
  await using visit = await stage.open("", { context: { timezoneId: "Asia/Tokyo" } });
  await visit.show({ message: "in time", timestamp: "2026-11-20T20:42:11.5Z" });
  const time = () => visit.row("in time").locator(".time").innerText();
  assertMatch(await time(), /^Nov 21\s05:42:11\.500$/);
  await visit.button(/^Times/).click();
  await assertEventually(async () => /^Nov 20\s20:42:11\.500Z$/.test(await time()), true);
  await visit.button(/^Times/).click();
  await assertEventually(async () => /ago|in /.test(await time()), true);
  await visit.button(/^Times/).click();
  await assertEventually(async () => /^Nov 21\s05:42:11\.500$/.test(await time()), true);
});

Deno.test("The rate chart counts lines, and a click on a bar jumps to its lines", async () => {
  await using visit = await openWithLines(400);
  await visit.show({ message: "an error", level: "error" });
  const { mouse } = visit.page;
  const chart = visit.page.getByRole("slider");
  const { x, y, width, height } = (await chart.boundingBox())!;
  /** The indexes of the bars with lines. */
  const filled = async () => {
    const path = await chart.locator(".line-bars").getAttribute("d");
    return [...path!.matchAll(/M(\d+) /g)].map(([, left]) => Number(left) / 4);
  };
  const pointAt = async (bar: number) => {
    // The chart is longer the longer there have been lines.
    const count = 1 + Number(await chart.getAttribute("aria-valuemax"));
    await mouse.move(x + width * (bar + 0.5) / count, y + height / 2);
  };
  const labelOf = async (bar: number) => {
    await pointAt(bar);
    await assertEventually(() => chart.getAttribute("aria-valuenow"), String(bar));
    return (await chart.getAttribute("aria-valuetext"))!;
  };
  // Bars keep moving while they are read and clicked.
  await assertEventually(async () => {
    const sums = { lines: 0, errors: 0 };
    for (const bar of await filled()) {
      const [, lines = 0, errors = 0] =
        /: (\d+) lines?(?:, (\d+) errors?)?$/.exec(await labelOf(bar)) ?? [];
      sums.lines += Number(lines);
      sums.errors += Number(errors);
    }
    return sums;
  }, { lines: 401, errors: 1 });
  await assertEventually(async () => {
    await pointAt((await filled())[0]!);
    await mouse.down();
    await mouse.up();
    return await visit.row("line 0.").isVisible();
  }, true);
});

Deno.test("A line is copied even if the page has no Clipboard API, as over plain HTTP", async () => {
  const context = { permissions: ["clipboard-read", "clipboard-write"] };
  await using visit = await stage.open("", { context });
  await visit.show({ message: "copied without the API" });
  await visit.page.evaluate(`{
    globalThis.clipboard = navigator.clipboard;
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  }`);
  await visit.row("copied without the API").hover();
  await visit.row("copied without the API").locator(".copy").click();
  const copied = () => visit.page.evaluate<string>("clipboard.readText()");
  await assertEventually(async () => /copied without the API$/.test(await copied()), true);
});
