/** Keyboard, touch, contrast themes, and what a screen reader reads. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { recordHand } from "../support/viewer/hand.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

async function openWithLines(...how: Parameters<Stage["open"]>): Promise<Visit> {
  const visit = await stage.open(...how);
  const lines = Array.from({ length: 60 }, (_, index) => ({ message: `line ${index}.` }));
  await visit.show(...lines, { message: '{"level":"error","msg":"failed","status":500}' }, {
    message: "the end",
  });
  await recordHand(visit);
  return visit;
}

Deno.test("Keys move a cursor, select, copy, expand and follow", async () => {
  await using visit = await openWithLines();
  const { keyboard } = visit.page;
  const cursor = visit.element(".row.cursor .message");
  const copies = () => visit.page.evaluate<string[]>("copies");
  await visit.page.evaluate("viewer.focus()");
  await keyboard.press("j");
  await assertEventually(async () => /the end/.test(await cursor.innerText()), true);
  await keyboard.press("k");
  await assertEventually(async () => /^failed/.test((await cursor.innerText()).trim()), true);
  const active = await visit.element(".scroller").getAttribute("aria-activedescendant");
  assertEquals(await visit.element(".row.cursor").getAttribute("id"), active);
  await keyboard.press("Enter");
  await visit.element(".row.cursor.expanded").waitFor();
  await keyboard.press("Enter");
  await visit.element(".row.cursor:not(.expanded)").waitFor();
  await keyboard.press("c");
  await assertEventually(async () => (await copies()).length, 1);
  assertMatch((await copies())[0]!, / \[error\] failed status=500$/);
  for (const key of "KKK") await keyboard.press(key);
  await visit.element(".selection-bar").getByText("4 lines selected").waitFor();
  assertEquals(await visit.element('.row[aria-selected="true"]').count(), 4);
  await keyboard.press("c");
  await assertEventually(async () => (await copies()).length, 2);
  assertEquals((await copies())[1]!.split("\n").map((line) => line.replace(/^.*\] /, "")), [
    ...["line 57.", "line 58.", "line 59.", "failed status=500"],
  ]);
  await keyboard.press("Escape");
  await assertEventually(() => visit.element(".selection-bar").count(), 0);
  // The cursor scrolls the list.
  for (let presses = 0; presses < 50; presses++) await keyboard.press("k");
  await assertEventually(() => cursor.innerText(), "line 7.");
  for (const key of "gjj") await keyboard.press(key);
  await assertEventually(() => cursor.innerText(), "line 1.");
  await visit.searchField.fill("7.");
  await assertEventually(async () => (await visit.messages()).length, 6);
  await visit.page.evaluate("viewer.focus()");
  for (const key of "Gk") await keyboard.press(key);
  await keyboard.press("x");
  await visit.row("line 56.").waitFor();
  await keyboard.press("Escape");
  await assertEventually(async () => (await visit.messages()).length, 6);
  await visit.searchField.fill("");
  await visit.page.evaluate("viewer.focus()");
  await keyboard.press("f");
  await visit.row("the end").waitFor();
  await visit.show({ message: "followed" });
});

Deno.test("In the list, the arrow keys move the cursor and select, even with hotkeys=off", async () => {
  await using visit = await openWithLines('hotkeys="off"');
  const cursor = visit.element(".row.cursor .message");
  await visit.page.evaluate("viewer.focus()");
  await visit.page.keyboard.press("ArrowUp");
  await assertEventually(() => cursor.innerText(), "the end");
  for (let i = 0; i < 2; i++) await visit.page.keyboard.press("Shift+ArrowUp");
  await visit.element(".selection-bar").getByText("3 lines selected").waitFor();
  await visit.page.keyboard.press("ArrowDown");
  await assertEventually(() => cursor.innerText(), "failed status=500");
  await assertEventually(() => visit.element(".selection-bar").count(), 0);
});

Deno.test("Tab goes from the list to the buttons of the row at the cursor", async () => {
  await using visit = await openWithLines();
  await visit.page.evaluate("viewer.focus()");
  for (const key of ["ArrowUp", "ArrowUp"]) await visit.page.keyboard.press(key);
  await visit.element(".row.cursor").getByText("failed").waitFor();
  const labels: (string | null)[] = [];
  for (let i = 0; i < 3; i++) {
    await visit.page.keyboard.press("Tab");
    const label = "viewer.shadowRoot.activeElement?.getAttribute('aria-label') ?? null";
    labels.push(await visit.page.evaluate(label));
  }
  assertEquals(labels.slice(0, 2), ["Expand", "Copy line"]);
  assert(labels[2] !== "Copy line" && labels[2] !== "Expand", "The next row has no turn");
});

Deno.test("Keys have an effect only while the focus is in the viewer; hotkeys=off leaves out single characters", async () => {
  await using visit = await openWithLines();
  const { keyboard } = visit.page;
  await visit.page.evaluate(`addEventListener("keydown", ({ key, defaultPrevented }) =>
    (globalThis.keys ??= []).push([key, defaultPrevented]))`);
  await visit.element(".row").first().hover();
  for (const key of ["/", " ", "j"]) await keyboard.press(key);
  assertEquals(await visit.page.evaluate("keys"), [["/", false], [" ", false], ["j", false]]);
  assertEquals(
    await visit.page.evaluate("viewer.paused || document.activeElement === viewer"),
    false,
  );
  await visit.page.evaluate("viewer.setAttribute('hotkeys', 'off'); viewer.focus()");
  for (const key of ["/", "j", "w", "?"]) await keyboard.press(key);
  assertEquals(await visit.element(".row.cursor").count(), 0);
  assertEquals(await visit.page.evaluate("viewer.shadowRoot.activeElement.className"), "scroller");
  await keyboard.press("Control+a");
  await visit.element(".selection-bar").waitFor();
});

Deno.test("A screen reader reads a row's time, level, machine and message", async () => {
  await using visit = await openWithLines();
  const name = /^\d\d:\d\d:\d\d\.\d{3} error dfw d896d7c609dd68 failed status=500$/;
  await visit.page.getByRole("row", { name }).waitFor();
  await visit.page.getByRole("grid").waitFor();
  await stage.publish(
    { message: "restarted", provider: "runner" },
    ...["Error: no order", "    at total (cart.ts:41:23)", "    at checkout (cart.ts:88:17)"]
      .map((message) => ({ message })),
  );
  await visit.page.getByRole("row", { name: /d896d7c609dd68 runner restarted$/ }).waitFor();
  await visit.page.getByRole("row", { name: /Error: no order 2 more lines$/ }).waitFor();
  const stray = `[...viewer.shadowRoot.querySelectorAll(".scroller button")]
    .filter((button) => !button.closest("[role=gridcell]")).length`;
  assertEquals(await visit.page.evaluate(stray), 0, "Buttons of a row are in a cell");
  assertMatch((await visit.row("failed").getAttribute("part"))!, /^row error$/);
  const session = await visit.page.context().newCDPSession(visit.page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const names = nodes.filter(({ role }) => role?.value === "row").map(({ name }) => name?.value);
  assert(names.some((text) => name.test(String(text))), JSON.stringify(names.slice(-3)));
});

Deno.test("With forced colors, what is pressed, selected or an error looks different", async () => {
  await using visit = await openWithLines();
  await visit.page.emulateMedia({ forcedColors: "active" });
  const look = () =>
    Promise.all([
      visit.style(".levels .chip", "backgroundColor"),
      visit.style(".row .message", "color"),
    ]);
  const [plain] = await look();
  await visit.element(".levels .chip").first().click();
  await assertEventually(
    async () => await visit.style(".levels .chip[aria-pressed=true]", "backgroundColor") !== plain,
    true,
  );
  await visit.element(".levels .chip").first().click();
  await visit.page.keyboard.press("Control+a");
  await visit.element(".row.selected").first().waitFor();
  assert((await look())[1] === await visit.style(".row.selected .time", "color"));
  for (const part of [".text", ".machine"]) {
    const color = await visit.style(`.row.selected.error ${part}`, "color");
    assertEquals(color, await visit.style(".row.selected .time", "color"), `Color of ${part}`);
  }
  assert(await visit.style(".row.selected", "backgroundColor") !== plain);
  await visit.page.keyboard.press("Escape");
  const edge = (row: string) => visit.style(row, "borderLeftColor");
  await assertEventually(async () => await edge(".row.error") !== await edge(".row.info"), true);
  await visit.page.emulateMedia({ forcedColors: "none" });
});

Deno.test("On a touch screen, every target is at least 24 pixels wide and high", async () => {
  const context = { hasTouch: true, isMobile: true };
  for (const viewport of [{ width: 390, height: 844 }, { width: 1024, height: 768 }]) {
    await using visit = await openWithLines("", { viewport, context });
    await visit.element(".facets-button").click();
    await visit.row("failed").getByRole("button", { name: "Expand" }).click();
    await visit.element(".row.expanded").waitFor();
    const small = await visit.page.evaluate<string[]>(`
      [...viewer.shadowRoot.querySelectorAll("button, summary, [role=slider], input")]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().width > 0)
        .filter((element) => !element.matches(".row button.cell:empty"))
        .map((element) => [element, element.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 23.9 || height < 23.9)
        .map(([{ className, innerText }, { width, height }]) =>
          className + " " + innerText + " " + width + "x" + height)`);
    assertEquals([...new Set(small)], [], `At ${viewport.width} px`);
  }
});

Deno.test("The oldest line says that older lines were removed", async () => {
  await using visit = await openWithLines('limit="50"');
  await visit.page.evaluate("viewer.focus()");
  await visit.page.keyboard.press("g");
  const first = visit.row("Older lines were removed");
  await first.waitFor();
  assertMatch(await first.innerText(), /line 12\./);
  await visit.page.keyboard.press("G");
  await visit.button("Clear").first().click();
  await visit.show({ message: "after that" });
  assertEquals(await visit.page.getByText("Older lines were removed").count(), 0);
});
