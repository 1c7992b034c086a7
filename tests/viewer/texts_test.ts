/** Texts in other languages. */
import { assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { flyPayload } from "../support/viewer/sample_rows.ts";
import { ScriptedService } from "../support/viewer/scripted_service.ts";
import { pageOf, SETTLE_MS, STATES } from "../support/viewer/states.ts";
import { type Stage, startStage } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** Translates every text: the translation is in brackets. */
const BRACKETS = `setTexts(new Proxy({}, { get: (_, text) => "⟦" + text + "⟧" }));`;

/** Returns what is shown and read out, without brackets and what is in them, and without what lines contain. */
const REST = `(() => {
  const DATA = ".text, .json, .app, .chip-name, .tag, .level, .machine, .region, .value, .column-name, " +
    ".value-name, .time, .above, #columns label ~ label, .suggestions li, kbd, code, style";
  const texts = [];
  const walker = document.createTreeWalker(viewer.shadowRoot, NodeFilter.SHOW_ALL);
  for (let node; node = walker.nextNode();) {
    if (node instanceof Text && !node.parentElement?.closest(DATA)) texts.push(node.data);
    if (!(node instanceof Element) || node.matches(DATA + ", .row:not(.gap)")) continue;
    const value = node.querySelector(":scope > .chip-name")?.textContent ?? "";
    for (const name of ["aria-label", "title", "placeholder", "aria-valuetext"]) {
      texts.push((node.getAttribute(name) ?? "").replace(value, ""));
    }
  }
  const inner = /⟦[^⟦⟧]*⟧/g;
  return texts.map((text) => {
    while (inner.test(text)) text = text.replace(inner, "");
    return text.replace(viewer.app, "").trim();
  }).filter((text) => /\\p{L}{2}/u.test(text));
})()`;

for (const [state, prepare] of Object.entries(STATES)) {
  Deno.test(`Every text of the viewer can be translated: ${state}`, async () => {
    await using service = new ScriptedService();
    await using visit = await stage.visit(pageOf(stage, service, BRACKETS));
    const { page } = visit;
    const find = (selector: string) => visit.element(selector);
    await prepare({ page, find, stream: await service.next() });
    await page.waitForTimeout(SETTLE_MS);
    assertEquals(await page.evaluate(REST), []);
  });
}

const times: [language: string, mode: string, date: string, text: RegExp][] = [
  ["en", "utc", "2020-09-08", /^Sep 8 12:00:00.000Z$/],
  ["de", "utc", "2020-09-28", /^28\. Sept\. 12:00:00.000Z$/],
  ["ja", "utc", "2020-12-28", /^12月28日 12:00:00.000Z$/],
  ["fr", "relative", "2020-09-28", /^il y a \d+d$/],
];

for (const [language, mode, date, text] of times) {
  Deno.test(`A time is not cut off: ${language}, ${mode}`, async () => {
    await using service = new ScriptedService();
    const script = `setTexts({ "{duration} ago": "il y a {duration}" }, "${language}");`;
    await using visit = await stage.visit(pageOf(stage, service, script));
    await visit.page.evaluate(`viewer.time = "${mode}"`);
    const stream = await service.next();
    stream.ready({});
    stream.send(flyPayload({ timestamp: `${date}T12:00:00Z` }));
    const time = visit.element(".row .time");
    assertMatch(await time.innerText(), text);
    const hidden = () => time.evaluate((element) => element.scrollWidth - element.clientWidth);
    await assertEventually(hidden, 0);
  });
}
