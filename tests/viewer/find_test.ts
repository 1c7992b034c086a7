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
  await visit.searchField.fill("/get/");
  await assertShown(visit, []);
  await visit.searchField.fill("menu GET");
  await assertShown(visit, ["menu"]);
  await visit.searchField.fill('get -menu OR "slow query"');
  await assertShown(visit, ["cart", "slow", "orders"]);
  await visit.searchField.fill("");
  await assertEventually(async () => (await visit.messages()).length, 7);
});

Deno.test("A query that is incomplete is explained, and the last one stays in effect", async () => {
  await using visit = await openWithLines();
  await visit.searchField.fill("/\\/(menu|cart) [25]00$/");
  await assertShown(visit, ["menu", "cart"]);
  const problem = visit.element("#problem");
  for (const query of ["/\\/(menu|cart", "/a{2,1}/", '"GET', "(GET", "level:", "GET OR"]) {
    await visit.searchField.fill(query);
    await assertEventually(async () => (await problem.innerText()).length > 0, true);
    assertEquals(await visit.searchField.getAttribute("aria-invalid"), "true");
    await assertShown(visit, ["menu", "cart"]);
  }
  await visit.searchField.fill("orders OR level:warn");
  await assertShown(visit, ["orders", "slow"]);
  assertEquals(await problem.innerText(), "");
});

