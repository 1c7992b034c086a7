/** Presses on every control as by a hand, while 50 lines per second arrive. */
import { assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import type { Locator } from "npm:playwright-core@^1";
import { keepPublishing, middleOf, type Point, press, recordHand } from "../support/viewer/hand.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** Opens a page with rows, and records clicks. */
async function open(attributes = ""): Promise<Visit> {
  const visit = await stage.open(attributes);
  await stage.publish(
    ...Array.from({ length: 60 }, (_, i) => ({ message: `{"msg":"line ${i}.","url":"/x"}` })),
  );
  await visit.row("line 59.").waitFor();
  await recordHand(visit);
  return visit;
}

/** Presses at a point; returns what was clicked there: one button, link, check box or summary. */
async function clickedAt(visit: Visit, at: Point): Promise<string> {
  const before = await visit.page.evaluate<number>("targets.length");
  await press(visit, at);
  const clicked = await visit.page.evaluate<string[]>(`targets.slice(${before})`);
  assertEquals(clicked.length, 1, `${clicked}`);
  return clicked[0]!;
}

/** Records what is clicked, and opens no link. */
async function recordTargets({ page }: Visit): Promise<void> {
  await page.evaluate(`{
    globalThis.targets = [];
    viewer.shadowRoot.addEventListener("click", (event) => {
      const control = event.composedPath()
        .find((element) => element.matches?.("button, a, label, summary, [role=option]"));
      // A label clicks its check box.
      if (event.target.matches("input[type=checkbox]") && control?.matches("label")) return;
      targets.push(control?.getAttribute("aria-label") ?? control?.innerText.trim() ??
        event.target.className);
      if (control?.matches("a")) event.preventDefault();
    }, true);
  }`);
}

/** The point of a control in whichever row is in the middle of the list. */
async function inRow(visit: Visit, selector: string): Promise<Point> {
  const { x } = await middleOf(visit.element(`.row ${selector}`).first());
  const list = (await visit.element(".scroller").boundingBox())!;
  return { x, y: list.y + list.height / 2 };
}

Deno.test("In rows that move, every press counts", async () => {
  await using visit = await open(`permalink="#{line}"`);
  await recordTargets(visit);
  await using _lines = keepPublishing(stage, 60);
  await visit.row(/line 10\d\./).waitFor();
  const chip = (name: RegExp) => visit.element(".chip").filter({ hasText: name });
  for (const [facet, name] of [["machine", /d896/], ["region", /dfw/]] as const) {
    for (const count of [1, 0]) {
      assertMatch(await clickedAt(visit, await inRow(visit, `.${facet}`)), name);
      await assertEventually(() => chip(name).count(), count);
    }
  }
  // Links in messages.
  const link = visit.element(".row a").first();
  await link.waitFor();
  assertEquals(await clickedAt(visit, await inRow(visit, "a")), "https://example.com/");
  assertEquals(await visit.element(".new-lines").count(), 0, "It still follows");
});

Deno.test("A drag in a link selects its text, and does not open it", async () => {
  await using visit = await stage.open();
  await visit.show({ message: "see https://example.com/a-long-path for more" });
  const { x, y } = await middleOf(visit.element(".row a"));
  const { mouse } = visit.page;
  await mouse.move(x - 40, y);
  await mouse.down();
  await mouse.move(x + 40, y, { steps: 5 });
  await mouse.up();
  await visit.holds(`getSelection().getComposedRanges({ shadowRoots: [viewer.shadowRoot] })
    .some(({ startOffset, endOffset }) => endOffset > startOffset)`);
  assertEquals(visit.page.context().pages().length, 1);
  assertEquals(visit.trouble, []);
});

Deno.test("In an expanded row, every press counts", async () => {
  await using visit = await open();
  await recordTargets(visit);
  await using _lines = keepPublishing(stage, 60);
  await visit.row(/line 10\d\./).waitFor();
  assertEquals(await clickedAt(visit, await inRow(visit, ".expand")), "Expand");
  const value = visit.element('.json [data-name="url"]').first();
  await value.waitFor();
  const at = async (element: Locator) => await clickedAt(visit, await middleOf(element));
  const items: [name: string, effect: () => Promise<unknown>][] = [
    ["Copy value", () => visit.holds(`copies.at(-1) === "https://example.com/"`)],
    ["Show as column", () => visit.holds(`viewer.columns === "url"`)],
    ["Remove column", () => visit.holds(`viewer.columns === ""`)],
    ["Exclude lines with this value", () => visit.holds(`viewer.filter.startsWith("-url")`)],
  ];
  for (const [name, effect] of items) {
    await value.waitFor();
    await at(value);
    await visit.button(name).waitFor();
    assertEquals(await at(visit.button(name)), name);
    await effect();
  }
});

Deno.test("Everywhere else, every press counts", async () => {
  await using visit = await open(`filter="line" columns="url"`);
  await recordTargets(visit);
  await using _lines = keepPublishing(stage, 60);
  await visit.row(/line 10\d\./).waitFor();
  const at = async (element: Locator) => {
    await element.waitFor();
    return await clickedAt(visit, await middleOf(element));
  };
  const button = async (name: string) => {
    assertEquals(await at(visit.page.getByRole("button", { name, exact: true })), name);
  };
  await button("Remove the column url");
  await visit.holds(`viewer.columns === ""`);
  await button("Columns");
  assertEquals(await at(visit.page.getByText("url", { exact: true })), "url");
  await visit.holds(`viewer.columns === "url"`);
  assertEquals(
    await at(visit.page.getByText("Sort new lines by time")),
    "Sort new lines by time",
  );
  await visit.holds(`viewer.order === "time"`);
  await button("Columns");
  await button("Show only matching lines");
  await button("Show only matching lines");
  // The context of a row, and the way back.
  let context = { x: 0, y: 0 };
  await assertEventually(async () => {
    context = await inRow(visit, ".context");
    await visit.page.mouse.move(context.x, context.y);
    return await visit.page.evaluate<boolean>(
      `viewer.shadowRoot.elementFromPoint(${context.x}, ${context.y})?.matches(".context")`,
    );
  }, true);
  // If the row has moved there meanwhile, its button appears after the press, which counts all the same.
  await press(visit, context);
  assertMatch(await at(visit.button(/^← Back/)), /^← Back/);
  await visit.element(".context-bar").waitFor({ state: "detached" });
  // A selection.
  await visit.page.evaluate("viewer.focus()");
  await visit.page.keyboard.press("Control+a");
  await button("Copy");
  await visit.holds("copies.length > 0");
  await button("Deselect");
  await visit.element(".selection-bar").waitFor({ state: "detached" });
  // Completion.
  await visit.searchField.fill("");
  await visit.searchField.pressSequentially("mach");
  assertEquals(await at(visit.element("#suggestions [role=option]")), "machine:");
  // No match.
  await visit.searchField.fill("nothing has this");
  await button("Show all lines");
  await visit.row(/line \d+\./).waitFor();
  const file = visit.page.waitForEvent("download");
  await button("Download");
  assertMatch(await at(visit.element(".download").first()), /\.log$/);
  await file;
  await button("Clear");
  await visit.row("line 59.").waitFor({ state: "detached" });
});
