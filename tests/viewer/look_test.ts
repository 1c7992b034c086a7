/** The appearance and usability of the viewer: themes, contrast, small windows, keyboard. */
import { assert, assertEquals } from "@std/assert";
import { SAMPLE_APPS, sampleLines } from "../../tools/sample_logs.ts";
import { assertEventually } from "../support/patience.ts";
import { Random } from "../soak/random.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** With this seed and time, the newest lines are of most kinds. */
const [SEED, NOW] = [9, new Date("2026-11-20T20:42:11.123Z")];

/** Opens a page with sample lines of the demo's app, the same ones each time. */
async function openWithSamples(...how: Parameters<Stage["open"]>): Promise<Visit> {
  const visit = await stage.open(...how);
  const random = new Random(SEED);
  const chance = () => random.between(0, 1);
  const lines = Array.from({ length: 300 }, () => sampleLines(SAMPLE_APPS[0]!, chance, NOW)).flat();
  await stage.publish(...lines.slice(0, 300).map(({ payload }) => payload));
  await visit.show({ message: "the newest line" });
  return visit;
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
  Deno.test(`All text has the contrast that WCAG AA requires in the ${theme} theme`, async () => {
    await using visit = await openWithSamples(`theme="${theme}"`);
    await visit.show({ message: COLORFUL, level: "debug" }, { message: "the end" });
    await visit.button(/^Regions, machines/).click();
    await visit.searchField.fill("2");
    await visit.element("mark").first().waitFor();
    await visit.row("GET").waitFor();
    assertEquals(await visit.page.evaluate(FAINT), []);
    await visit.searchField.fill("cannot read");
    await visit.element(".row .more").first().waitFor();
    await visit.page.evaluate("viewer.focus()");
    await visit.page.keyboard.press("Control+a");
    await visit.element(".selection-bar").waitFor();
    assertEquals(await visit.page.evaluate(FAINT), []);
  });
}

Deno.test("Unless the attribute is set, the theme is the page's, or the system's if the page follows it", async () => {
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
    await using visit = await stage.open(attributes, { colorScheme: system });
    await visit.page.evaluate(`document.documentElement.style.colorScheme = "${page}"`);
    const behind = await visit.style(".viewer", "backgroundColor");
    assertEquals(behind, background, `"${page}" ${attributes} on a ${system} system`);
  }
});

Deno.test("An invalid value of the attribute time means local", async () => {
  await using visit = await stage.open('time="UTC"');
  assertEquals(await visit.page.evaluate("viewer.time"), "local");
});

Deno.test("The viewer has a border in a product's page, but not on its own page", async () => {
  await using embedded = await stage.open();
  assertEquals(await embedded.style(".viewer", "borderTopWidth"), "1px");
  await using own = await stage.watch(await stage.pageUrl());
  assertEquals(await own.style(".viewer", "borderTopWidth"), "0px");
});

Deno.test("The search field does not move on pause, and a divider is shown only between chips", async () => {
  await using visit = await openWithSamples();
  const left = async () => (await visit.element(".search").boundingBox())!.x;
  const before = await left();
  await visit.button("Pause").click();
  await visit.page.getByText("Paused", { exact: true }).first().waitFor();
  assertEquals(await left(), before);
  await visit.element(".row .region").first().click();
  await visit.element(".selected").waitFor();
  const divider = () => visit.style(".selected", "borderLeftWidth");
  assertEquals(await divider(), "1px");
  await visit.page.getByRole("button", { name: "Clear", exact: true }).click();
  await assertEventually(divider, "0px");
});

Deno.test("The explanation of an invalid query covers nothing", async () => {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740 }]) {
    await using visit = await openWithSamples("", { viewport });
    await visit.searchField.fill("/(/");
    const problem = visit.element("#problem");
    await problem.getByText("unterminated group").waitFor();
    const box = (await problem.boundingBox())!;
    const chips = (await visit.element(".chips").boundingBox())!;
    assert(box.y + box.height <= chips.y, `At ${viewport.width} px`);
  }
});

Deno.test("The rate chart has a label beside the selected bar", async () => {
  await using visit = await openWithSamples();
  const chart = visit.element(".rate-chart");
  const label = visit.element(".chart-label");
  const { x, width } = (await chart.boundingBox())!;
  for (const share of [0.11, 0.61, 0.995]) {
    await chart.hover({ position: { x: share * width, y: 20 } });
    await label.getByText(/^\d\d:\d\d:\d\d: \d+ lines?/).waitFor();
    const count = 1 + Number(await chart.getAttribute("aria-valuemax"));
    const start = x + Math.floor(share * count) * width / count;
    const end = start + width / count;
    // The label moves in the next frame.
    const isBeside = async () => {
      const box = (await label.boundingBox())!;
      const away = share < 0.5 ? box.x - end : start - box.x - box.width;
      return away > 0 && away < 24;
    };
    await assertEventually(isBeside, true, `Beside ${share}`);
  }
});

Deno.test("A product's style sheet can set custom properties and style parts", async () => {
  await using visit = await openWithSamples();
  await visit.page.evaluate(`document.head.append(Object.assign(document.createElement("style"), {
    textContent: \`natstap-viewer { --natstap-bg: rgb(1, 2, 3); --natstap-font-size: 19px }
      natstap-viewer::part(toolbar) { border-top: 7px solid }
      natstap-viewer::part(message) { letter-spacing: 3px }\`,
  }))`);
  assertEquals(await visit.style(".message", "fontSize"), "19px");
  assertEquals(await visit.style(".message", "letterSpacing"), "3px");
  assertEquals(await visit.style(".toolbar", "borderTopWidth"), "7px");
});

