/** Filtering, finding and facets. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

const LINES = [
  { message: "GET /menu 200", level: "info", region: "dfw", machine: "aaaaaaaa1111" },
  { message: "GET /cart 500", level: "error", region: "ams", machine: "bbbbbbbb2222" },
  { message: "[PR04] no candidate", level: "error", provider: "proxy", machine: "aaaaaaaa1111" },
  { message: "POST /orders 201", level: "info", region: "ams", machine: "bbbbbbbb2222" },
  { message: "slow query", level: "warn", region: "dfw", machine: "aaaaaaaa1111" },
];
const ALL = ["menu", "cart", "PR04", "orders", "slow"];

/** Opens a page with the lines. */
async function openWithLines(): Promise<Visit> {
  const visit = await stage.open();
  await visit.show(...LINES);
  return visit;
}

/** Waits until exactly these lines are shown; each is named by a part of its text. */
async function assertShown(visit: Visit, expected: string[]): Promise<void> {
  const shown = async () =>
    (await visit.messages()).map((text) => ALL.find((part) => text.includes(part)));
  await assertEventually(shown, expected);
}

Deno.test("Text in the search field filters both held and new lines", async () => {
  await using visit = await openWithLines();
  await visit.searchField.fill("get");
  await assertShown(visit, ["menu", "cart"]);
  await stage.publish({ message: "POST /menu" }, { message: "GET /orders" });
  await assertShown(visit, ["menu", "cart", "orders"]);
  await visit.button("Match case").click();
  await assertShown(visit, []);
  await visit.searchField.fill("GET /menu");
  await assertShown(visit, ["menu"]);
  await visit.searchField.fill("");
  await assertEventually(async () => (await visit.messages()).length, 7);
});

Deno.test("A regular expression filters; an invalid one is reported and changes nothing", async () => {
  await using visit = await openWithLines();
  await visit.button("Regular expression").click();
  await visit.searchField.fill("/(menu|cart) [25]00$");
  await assertShown(visit, ["menu", "cart"]);
  await visit.searchField.fill("/(menu|cart");
  const problem = visit.element("#problem");
  await assertEventually(async () => (await problem.innerText()).length > 0, true);
  assertEquals(await visit.searchField.getAttribute("aria-invalid"), "true");
  await assertShown(visit, ["menu", "cart"]);
  await visit.searchField.fill("orders|slow");
  await assertShown(visit, ["orders", "slow"]);
  assertEquals(await problem.innerText(), "");
});

Deno.test("A regular expression that would take forever leaves the page usable", async () => {
  await using visit = await openWithLines();
  await visit.show({ message: `${"a".repeat(5000)}! slow` }, { message: "orders" });
  await visit.button("Regular expression").click();
  await visit.searchField.fill("^(a+)+$");
  // The page responds, whether or not it has rejected the expression.
  assertEquals(await visit.page.evaluate("1 + 1"), 2);
  await visit.searchField.fill("menu");
  await assertShown(visit, ["menu"]);
});

Deno.test("Chips have counts and filter: values of one facet are alternatives, facets are combined", async () => {
  await using visit = await openWithLines();
  await visit.button("level error, 2 lines").click();
  await assertShown(visit, ["cart", "PR04"]);
  await visit.button("level warn, 1 line").click();
  await assertShown(visit, ["cart", "PR04", "slow"]);
  await visit.button(/^Regions, machines/).click();
  await visit.button("machine aaaaaaaa1111, 3 lines").click();
  await assertShown(visit, ["PR04", "slow"]);
  await visit.button("provider proxy, 1 line").click();
  await assertShown(visit, ["PR04"]);
  await visit.button("Show all").first().click();
  await assertShown(visit, ALL);
});

Deno.test("A click on a row's machine, region or provider shows only its lines", async () => {
  await using visit = await openWithLines();
  const clicks: [message: string, name: RegExp, shown: string[]][] = [
    ["GET /cart", /bbbbbbbb/, ["cart", "orders"]],
    ["GET /cart", /^ams$/, ["cart", "orders"]],
    ["PR04", /^proxy$/, ["PR04"]],
  ];
  for (const [message, name, shown] of clicks) {
    await visit.row(message).getByRole("button", { name }).click();
    await assertShown(visit, shown);
    await visit.button("Show all").first().click();
    await assertShown(visit, ALL);
  }
});

