/** Clicks and selections while lines arrive. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import {
  copied,
  keepPublishing,
  lineAt,
  middleOf,
  numbersIn,
  press,
  recordHand,
} from "../support/viewer/hand.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

function numbered(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({ message: `line ${from + index}.` }));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Opens a page with lines, and records what the hand does. */
async function openWithLines(count: number, attributes = ""): Promise<Visit> {
  const visit = await stage.open(attributes);
  await visit.show(...numbered(0, count));
  await recordHand(visit);
  return visit;
}

Deno.test("In a row, every press on a button counts, and for the row that was pressed", async () => {
  await using visit = await openWithLines(60);
  await using _lines = keepPublishing(stage, 60);
  await visit.row(/line 10\d\./).waitFor();
  const list = (await visit.element(".scroller").boundingBox())!;
  const right = list.x + list.width - 30;
  const y = (share: number) => list.y + list.height * share;
  for (let index = 0; index < 12; index++) {
    await press(visit, { x: right, y: y(0.3 + index / 30) });
  }
  await visit.holds("copies.length === 12");
  const copies = await visit.page.evaluate<string[]>("copies");
  const pressed = await visit.page.evaluate<string[]>("pressed");
  assertEquals(copies.map(numbersIn), pressed.map(numbersIn));
  assertEquals(await visit.element(".new-lines").count(), 0, "It still follows");

  const machine = await middleOf(visit.element(".row .machine").first());
  for (const pressed of [true, false, true, false]) {
    await press(visit, { x: machine.x, y: y(0.5) });
    const chip = visit.element(".chip").filter({ hasText: /d896/ });
    await assertEventually(() => chip.count(), pressed ? 1 : 0);
  }
  const expand = await middleOf(visit.element(".row .expand").first());
  await press(visit, { x: expand.x, y: y(0.5) });
  const expanded = visit.element(".row.expanded");
  await expanded.waitFor();
  const pressedLast = await visit.page.evaluate<string>("pressed.at(-1)");
  assertEquals(numbersIn(await expanded.innerText())[0], numbersIn(pressedLast)[0]);
});

Deno.test("Outside of rows too, every press on a control counts", async () => {
  await using visit = await openWithLines(60);
  await using _lines = keepPublishing(stage, 60);
  await visit.row(/line 10\d\./).waitFor();
  const names = [
    ...["Pause", "Resume", "Wrap long lines", "Wrap long lines", "Times: Local", "Times: UTC"],
    ...["Download", "Download", "Help", "Close", /^level info/, "Show all", /^Regions, machines/],
    ...[/^machine d896/, "Show all", /^Regions, machines/],
  ];
  for (const name of names) {
    const before = await visit.page.evaluate<number>("clicks.length");
    await press(visit, await middleOf(visit.button(name).first()));
    const clicked = await visit.page.evaluate<string[]>(`clicks.slice(${before})`);
    assertEquals(clicked.length, 1, String(name));
    if (typeof name === "string") assertEquals(clicked[0], name);
    else assertMatch(clicked[0]!, name);
  }
  // A press on the chart scrolls up, and one on the button of new lines back to the end.
  const chart = await middleOf(visit.page.getByRole("slider"));
  const width = await visit.page.evaluate<number>("innerWidth");
  const newLines = visit.element(".new-lines");
  await assertEventually(async () => {
    await press(visit, { x: width - 12, y: chart.y });
    return await newLines.isVisible();
  }, true);
  await press(visit, await middleOf(newLines));
  await assertEventually(() => newLines.count(), 0);
});

