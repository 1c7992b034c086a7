/** The appearance and usability of the viewer: themes, contrast, small windows, keyboard; with screenshots. */
import { assert, assertEquals } from "@std/assert";
import { SAMPLE_APPS, sampleLines } from "../../tools/sample_logs.ts";
import { assertEventually } from "../support/patience.ts";
import { mint } from "../support/service.ts";
import { Random } from "../soak/random.ts";
import {
  APP,
  button,
  holds,
  live,
  messages,
  open,
  pageUrl,
  row,
  searchField,
  shoot,
  show,
  type Stage,
  startStage,
  type Visit,
} from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** With this seed and time, the newest lines include most kinds. */
const [SEED, NOW] = [9, new Date("2026-11-20T20:42:11.123Z")];

/** Opens a page with sample lines of the demo's app, the same ones each time. */
async function openWithSamples(...how: [attributes?: string, options?: object]): Promise<Visit> {
  const visit = await open(stage, ...how);
  await pour(300);
  await show(stage, visit, { message: "the newest line" });
  return visit;
}

async function pour(count: number): Promise<void> {
  const random = new Random(SEED);
  const chance = () => random.between(0, 1);
  const lines = Array.from({ length: count }, () => sampleLines(SAMPLE_APPS[0]!, chance, NOW))
    .flat();
  await stage.publish(...lines.slice(0, count).map(({ payload }) => payload));
}

