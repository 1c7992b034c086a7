/** The picture of the dashboard, as it is delivered, and as a browser shows it. */
import { assert, assertEquals } from "@std/assert";
import dashboard from "../../deploy/grafana/natstap.json" with { type: "json" };
import { asksFly, type Panel, withoutPanels } from "../../tools/grafana_panel.ts";
import { escape } from "../../tools/svg.ts";
import { launchChromium } from "../../tools/chromium.ts";

const PICTURE = new URL("../../deploy/grafana/natstap.svg", import.meta.url);
const SVG = Deno.readTextFileSync(PICTURE);
const PANELS: readonly Panel[] = dashboard.panels;

/** Where a text or a panel stands. Of a text, without what is empty above and below. */
interface Place {
  content: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Places {
  panels: Place[];
  texts: Place[];
}

/** Run in the page. */
const PLACES = `(() => {
  const places = (selector, inset) => [...document.querySelectorAll(selector)].map((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return {
      content: element.textContent,
      left,
      right,
      top: top + inset * (bottom - top),
      bottom: bottom - inset * (bottom - top),
    };
  });
  return { panels: places('rect[fill="#fff"]', 0), texts: places("text", 0.15) };
})()`;

Deno.test("the picture shows every panel of the dashboard but those that only Fly has data for", () => {
  const shown = [...SVG.matchAll(/class="[rt]">([^<]*)</g)].map(([, title]) => title);
  const panels = withoutPanels(PANELS, PANELS.filter(asksFly));
  const expected = panels.map(({ title }) => escape(title));
  assertEquals(shown, expected, "Draw it anew: deno run -A tools/dashboard_picture.ts");
});

Deno.test("the picture is small, and holds no script and nothing from elsewhere", () => {
  assert(SVG.length < 150_000, `Expected less than 150 KB, but ${SVG.length}`);
  const elsewhere = SVG.replace('xmlns="http://www.w3.org/2000/svg"', "");
  assertEquals(
    elsewhere.match(/<script|<foreignObject|<image|<use|href|url\(|\bon\w+=|:\/\//i),
    null,
  );
  assertEquals(SVG.match(/NaN|Infinity|undefined/), null);
});

Deno.test("a browser shows the picture with no text cut off and none over another", async () => {
  await using browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
  // Where it is no well-formed XML there is an error's page, with no such title.
  await page.goto(PICTURE.href);
  assertEquals(await page.title(), dashboard.title);
  const { panels, texts } = await page.evaluate<Places>(PLACES);
  assert(panels.length > 0 && texts.length > panels.length);
  const cut = texts.filter((text) =>
    panels.some((panel) => overlap(text, panel) && !isInside(text, panel))
  );
  assertEquals(cut, [], "Expected each text to stay in its panel");
  const pairs = texts.flatMap((text, index) =>
    texts.slice(index + 1).filter((other) => overlap(text, other)).map((other) => [text, other])
  );
  assertEquals(pairs, []);
});

function overlap(one: Place, other: Place): boolean {
  return one.left < other.right && other.left < one.right &&
    one.top < other.bottom && other.top < one.bottom;
}

function isInside(one: Place, other: Place): boolean {
  return one.left >= other.left && one.right <= other.right &&
    one.top >= other.top && one.bottom <= other.bottom;
}