Deno.test("A drag selects exactly the rows from its beginning to its end, in both directions, while lines arrive and are removed", async () => {
  await using visit = await openWithLines(800, 'limit="800"');
  await using _lines = keepPublishing(stage, 800);
  const { mouse } = visit.page;
  const list = (await visit.element(".scroller").boundingBox())!;
  for (const by of [9 * 22, -9 * 22, 2 * 22]) {
    const y = list.y + list.height / 2;
    await mouse.move(500, y);
    await mouse.down();
    const first = await lineAt(visit, y);
    await mouse.move(500, y + by / 2, { steps: 3 });
    await mouse.move(500, y + by, { steps: 3 });
    await mouse.up();
    const last = first + by / 22;
    assertEquals(await copied(visit), range(Math.min(first, last), Math.max(first, last)));
  }
  // With the wheel, a selection reaches beyond the view.
  const before = await lineAt(visit, list.y + 100);
  await mouse.wheel(0, -250 * 22);
  await assertEventually(async () => await lineAt(visit, list.y + 100) < before - 200, true);
  const from = await lineAt(visit, list.y + 100);
  await mouse.move(500, list.y + 100);
  await mouse.down();
  await mouse.move(500, list.y + 122);
  await mouse.wheel(0, 100 * 22);
  await assertEventually(async () => await lineAt(visit, list.y + 122) > from + 90, true);
  const to = await lineAt(visit, list.y + 122);
  await mouse.up();
  assertEquals(await copied(visit), range(from, to));
  // Beyond the edges, the list scrolls.
  await mouse.move(500, list.y + 200);
  await mouse.down();
  const start = await lineAt(visit, list.y + 200);
  await mouse.move(500, list.y - 60, { steps: 3 });
  await assertEventually(async () => await lineAt(visit, list.y + 2) < start - 60, true);
  await mouse.up();
  const selected = await copied(visit);
  assertEquals(selected, range(selected[0]!, start));
  assert(selected.length > 60 && selected.length < 800, `${selected.length} lines`);
  // What is selected is copied even if it has been removed meanwhile.
  await visit.page.evaluate(`{
    globalThis.others = 0;
    viewer.addEventListener("natstap-line", ({ detail }) => others += detail.message === "another");
  }`);
  await stage.publish(...Array.from({ length: 1000 }, () => ({ message: "another" })));
  await visit.button(/new lines$/).click();
  await visit.holds("others === 1000");
  await visit.element(".selection-copy").click();
  await visit.holds("copies.length === 6");
  assertEquals(numbersIn(await visit.page.evaluate<string>("copies.at(-1)")), selected);
});

Deno.test("Shift and a click, or Ctrl+A, select any number of rows that pass the filter", async () => {
  await using visit = await openWithLines(100, 'limit="11000"');
  await visit.show(...numbered(100, 10_400));
  await using _lines = keepPublishing(stage, 10_500);
  const { keyboard } = visit.page;
  const list = (await visit.element(".scroller").boundingBox())!;
  const click = async (y: number, modifiers: "Shift"[] = []) => {
    for (const key of modifiers) await keyboard.down(key);
    await press(visit, { x: 500, y });
    for (const key of modifiers) await keyboard.up(key);
  };
  await click(list.y + 300);
  await keyboard.press("g");
  await visit.row("line 200.").waitFor({ state: "hidden" });
  const pressed = await visit.page.evaluate<string>("pressed.at(-1)");
  const last = numbersIn(pressed)[0]!;
  await assertEventually(async () => await lineAt(visit, list.y + 100) < 3000, true);
  const first = await lineAt(visit, list.y + 300);
  await click(list.y + 300, ["Shift"]);
  await visit.element(".selection-bar").getByText(/lines selected$/).waitFor();
  const selected = await copied(visit);
  assertEquals(selected, range(first, last));
  assert(selected.length > 9000);

  await visit.searchField.fill("7.");
  await assertEventually(
    async () => (await visit.messages()).every((text) => /7\./.test(text)),
    true,
  );
  await click(list.y + 100);
  await keyboard.press("Control+a");
  const all = await copied(visit);
  assertEquals(all, range(all[0]!, all.at(-1)!).filter((number) => number % 10 === 7));
  assert(all[0]! < 1500 && all.length > 900, `${all.length} lines from ${all[0]}`);
});

Deno.test("Any number of lines is copied to the clipboard, with a key or the button", async () => {
  const context = { permissions: ["clipboard-read", "clipboard-write"] };
  await using visit = await stage.open("", { context });
  await visit.show(...numbered(0, 5000));
  const clipboard = async () =>
    numbersIn(await visit.page.evaluate<string>("navigator.clipboard.readText()"));
  await visit.page.evaluate("viewer.focus()");
  await visit.page.keyboard.press("Control+a");
  await visit.page.keyboard.press("Control+c");
  await visit.page.getByText("5,000 lines copied").waitFor();
  assertEquals(await clipboard(), range(0, 4999));
  await visit.page.evaluate(`navigator.clipboard.writeText("")`);
  await visit.element(".selection-copy").click();
  await assertEventually(clipboard, range(0, 4999));
  assertEquals(visit.trouble, []);
});
