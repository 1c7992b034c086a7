/** What a row shows: a line's fields, colors and JSON, and gaps. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startNatsServer } from "../../tools/nats_server.ts";
import { assertEventually } from "../support/patience.ts";
import { publish } from "../support/service.ts";
import {
  APP,
  flyLine,
  type Stage,
  startStage,
  type Visit,
} from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

Deno.test("A row shows a Fly line's time, level, region, machine, provider and message", async () => {
  await using visit = await stage.open("", { context: { timezoneId: "America/Chicago" } });
  await visit.show({
    message: "what happened",
    level: "warning",
    provider: "proxy",
    region: "ams",
    machine: "3d8d9e44b19e89",
    timestamp: "2026-11-20T20:42:11.123456789Z",
  });
  const text = await visit.row("what happened").innerText();
  for (const field of ["14:42:11.123", "warn", "ams", "3d8d9e44", "proxy"]) {
    assert(text.includes(field), `Expected ${field} in ${JSON.stringify(text)}`);
  }
});

Deno.test("A payload that is not a log line is shown as it is, even if it is other JSON or invalid UTF-8", async () => {
  await using visit = await stage.open();
  const payloads = [
    "not  JSON",
    `{"cart":["not","a","log","line"]}`,
    `{"message":"cut o`,
    new Uint8Array([0x61, 0xff, 0x62, 0x63]),
  ];
  await stage.publish(...payloads);
  await visit.row("a\uFFFDbc").waitFor();
  const texts = await visit.element(".row .message").allTextContents();
  assertEquals(texts.map((text) => text.trim()), [...payloads.slice(0, 3), "a\uFFFDbc"]);
});

Deno.test("A line that is published twice is shown twice, and all are in order of arrival", async () => {
  await using visit = await stage.open();
  const numbers = Array.from({ length: 15 }, (_, index) => `number ${index}.`);
  const expected = [...numbers, numbers[0]!, "the end"];
  await visit.show(...expected.map((message) => ({ message })));
  assertEquals(await visit.messages(), expected);
});

Deno.test("Escape sequences set 16, 256 and 24-bit colors, weights and decorations", async () => {
  await using visit = await stage.open();
  await visit.show({
    message: "\x1b[31mred\x1b[0m \x1b[38;5;201mpink\x1b[0m \x1b[38;2;1;200;3mgreen\x1b[0m " +
      "\x1b[48;2;9;8;7mback\x1b[0m \x1b[1mbold\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder\x1b[0m " +
      "\x1b[9mstruck\x1b[0m \x1b[2J\x1b[?25lplain",
  }, { message: "the end" });
  const message = visit.element(".row .message");
  const style = (text: string, property: string) =>
    message.getByText(text, { exact: true }).evaluate((span, property) => {
      const { getComputedStyle } = globalThis as unknown as {
        getComputedStyle(of: unknown): Record<string, string>;
      };
      return getComputedStyle(span)[property]!;
    }, property);
  // The hue is unchanged, and the lightness adapted to the theme.
  assertMatch(await style("pink", "color"), /^oklch\(.* 328\./);
  assertMatch(await style("green", "color"), /^oklch\(.* 142\./);
  assertEquals(await style("back", "backgroundColor"), "rgb(9, 8, 7)");
  assertMatch(await style("red", "color"), /^rgb|^color|^oklch/);
  assert(await style("red", "color") !== await style("bold", "color"), "It has a color");
  assert(Number(await style("bold", "fontWeight")) >= 600);
  assertEquals(await style("italic", "fontStyle"), "italic");
  assertEquals(await style("under", "textDecorationLine"), "underline");
  assertEquals(await style("struck", "textDecorationLine"), "line-through");
  const text = await visit.row("plain").innerText();
  const removed = ["\x1b", "[2J", "?25l"];
  assertEquals(removed.filter((part) => text.includes(part)), [], "Other sequences are removed");
});

Deno.test("Columns that are empty in every line take no room", async () => {
  await using visit = await stage.open();
  const widthOf = async (column: string) =>
    (await visit.element(`.row .${column}`).first().boundingBox())!.width;
  await stage.publish(`{"kubernetes":{"pod_name":"web-7d9c5b6f4-abcde"},"message":"hello"}`);
  await visit.row("hello").waitFor();
  assertEquals([await widthOf("region"), await widthOf("machine") > 40], [0, true]);
  await visit.show({ message: "from Fly", region: "dfw" });
  await assertEventually(async () => await widthOf("region") > 20, true);
  await visit.show({ message: "from Google", region: "europe-west4" });
  const region = visit.row("from Google").locator(".region");
  const isCut = () => region.evaluate((cell) => cell.scrollWidth > cell.clientWidth);
  await assertEventually(isCut, false, "A long region is readable");
});

Deno.test("A JSON message expands and collapses, and stays expanded while lines arrive", async () => {
  await using visit = await stage.open();
  const order = '{"id":8812,"paid":true,"by":null}';
  await stage.publish({ message: `{"level":50,"msg":"order placed","order":${order}}` });
  await visit.row(`order placed order=${order}`).waitFor();
  // The tree shows the fields instead.
  const line = visit.row("order placed");
  assertEquals(await line.locator(".level").innerText(), "error");
  assertMatch((await line.getAttribute("part"))!, /\berror\b/);
  const collapsed = (await line.boundingBox())!.height;
  await line.getByRole("button", { name: "Expand" }).click();
  await line.getByRole("button", { name: "Collapse" }).waitFor();
  const expanded = (await line.boundingBox())!.height;
  assert(expanded > 3 * collapsed, `${collapsed} px became ${expanded}`);
  await visit.show({ message: "another" });
  assertEquals((await line.boundingBox())!.height, expanded);
  await line.getByRole("button", { name: "Collapse" }).click();
  await assertEventually(async () => (await line.boundingBox())!.height, collapsed);
});

Deno.test("Only http and https addresses are links, without a referrer", async () => {
  await using visit = await stage.open();
  await visit.show({ message: "see https://a.example/x?y=z#w. And javascript:alert(1)" });
  const links = visit.element(".row a");
  assertEquals(await links.count(), 1);
  assertEquals(await links.getAttribute("href"), "https://a.example/x?y=z#w");
  assertEquals(await links.getAttribute("rel"), "noopener noreferrer");
  assertEquals(await links.getAttribute("target"), "_blank");
});

Deno.test("Long lines wrap on request, and the page itself never scrolls sideways", async () => {
  await using visit = await stage.open();
  await visit.show({ message: `begin ${"word ".repeat(200)}` });
  const line = visit.row("begin");
  const single = (await line.boundingBox())!.height;
  await visit.button("Wrap long lines").click();
  await assertEventually(async () => (await line.boundingBox())!.height > 3 * single, true);
  assertEquals(await visit.page.locator("natstap-viewer").getAttribute("wrap"), "");
  await visit.button("Wrap long lines").click();
  await assertEventually(async () => (await line.boundingBox())!.height, single);
  await visit.holds("document.documentElement.scrollWidth <= innerWidth");
});

Deno.test("Lines of other days have their date, and each day begins with its name", async () => {
  await using visit = await stage.open('time="utc"', { context: {} });
  const now = Date.UTC(2026, 10, 20, 12);
  await visit.page.clock.setFixedTime(now);
  const at = (message: string, daysAgo: number) => ({
    message,
    timestamp: new Date(now - daysAgo * 86_400_000).toISOString(),
  });
  await visit.show(at("three days ago", 3), at("yesterday", 1), at("also", 1), at("today", 0));
  const texts = async () =>
    (await visit.element(".row").allInnerTexts()).map((text) => text.split(/\n+/).slice(0, 2));
  await assertEventually(texts, [
    ["Tuesday, November 17, 2026", "Nov 17 12:00:00.000Z"],
    ["Yesterday, Thursday, November 19, 2026", "Nov 19 12:00:00.000Z"],
    ["Nov 19 12:00:00.000Z", "info"],
    ["Today, Friday, November 20, 2026", "12:00:00.000Z"],
  ]);
});

Deno.test("Time and level stay visible when the list is scrolled sideways", async () => {
  await using visit = await stage.open();
  await visit.show({ message: `long ${"x".repeat(600)}`, level: "error" });
  const lefts = () =>
    visit.page.evaluate<number[]>(`[".time", ".level", ".machine"].map((part) =>
      Math.round(shadow(".row " + part).getBoundingClientRect().left))`);
  const [time, level, machine] = await lefts();
  await visit.page.evaluate(`shadow(".scroller").scrollLeft = 300`);
  await assertEventually(lefts, [time!, level!, machine! - 300]);
});

Deno.test("A NATS outage appears as a row where it happened, with its start and end", async () => {
  await using own = await startStage({}, stage);
  await using visit = await own.open();
  await visit.show({ message: "before the outage" });
  const { nats } = own.stack;
  await nats.stop("SIGKILL");
  await visit.row(/Log source unavailable since \d\d:\d\d:\d\d: lines may be missing/).waitFor();
  await using again = await startNatsServer({ port: nats.port });
  const gap = visit.row(
    /Log source unavailable from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d: lines may be missing/,
  );
  await gap.waitFor();
  await publish(again, { [APP]: flyLine({ message: "after the outage" }) });
  await visit.row("after the outage").waitFor();
  const rows = await visit.element(".row").allInnerTexts();
  const order = ["before the outage", "Log source unavailable", "after the outage"];
  assertEquals(rows.map((row) => order.find((text) => row.includes(text))), order);
});

Deno.test("Lines that the service dropped are counted by a row in their place", async () => {
  await using own = await startStage({ BUFFER_BYTES: "16384" }, stage);
  await using visit = await own.open();
  // A gap passes every filter.
  await visit.searchField.fill("no line has this");
  const gap = visit.row("dropped here");
  await assertEventually(async () => {
    await own.publish(...Array.from({ length: 2000 }, () => "x".repeat(2000)));
    return await gap.isVisible();
  }, true);
  // A gap is not a match.
  await assertEventually(() => visit.element(".tally").innerText(), "no line matches");
  assertMatch(await gap.innerText(), /[\d,]+ lines? dropped here/);
});

Deno.test("A lost connection appears as a row where it happened, followed by new lines", async () => {
  await using own = await startStage({}, stage);
  await using visit = await own.open();
  await visit.show({ message: "before the crash" });
  await own.service.stop("SIGKILL");
  await visit.holds("statuses.at(-1).state === 'reconnecting'");
  await using service = await own.restart();
  await service.logged(({ msg }) => msg === "NATS connected");
  await visit.holds("statuses.at(-1).state === 'live'");
  await visit.show({ message: "after the crash" });
  const rows = await visit.element(".row").allInnerTexts();
  assertEquals(rows.length, 3);
  assertMatch(rows[1]!, /Connection lost at \d\d:\d\d:\d\d, restored at \d\d:\d\d:\d\d/);
});

/**
 * Characters drawn far above and below their line: stacked combining marks, which not every font supports, and
 * Ω in a font made for this test.
 */