Deno.test("A regular expression that would take forever leaves the page usable", async () => {
  await using visit = await openWithLines();
  await visit.show({ message: `${"a".repeat(5000)}! slow` }, { message: "orders" });
  await visit.searchField.fill("/^(a+)+$/");
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

const showOnly = (visit: Visit) => visit.button("Show only matching lines");

Deno.test("Enter and Shift+Enter step through the matches, whether or not other rows are hidden", async () => {
  await using visit = await openWithLines();
  const current = visit.element(".row.current");
  const tally = visit.element(".tally");
  for (const hides of [true, false]) {
    if (!hides) await showOnly(visit).click();
    await visit.searchField.fill("GET");
    await assertShown(visit, hides ? ["menu", "cart"] : ALL);
    await assertEventually(() => tally.innerText(), hides ? "2 of 5" : "2");
    await visit.searchField.press("Enter");
    await assertEventually(async () => /cart/.test(await current.innerText()), true);
    await visit.searchField.press("Enter");
    await visit.page.getByText("Continued from the top").waitFor();
    await assertEventually(async () => /menu/.test(await current.innerText()), true);
    if (!hides) assertEquals(await tally.innerText(), "1 of 2");
    await visit.searchField.press("Shift+Enter");
    await assertEventually(async () => /cart/.test(await current.innerText()), true);
    await visit.page.keyboard.press("F3");
    await assertEventually(async () => /menu/.test(await current.innerText()), true);
    await visit.searchField.fill("");
  }
});

Deno.test("Enter finds text that has just been pasted", async () => {
  await using visit = await openWithLines();
  await showOnly(visit).click();
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
});

Deno.test("Chips write themselves into the query, and exclude with Alt", async () => {
  await using visit = await openWithLines();
  await visit.searchField.fill("slow OR PR04 OR cart");
  await visit.button("level error, 2 lines").click();
  assertEquals(await visit.searchField.inputValue(), "(slow OR PR04 OR cart) level:error");
  await assertShown(visit, ["cart", "PR04"]);
  await visit.button("level error, 2 lines").click({ modifiers: ["Alt"] });
  assertEquals(await visit.searchField.inputValue(), "(slow OR PR04 OR cart) -level:error");
  await assertShown(visit, ["slow"]);
  await visit.button("level error, 2 lines, excluded").press("Alt+Enter");
  assertEquals(await visit.searchField.inputValue(), "(slow OR PR04 OR cart)");
  await visit.button("level error, 2 lines").press("Alt+Enter");
  await visit.button("level error, 2 lines, excluded").click();
  assertEquals(await visit.searchField.inputValue(), "(slow OR PR04 OR cart)");
  await visit.searchField.fill("");
  await visit.row("GET /cart").getByRole("button", { name: /bbbbbbbb/ })
    .click({ modifiers: ["Alt"] });
  await assertShown(visit, ["menu", "PR04", "slow"]);
  assertEquals(await visit.searchField.inputValue(), "-machine:bbbbbbbb2222");
});

Deno.test("Names and values that have been seen are completed, with keys and the pointer", async () => {
  await using visit = await openWithLines();
  await stage.publish({ message: '{"msg":"paid","customer":{"plan":"gold"}}' });
  await visit.row("paid").waitFor();
  const field = visit.searchField;
  const options = visit.element("#suggestions [role=option]");
  await field.pressSequentially("cust");
  await assertEventually(() => options.allInnerTexts(), ["customer.plan:"]);
  await field.press("ArrowDown");
  await field.press("Enter");
  await assertEventually(() => options.allInnerTexts(), ["gold"]);
  await options.first().click();
  await assertEventually(() => field.inputValue(), "customer.plan:gold ");
  await assertEventually(async () => (await visit.messages()).length, 1);
  await field.pressSequentially("-reg");
  await field.press("ArrowDown");
  await field.press("Tab");
  await field.pressSequentially("a");
  await assertEventually(() => options.allInnerTexts(), ["ams"]);
  await field.press("Escape");
  await assertEventually(() => options.count(), 0);
  assertEquals(await field.inputValue(), "customer.plan:gold -region:a");
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

Deno.test("A row's context has all rows; Esc returns to those that match", async () => {
  await using visit = await stage.open();
  const many = Array.from({ length: 400 }, (_, index) => ({ message: `line ${index}.` }));
  await visit.show(...many.slice(0, 200), { message: "the needle" }, ...many.slice(200));
  const needle = visit.row("the needle");
  const enter = async () => {
    await needle.hover();
    await needle.getByRole("button", { name: "Show in context" }).click();
    await assertEventually(async () => {
      const shown = await visit.messages();
      const at = shown.indexOf("the needle");
      return [shown[at - 1], shown[at + 1]];
    }, ["line 199.", "line 200."]);
  };
  const leaves = [
    () => visit.page.keyboard.press("Escape"),
    () => visit.searchField.press("Escape"),
    () => visit.button(/^← Back/).click(),
  ];
  await visit.searchField.fill("needle level:info");
  for (const leave of leaves) {
    await assertEventually(() => visit.messages(), ["the needle"]);
    await enter();
    assertEquals(await visit.searchField.inputValue(), "needle level:info");
    assertEquals(
      await visit.row("line 200.").getAttribute("class").then((it) => /dimmed/.test(it!)),
      true,
    );
    assertEquals(await needle.getAttribute("class").then((it) => /dimmed/.test(it!)), false);
    const { y, height } = (await needle.boundingBox())!;
    assert(y > 0 && y + height < 800, `The row is at ${y}`);
    await leave();
  }
  await assertEventually(() => visit.messages(), ["the needle"]);
  assertEquals(await visit.searchField.inputValue(), "needle level:info");
});

Deno.test("The context of a row begins and ends with the row where it was, and following continues", async () => {
  await using visit = await stage.open();
  const many = Array.from({ length: 4000 }, (_, index) => ({
    message: `line ${index}.`,
    level: index % 10 === 0 ? "error" : "info",
  }));
  await visit.show(...many);
  await visit.searchField.fill("level:error");
  await visit.row("line 3980.").waitFor();
  const context = async (line: string) => {
    const row = visit.row(line);
    const y = async () => Math.round((await row.boundingBox())?.y ?? NaN);
    const before = await y();
    await row.hover();
    await row.getByRole("button", { name: "Show in context" }).click();
    await visit.element(".context-bar").waitFor();
    await assertEventually(y, before + await barHeight());
    await visit.page.keyboard.press("Escape");
    await visit.element(".context-bar").waitFor({ state: "detached" });
    await assertEventually(y, before);
  };
  const barHeight = async () =>
    Math.round((await visit.element(".context-bar").boundingBox())!.height);
  // The list follows.
  await context("line 3960.");
  await visit.show({ message: "line 5000.", level: "error" });
  // The reader has scrolled.
  await visit.page.mouse.move(600, 500);
  await visit.page.mouse.wheel(0, -1500);
  await visit.row("line 3210.").waitFor();
  await visit.row("line 3960.").waitFor({ state: "detached" });
  await context("line 3210.");
  await stage.publish({ message: "line 5010.", level: "error" });
  await visit.button("1 new line").waitFor();
});

Deno.test("Dragging in the rate chart selects a span of time, which Esc removes", async () => {
  await using visit = await openWithLines();
  const { x, y, width, height } = (await visit.element(".rate-chart").boundingBox())!;
  const { mouse } = visit.page;
  await mouse.move(x + width / 4, y + height / 2);
  await mouse.down();
  await mouse.move(x + width / 2, y + height / 2, { steps: 3 });
  await mouse.up();
  await visit.button(/^Remove the time span /).waitFor();
  await assertShown(visit, []);
  assert(await visit.element(".line-bars").getAttribute("d"), "Another span may follow");
  assertMatch(await visit.searchField.inputValue(), /^time>=[\dTZ:-]+ time<[\dTZ:-]+$/);
  await visit.page.keyboard.press("Escape");
  await assertShown(visit, ALL);
  await visit.searchField.fill("time>2000-01-01 line");
  await visit.button(/^Remove the time span 00:00:00 –$/).click();
  assertEquals(await visit.searchField.inputValue(), "line");
});

Deno.test("Shift and the arrow keys select a span of time in the rate chart", async () => {
  await using visit = await openWithLines();
  const chart = visit.page.getByRole("slider");
  await chart.press("Home");
  await chart.press("Shift+ArrowRight");
  await visit.button(/^Remove the time span /).waitFor();
  await assertShown(visit, []);
  await chart.press("Home");
  await chart.press("Shift+End");
  await assertShown(visit, ALL);
});

Deno.test("The rate chart counts the lines that match", async () => {
  await using visit = await openWithLines();
  const errors = () => visit.element(".error-bars").getAttribute("d");
  await assertEventually(async () => (await errors()) !== "", true);
  await visit.searchField.fill("-level:error");
  await assertEventually(errors, "");
  await visit.searchField.fill("");
  await assertEventually(async () => (await errors()) !== "", true);
});

Deno.test("The property filter is the query: it is reflected, and reported by an event", async () => {
  await using visit = await stage.open(`filter="level:error"`);
  await visit.show(...LINES.slice(0, 3));
  await assertShown(visit, ["cart", "PR04"]);
  assertEquals(await visit.searchField.inputValue(), "level:error");
  await visit.page.evaluate(`{
    globalThis.filters = [];
    document.addEventListener("natstap-filter", ({ detail }) => filters.push(detail.filter));
  }`);
  await visit.searchField.fill("menu");
  await visit.searchField.fill('"menu');
  await visit.holds(`viewer.getAttribute("filter") === "menu"`);
  await visit.page.evaluate(`viewer.filter = "PR04"`);
  await assertShown(visit, ["PR04"]);
  assertEquals(await visit.searchField.inputValue(), "PR04");
  await visit.searchField.fill("");
  await visit.holds(`!viewer.hasAttribute("filter")`);
  assertEquals(await visit.page.evaluate("filters"), ["menu", "PR04", ""]);
  await visit.searchField.fill("GET");
  await visit.page.evaluate("viewer.goTo(2)");
  await assertShown(visit, ["menu", "cart", "PR04"]);
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
  for (const mode of ["filter", "find"]) {
    if (mode === "find") await showOnly(visit).click();
    await visit.searchField.fill("/x.*?x.*?x.*?x.*?x.*?z/");
    await visit.element("mark").filter({ hasText: "xxxxxz" }).first().waitFor();
    await stage.publish({ message: slow }, { message: `xxxxxz ${mode}` });
    await visit.row(`xxxxxz ${mode}`).waitFor();
    assertEquals(await visit.element("#problem").innerText(), "");
    await visit.searchField.fill("");
    await visit.row("the end").waitFor();
  }
});

Deno.test("A match far into a line is scrolled to, and its line expands as far as necessary", async () => {
  await using visit = await stage.open();
  const deep = JSON.stringify({
    msg: "deep",
    a: { b: { c: { d: { e: ["x".repeat(600), "needle5"] } } } },
  });
  await visit.show(
    { message: "first" },
    { message: `${"line\n".repeat(50)}needle1` },
    { message: `${"x".repeat(5000)} needle2` },
    { message: `${"y ".repeat(400)}needle3 ${"z ".repeat(400)}` },
    { message: `{"msg":"text","path":"${"z".repeat(600)} needle4"}` },
    { message: deep },
    { message: "last" },
  ).catch(() => {});
  for (const hides of [true, false]) {
    if (!hides) await showOnly(visit).click();
    for (let i = 1; i <= 5; i++) {
      await visit.searchField.fill(`needle${i}`);
      await visit.element(".tally").getByText(hides ? "1 of 7" : "1").waitFor();
      await visit.searchField.press("Enter");
      const mark = visit.element("mark").first();
      await mark.waitFor();
      const list = (await visit.element(".scroller").boundingBox())!;
      const isInView = async () => {
        const box = await mark.boundingBox();
        return box !== null && box.x >= list.x && box.x + box.width <= list.x + list.width &&
          box.y >= list.y && box.y + box.height <= list.y + list.height;
      };
      await assertEventually(isInView, true, `needle${i}`);
      // Otherwise, shorter lines would look empty.
      assertEquals(await visit.page.evaluate(`shadow(".scroller").scrollLeft`), 0);
    }
  }
});
