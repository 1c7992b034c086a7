/** Texts in other languages. */
import { assertEquals } from "@std/assert";
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