const HIGH = `ΩE${"\u0301\u0316".repeat(20)}Ω`;
const FONTS = `document.head.append(Object.assign(document.createElement("style"), {
  textContent: \`@font-face {
      font-family: High; unicode-range: U+3A9, U+3C9; size-adjust: 500%;
      ascent-override: 10%; descent-override: 10%;
      src: local("DejaVu Sans"), local("Liberation Sans"), local("Arial"), local("Helvetica");
    }
    @font-face {
      font-family: Tall; unicode-range: U+39E; ascent-override: 150%; descent-override: 150%;
      src: local("DejaVu Sans"), local("Liberation Sans"), local("Arial"), local("Helvetica");
    }
    natstap-viewer { --natstap-font: High, Tall, "DejaVu Sans", monospace }\`,
}))`;

/** A screenshot of the nth row. */
async function picture({ page }: Visit, nth: number): Promise<string> {
  const box = await page.locator("natstap-viewer .row").nth(nth).boundingBox();
  return (await page.screenshot({ clip: box! })).toBase64();
}

Deno.test("Bidirectional controls in a field do not reorder the fields after it", async () => {
  await using visit = await stage.open();
  await stage.publish(JSON.stringify({ msg: "order", "\u202ekey": "\u202evalue", next: "after" }));
  const order = visit.row("next=after");
  await order.waitFor();
  const lefts = await order.locator(".field-name, .field").evaluateAll((fields) =>
    fields.map((field) => field.getBoundingClientRect().left)
  );
  assertEquals(lefts, lefts.toSorted((a, b) => a - b));
});