Deno.test("Find keeps all rows, counts matches, and steps with Enter and Shift+Enter", async () => {
  await using visit = await openWithLines();
  await visit.button("Find").first().click();
  await visit.searchField.fill("GET");
  const tally = visit.element(".tally");
  await assertEventually(() => tally.innerText(), "2");
  await assertShown(visit, ALL);
  const current = visit.element(".row.current");
  await visit.searchField.press("Enter");
  await current.waitFor();
  const first = await current.innerText();
  await visit.searchField.press("Enter");
  await assertEventually(async () => (await current.innerText()) !== first, true);
  assertMatch(await tally.innerText(), /^[12] of 2$/);
  await visit.searchField.press("Shift+Enter");
  await assertEventually(() => current.innerText(), first);
  await visit.page.keyboard.press("F3");
  await assertEventually(async () => (await current.innerText()) !== first, true);
});

Deno.test("Enter finds text that has just been pasted, and shows when it wraps around", async () => {
  await using visit = await openWithLines();
  await visit.button("Find").first().click();
  await visit.searchField.focus();
  // Both in one task, without a frame in between.
  await visit.page.evaluate(`{
    const input = shadow("#search");
    input.value = "GET";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  }`);
  const current = visit.element(".row.current");
  await assertEventually(async () => /cart/.test(await current.innerText()), true);
  await visit.searchField.press("Enter");
  await visit.page.getByText("Continued from the top").waitFor();
  await assertEventually(async () => /menu/.test(await current.innerText()), true);
  await visit.searchField.press("Shift+Enter");
  await visit.page.getByText("Continued from the bottom").waitFor();
});

Deno.test("Esc clears the search field, even if the list has the focus", async () => {
  await using visit = await openWithLines();
  await visit.searchField.fill("menu");
  await assertShown(visit, ["menu"]);
  await visit.searchField.press("Enter");
  await visit.page.keyboard.press("Escape");
  await assertShown(visit, ALL);
  assertEquals(await visit.searchField.inputValue(), "");
});

Deno.test("Matches are highlighted in their line", async () => {
  await using visit = await openWithLines();
  await visit.searchField.fill("/ca");
  const mark = visit.row("GET /cart").locator("mark");
  await mark.waitFor();
  assertEquals(await mark.allInnerTexts(), ["/ca"]);
});

Deno.test("A row's context is the unfiltered list, with the row still in view", async () => {
  await using visit = await stage.open();
  const many = Array.from({ length: 400 }, (_, index) => ({ message: `line ${index}.` }));
  await visit.show(...many.slice(0, 200), { message: "the needle" }, ...many.slice(200));
  await visit.searchField.fill("needle");
  await assertEventually(async () => (await visit.messages()).length, 1);
  const needle = visit.row("the needle");
  await needle.hover();
  await needle.getByRole("button", { name: "Show in context" }).click();
  await assertEventually(async () => {
    const shown = await visit.messages();
    const at = shown.indexOf("the needle");
    return [shown[at - 1], shown[at + 1]];
  }, ["line 199.", "line 200."]);
  assertEquals(await visit.searchField.inputValue(), "");
  const { y, height } = (await needle.boundingBox())!;
  assert(y > 0 && y + height < 800, `The row is at ${y}`);
});

Deno.test("A filter that matches nothing says so, and offers to show all lines", async () => {
  await using visit = await openWithLines();
  await visit.searchField.fill("nothing has this");
  await visit.page.getByText("No matching lines (5 hidden)").waitFor();
  await visit.button("Show all lines").click();
  await assertShown(visit, ALL);
});

Deno.test("An expression that would take minutes blocks neither filtering nor finding, and still highlights", async () => {
  await using visit = await stage.open();
  const slow = `xxxxxz${"x".repeat(250)}`;
  await visit.show(...Array(40).fill({ message: slow }), { message: "the end" });
  await visit.button("Regular expression").click();
  for (const mode of ["Filter", "Find"]) {
    await visit.button(mode).first().click();
    await visit.searchField.fill("x.*?x.*?x.*?x.*?x.*?z");
    await visit.element("mark").filter({ hasText: "xxxxxz" }).first().waitFor();
    await stage.publish({ message: slow }, { message: `xxxxxz ${mode}` });
    await visit.row(`xxxxxz ${mode}`).waitFor();
    assertEquals(await visit.element("#problem").innerText(), "");
    await visit.searchField.fill("");
    await visit.row("the end").waitFor();
  }
});