Deno.test("A selected span of time covers no other chip, and is visible on a phone", async () => {
  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]] as const) {
    await using visit = await openWithSamples("", { viewport: { width, height } });
    await visit.element(".chip.error").click();
    await visit.page.getByRole("slider").press("Home");
    await visit.page.getByRole("slider").press("Shift+End");
    await visit.button(/^Remove the time span /).waitFor();
    const boxes = await visit.page.evaluate<{ left: number; right: number; top: number }[]>(`
      [...viewer.shadowRoot.querySelectorAll(".chips button")].map((button) => button.getBoundingClientRect())
        .filter(({ width }) => width > 0)
        .map(({ left, right, top }) => ({ left, right, top }))`);
    const overlaps = boxes.filter(({ left, top }) => {
      return boxes.some((other) =>
        other.top === top && other.left < left && other.right > left + 1
      );
    });
    // On a phone, chips scroll under the button at the end.
    if (width > 640) assertEquals(overlaps, [], `At ${width} px`);
    const span = (await visit.element(".chip.span").boundingBox())!;
    assert(span.x >= 0 && span.x + span.width < width, `At ${width} px`);
  }
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
    for (const name of ["Pause", /^Show only matching/, /^level error/]) {
      const box = (await visit.page.getByRole("button", { name }).first().boundingBox())!;
      assert(box.x >= 0 && box.x + box.width <= width, `${name} at ${width} px`);
    }
    assert((await visit.searchField.boundingBox())!.width >= 100, `The field at ${width} px`);
    if (width !== 360) continue;
    const button = (await visit.element(".facets-button").boundingBox())!;
    const chip = (await visit.element(".levels .chip").first().boundingBox())!;
    assert(button.height >= chip.height, "The button hides the chips that scroll under it");
  }
});

Deno.test("Every control up to the list has a name and a visible focus", async () => {
  await using visit = await openWithSamples();
  const nameless = await visit.page.getByRole("button").evaluateAll((buttons) =>
    buttons.filter((button) => !button.getAttribute("aria-label") && !button.textContent?.trim())
      .length
  );
  assertEquals(nameless, 0);
  const focused = `(() => {
    const element = viewer.shadowRoot.activeElement;
    if (element === null) return undefined;
    const ring = (of) => {
      const { outlineStyle, boxShadow } = getComputedStyle(of);
      return outlineStyle !== "none" || boxShadow !== "none";
    };
    const around = element.matches(".scroller") ? element.nextElementSibling : element.parentElement;
    return { is: element.className + element.id, ring: ring(element) || ring(around) };
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
  assertEquals(path.filter(({ ring }) => !ring), [], "Controls without a visible focus");
});

Deno.test("A screen reader finds the list as a log that is not read out, and reads out the status", async () => {
  await using visit = await openWithSamples();
  const log = visit.page.getByRole("log");
  assertEquals(await log.count(), 1);
  assertEquals(await log.getAttribute("aria-live"), "off");
  assert(await log.getAttribute("aria-label"), "The list has a name");
  const spoken = await visit.page.getByRole("status").allInnerTexts();
  assert(spoken.some((text) => /Live/.test(text)), JSON.stringify(spoken));
});

Deno.test("With reduced motion, nothing is animated", async () => {
  await using visit = await openWithSamples("", { context: { reducedMotion: "reduce" } });
  const states = "viewer.shadowRoot.getAnimations().map(({ playState }) => playState)";
  assertEquals(await visit.page.evaluate(`${states}.includes("running")`), false);
});

Deno.test("Keys search, pause, jump to either end and show the help, and Escape leaves", async () => {
  await using visit = await openWithSamples();
  const { keyboard } = visit.page;
  const isPaused = () => visit.page.evaluate("viewer.paused");
  await visit.element(".scroller").focus();
  await keyboard.press("/");
  await keyboard.type("the newest");
  await assertEventually(() => visit.searchField.inputValue(), "the newest");
  await keyboard.press(" ");
  assertEquals([await visit.searchField.inputValue(), await isPaused()], ["the newest ", false]);
  await keyboard.press("Escape");
  await keyboard.press("Escape");
  assertEquals(await visit.searchField.inputValue(), "");
  await keyboard.press(" ");
  await assertEventually(isPaused, true);
  await keyboard.press(" ");
  await assertEventually(isPaused, false);
  await keyboard.press("g");
  await assertEventually(() => visit.row("the newest line").isVisible(), false);
  await keyboard.press("G");
  await visit.row("the newest line").waitFor();
  await keyboard.press("?");
  await visit.page.getByRole("dialog").waitFor();
  await keyboard.press("Escape");
  await visit.page.getByRole("dialog").waitFor({ state: "hidden" });
});

Deno.test("Keys pressed in a field of the product's page have no effect on the viewer", async () => {
  await using visit = await openWithSamples();
  await visit.page.evaluate("document.body.prepend(document.createElement('textarea'))");
  const field = visit.page.locator("textarea");
  for (const key of ["/", " ", "g"]) await field.press(key);
  assertEquals(await field.inputValue(), "/ g");
  assertEquals(await visit.page.evaluate("viewer.paused"), false);
});