/** All visible text whose contrast is below the minimum of WCAG AA. */
const FAINT = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) =>
    [r, g, b].map((part, i) => part * a + under[i] * (1 - a)).concat(1);
  const luminance = (color) => {
    const [r, g, b] = color.map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parent = (element) => element.assignedSlot ?? element.parentElement ??
    (element.getRootNode() instanceof ShadowRoot ? element.getRootNode().host : null);
  const behind = (element) => {
    if (element === null) return [255, 255, 255, 1];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(parent(element)));
  };
  const faint = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot);
      const text = [...element.childNodes].filter(({ nodeType }) => nodeType === 3)
        .map(({ data }) => data.trim()).join("");
      if (text === "" || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
        continue;
      }
      const under = behind(element);
      const [a, b] = [luminance(over(rgba(getComputedStyle(element).color), under)), luminance(under)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const { fontSize, fontWeight } = getComputedStyle(element);
      const isLarge = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && fontWeight >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) faint.push(text.slice(0, 30) + " " + ratio.toFixed(2));
    }
  };
  walk(document);
  return faint;
})()`;

/** One line in every named terminal color. */
const COLORFUL = [...Array(8).keys()].flatMap((color) => [30 + color, 90 + color])
  .map((code) => `\x1b[${code}mcolor ${code}\x1b[0m`).join(" ");

for (const theme of ["light", "dark"] as const) {
  Deno.test(`All text has the contrast of WCAG AA in the ${theme} theme`, async () => {
    await using visit = await openWithSamples(`theme="${theme}"`);
    await show(stage, visit, { message: COLORFUL, level: "debug" }, { message: "the end" });
    await button(visit, /^Regions, machines/).click();
    await searchField(visit).fill("2");
    await visit.page.locator("natstap-viewer mark").first().waitFor();
    await row(visit, "GET").waitFor();
    assertEquals(await visit.page.evaluate(FAINT), []);
  });
}

Deno.test("The theme is that of the page, or of the system if the page follows it, unless the attribute is set", async () => {
  const [light, dark] = ["rgb(255, 255, 255)", "rgb(11, 15, 23)"];
  const themes = [
    { page: "", attributes: "", system: "dark", background: light },
    { page: "dark", attributes: "", system: "light", background: dark },
    { page: "light dark", attributes: "", system: "dark", background: dark },
    { page: "light dark", attributes: "", system: "light", background: light },
    { page: "light dark", attributes: 'theme="light"', system: "dark", background: light },
    { page: "", attributes: 'theme="dark"', system: "light", background: dark },
  ] as const;
  for (const { page, attributes, system, background } of themes) {
    await using visit = await open(stage, attributes, { colorScheme: system });
    await visit.page.evaluate(`document.documentElement.style.colorScheme = "${page}"`);
    const behind = await visit.page.evaluate(
      "getComputedStyle(document.querySelector('natstap-viewer').shadowRoot" +
        ".querySelector('.viewer')).backgroundColor",
    );
    assertEquals(behind, background, `"${page}" ${attributes} on a ${system} system`);
    if (page === "dark") await shoot(visit, "empty");
  }
});

Deno.test("An invalid value of the attribute time is local", async () => {
  await using visit = await open(stage, 'time="UTC"');
  assertEquals(await visit.page.evaluate("document.querySelector('natstap-viewer').time"), "local");
});

Deno.test("The viewer has a border in a product's page, but not on its own page", async () => {
  const width = ({ page }: Visit) =>
    page.evaluate(
      "getComputedStyle(document.querySelector('natstap-viewer').shadowRoot" +
        ".querySelector('.viewer')).borderTopWidth",
    );
  await using embedded = await open(stage);
  assertEquals(await width(embedded), "1px");
  await using own = await stage.visit(await pageUrl(stage));
  await live(own);
  assertEquals(await width(own), "0px");
});

Deno.test("The search field does not move when the stream is paused, and a divider needs chips on both sides", async () => {
  await using visit = await openWithSamples();
  const { page } = visit;
  const left = async () => (await page.locator("natstap-viewer .search").boundingBox())!.x;
  const before = await left();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused", { exact: true }).first().waitFor();
  assertEquals(await left(), before);
  await page.locator("natstap-viewer .row .region").first().click();
  const divider = () =>
    page.locator("natstap-viewer .selected").evaluate((selected) =>
      (globalThis as unknown as { getComputedStyle(of: unknown): { borderLeftWidth: string } })
        .getComputedStyle(selected).borderLeftWidth
    );
  assertEquals(await divider(), "1px");
  await page.getByRole("button", { name: "Clear" }).click();
  await assertEventually(divider, "0px");
});

Deno.test("The error message of an expression covers nothing", async () => {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740 }]) {
    await using visit = await openWithSamples("", { viewport });
    await button(visit, "Regular expression").click();
    await searchField(visit).fill("(");
    const problem = visit.page.locator("natstap-viewer #problem");
    await problem.getByText("unterminated group").waitFor();
    await shoot(visit, `problem-${viewport.width}`);
    const box = (await problem.boundingBox())!;
    const chips = (await visit.page.locator("natstap-viewer .chips").boundingBox())!;
    assert(box.y + box.height <= chips.y, `At ${viewport.width} px`);
  }
});

Deno.test("The rate chart has a label beside the selected bar", async () => {
  await using visit = await openWithSamples();
  const chart = visit.page.locator("natstap-viewer .rate-chart");
  const label = visit.page.locator("natstap-viewer .chart-label");
  const { x, width } = (await chart.boundingBox())!;
  for (const share of [0.1, 0.6, 0.995]) {
    await chart.hover({ position: { x: share * width, y: 20 } });
    await label.getByText(/^\d\d:\d\d:\d\d: \d+ lines?/).waitFor();
    await assertEventually(
      async () => {
        // The label is updated in the next frame.
        const box = (await label.boundingBox())!;
        const away = share < 0.5
          ? box.x - x - share * width
          : x + share * width - box.x - box.width;
        return away > 0 && away < 24;
      },
      true,
      `Beside ${share}`,
    );
    if (share === 0.6) await shoot(visit, "rate-chart");
  }
});

Deno.test("A product's style sheet can set custom properties and style parts", async () => {
  await using visit = await openWithSamples();
  await visit.page.evaluate(`document.head.append(Object.assign(document.createElement("style"), {
    textContent: \`natstap-viewer { --natstap-bg: rgb(1, 2, 3); --natstap-font-size: 19px }
      natstap-viewer::part(toolbar) { border-top: 7px solid }
      natstap-viewer::part(message) { letter-spacing: 3px }\`,
  }))`);
  const styles = await visit.page.evaluate<string[]>(`(() => {
    const { shadowRoot } = document.querySelector("natstap-viewer");
    const style = (selector) => getComputedStyle(shadowRoot.querySelector(selector));
    return [style(".message").fontSize, style(".message").letterSpacing, style(".toolbar").borderTopWidth];
  })()`);
  assertEquals(styles, ["19px", "3px", "7px"]);
});

Deno.test("At 360 px and at 200% zoom, nothing is cut off at the side, and the main tools are visible", async () => {
  const windows = [
    { viewport: { width: 360, height: 740 } },
    { viewport: { width: 640, height: 400 }, context: { deviceScaleFactor: 2 } },
  ];
  for (const options of windows) {
    await using visit = await openWithSamples("", options);
    const { width } = options.viewport;
    assertEquals(await visit.page.evaluate("document.documentElement.scrollWidth"), width);
    for (const name of ["Pause", /^Filter/, /^level error/]) {
      const box = (await visit.page.getByRole("button", { name }).first().boundingBox())!;
      assert(box.x >= 0 && box.x + box.width <= width, `${name} at ${width} px`);
    }
    assert((await searchField(visit).boundingBox())!.width >= 100, `The field at ${width} px`);
    if (width !== 360) continue;
    await shoot(visit, "narrow");
    const button = (await visit.page.locator("natstap-viewer .facets-button").boundingBox())!;
    const chip = (await visit.page.locator("natstap-viewer .levels .chip").first().boundingBox())!;
    assert(
      button.height >= chip.height,
      "No chip is visible above or below the button that it scrolls under",
    );
    await visit.page.evaluate(
      "document.querySelector('natstap-viewer').shadowRoot.querySelector('dialog').showModal()",
    );
    await shoot(visit, "narrow-help");
  }
});

Deno.test("Every tool has a name and a visible focus, from the first one to the list", async () => {
  await using visit = await openWithSamples();
  const nameless = await visit.page.getByRole("button").evaluateAll((buttons) =>
    buttons.filter((button) => !button.getAttribute("aria-label") && !button.textContent?.trim())
      .length
  );
  assertEquals(nameless, 0);
  const focused = `(() => {
    const element = document.querySelector("natstap-viewer").shadowRoot.activeElement;
    if (element === null) return undefined;
    const ring = (of) => {
      const { outlineStyle, boxShadow } = getComputedStyle(of);
      return outlineStyle !== "none" || boxShadow !== "none";
    };
    return { is: element.className + element.id, ring: ring(element) || ring(element.parentElement) };
  })()`;
  const path: { is: string; ring: boolean }[] = [];
  for (let presses = 0; presses < 40; presses++) {
    await visit.page.keyboard.press("Tab");
    const here = await visit.page.evaluate<{ is: string; ring: boolean } | undefined>(focused);
    if (here === undefined) break;
    path.push(here);
    if (here.is.includes("scroller")) break;
  }
  assert(path.some(({ is }) => is.includes("search")), "The search field can be reached");
  assert(path.at(-1)?.is.includes("scroller"), `The last one is the list: ${JSON.stringify(path)}`);
  assertEquals(path.filter(({ ring }) => !ring), [], "Without a visible focus");
});

Deno.test("For a screen reader the list is a log that is not read out, whereas the status is", async () => {
  await using visit = await openWithSamples();
  const log = visit.page.getByRole("log");
  assertEquals(await log.count(), 1);
  assertEquals(await log.getAttribute("aria-live"), "off");
  assert(await log.getAttribute("aria-label"), "It has a name");
  const spoken = await visit.page.getByRole("status").allInnerTexts();
  assert(spoken.some((text) => /Live/.test(text)), JSON.stringify(spoken));
});

Deno.test("With reduced motion, nothing is animated", async () => {
  await using visit = await openWithSamples("", { context: { reducedMotion: "reduce" } });
  const moving = await visit.page.evaluate(
    "document.querySelector('natstap-viewer').shadowRoot.getAnimations().filter(({ playState }) => " +
      "playState === 'running').length",
  );
  assertEquals(moving, 0);
});

Deno.test("Keys search, pause, jump to the ends and show the help, and Escape leaves", async () => {
  await using visit = await openWithSamples();
  const { keyboard } = visit.page;
  const isPaused = () => visit.page.evaluate("document.querySelector('natstap-viewer').paused");
  await keyboard.press("/");
  await keyboard.type("the newest");
  await assertEventually(() => searchField(visit).inputValue(), "the newest");
  await keyboard.press(" ");
  assertEquals([await searchField(visit).inputValue(), await isPaused()], ["the newest ", false]);
  await keyboard.press("Escape");
  await keyboard.press("Escape");
  assertEquals(await searchField(visit).inputValue(), "");
  await keyboard.press(" ");
  await assertEventually(isPaused, true);
  await keyboard.press(" ");
  await assertEventually(isPaused, false);
  await keyboard.press("g");
  await assertEventually(() => row(visit, "the newest line").isVisible(), false);
  await keyboard.press("G");
  await row(visit, "the newest line").waitFor();
  await keyboard.press("?");
  await visit.page.getByRole("dialog").waitFor();
  await shoot(visit, "help");
  await keyboard.press("Escape");
  await visit.page.getByRole("dialog").waitFor({ state: "hidden" });
});

Deno.test("Keys pressed in a field of the product's page have no effect on the viewer", async () => {
  await using visit = await openWithSamples();
  await visit.page.evaluate("document.body.prepend(document.createElement('textarea'))");
  await visit.page.locator("textarea").fill("");
  await visit.page.locator("textarea").press("/");
  await visit.page.locator("textarea").press(" ");
  await visit.page.locator("textarea").press("g");
  assertEquals(await visit.page.locator("textarea").inputValue(), "/ g");
  assertEquals(await visit.page.evaluate("document.querySelector('natstap-viewer').paused"), false);
});

Deno.test("Screenshots: live, filtered, found, JSON expanded, paused, dark", async () => {
  await using visit = await openWithSamples();
  await shoot(visit, "live");
  await searchField(visit).fill("orders");
  await row(visit, "orders").waitFor();
  await shoot(visit, "filtered");
  await button(visit, "Find").first().click();
  await searchField(visit).press("Enter");
  await visit.page.locator("natstap-viewer .row.current").waitFor();
  await shoot(visit, "found");
  await visit.page.keyboard.press("Escape");
  await visit.page.keyboard.press("Escape");
  await visit.page.keyboard.press("G");
  await button(visit, "Expand").last().click();
  await button(visit, "Collapse").waitFor();
  await shoot(visit, "json");
  await button(visit, "Pause").click();
  await pour(50);
  await button(visit, /^Paused · 5\d new/).waitFor();
  await shoot(visit, "paused");
  await using dark = await openWithSamples('theme="dark"');
  await button(dark, /^Regions, machines/).click();
  await shoot(dark, "dark");
});

Deno.test("Screenshots: gap, reconnecting, ended, entering a token", async () => {
  await using own = await startStage({}, stage);
  await using visit = await own.visit(await pageUrl(own));
  await live(visit);
  await show(own, visit, { message: "GET /menu 200 8ms" });
  await own.service.stop("SIGKILL");
  await holds(visit.page, "statuses.at(-1).state === 'reconnecting'");
  await visit.page.getByText(/^Reconnecting in \d+ s$/).first().waitFor();
  await shoot(visit, "reconnecting");
  await using service = await own.restart();
  await service.logged(({ msg }) => msg === "NATS connected");
  await holds(visit.page, "statuses.at(-1).state === 'live'");
  await show(own, visit, { message: "GET /menu 200 9ms" });
  await shoot(visit, "gap");

  const exp = Math.floor(Date.now() / 1000) + 8;
  await using ended = await stage.visit(await pageUrl(stage, { exp }));
  await live(ended);
  await pour(40);
  await ended.page.getByRole("textbox", { name: "Token" }).waitFor();
  await shoot(ended, "ended");
  await using asked = await stage.visit(
    `${stage.service.url}/#token=${await mint({ app: APP, exp: 1 })}`,
  );
  await asked.page.getByRole("alert").waitFor();
  await shoot(asked, "token");
  assert((await messages(ended)).length > 0);
});