Deno.test("Stacked combining marks do not cover other rows", async () => {
  for (const attributes of ["", "wrap"]) {
    await using visit = await stage.open(attributes, { viewport: { width: 1280, height: 900 } });
    await visit.page.evaluate(FONTS);
    const timestamp = "2026-11-20T20:42:11.123Z";
    const around = (line: string) => [
      { message: "above ÅÉÎ", timestamp },
      line,
      { message: "below gjpqy", timestamp },
    ];
    const lines = [
      flyLine({ message: "usual" }),
      flyLine({ message: HIGH }),
      flyLine({ message: `{"a":"${HIGH}"}` }),
      flyLine({ message: "usual", level: HIGH, region: HIGH }),
      flyLine({ message: "usual", provider: HIGH, machine: HIGH }),
      HIGH,
    ];
    // The first row has the day above it.
    await stage.publish({ message: "first", timestamp }, ...lines.flatMap(around));
    const rows = visit.element(".row");
    await assertEventually(() => rows.count(), 1 + 3 * lines.length);
    const [above, below] = [await picture(visit, 1), await picture(visit, 3)];
    for (let nth = 4; nth < 3 * lines.length; nth += 3) {
      assert(await picture(visit, nth) === above, `Above row ${nth + 1} ${attributes}`);
      assertEquals(
        await picture(visit, nth + 2) === below,
        true,
        `Below row ${nth + 1} ${attributes}`,
      );
    }
  }
});

Deno.test("A row is as high as the fonts of its scripts require", async () => {
  await using visit = await stage.open();
  await visit.page.evaluate(FONTS);
  await visit.show({ message: "as usual" }, { message: "Ξ" }, { message: `{"a":"Ξ"}` }, {
    message: "the end",
  });
  const heights = () =>
    visit.page.evaluate<number[]>(
      "[...viewer.shadowRoot.querySelectorAll('.row')].map(({ offsetHeight }) => offsetHeight)",
    );
  const areHigh = async () => (await heights()).map((height) => height > 30);
  await assertEventually(areHigh, [false, true, true, false]);
  assertEquals((await heights())[0], 22);
  await visit.button("Expand").click();
  await visit.element(".json").waitFor();
  // Three lines, one of them higher.
  await assertEventually(async () => (await heights())[2]! > 3 * 22 + 8, true);
});
