/** Log lines are untrusted: whatever they contain is shown as text. */
import { assert, assertEquals } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { flyLine, type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";
import { XSS } from "../support/viewer/xss_payloads.ts";

/** Number of attacks per check. */
const GROUP = 8;
/** Tall enough for nearly all lines of a check, expanded. */
const VIEWPORT = { width: 1280, height: 4000 };

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage({ BUFFER_BYTES: "4000000" })));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** The contents of the viewer, and the number of elements in the page. */
interface Inventory {
  readonly elements: string[];
  /** Each with the name of its element. */
  readonly attributes: string[];
  readonly links: { readonly href: string; readonly rel: string }[];
  /** Number of elements in the page, outside of the shadow tree. */
  readonly outside: number;
}

const INVENTORY = `(() => {
  const all = [...viewer.shadowRoot.querySelectorAll("*")];
  return {
    elements: [...new Set(all.map(({ localName }) => localName))],
    attributes: [...new Set(all.flatMap(({ localName, attributes }) =>
      [...attributes].map(({ name }) => localName + " " + name)))],
    links: all.filter((element) => element.hasAttribute("href"))
      .map((element) => ({ href: element.getAttribute("href"), rel: element.rel })),
    outside: document.querySelectorAll("*").length,
  };
})()`;

/** Harmless lines of every kind, so that each kind of element appears once. */
const HARMLESS = [
  "plain",
  "\x1b[1;3;4;7;9;31mstyled\x1b[0m \x1b[38;5;200m256\x1b[0m \x1b[48;2;1;2;3mtrue color\x1b[0m",
  "see https://a.example/ and http://b.example/?c=d#e",
  `{"string":"s","number":1,"true":true,"null":null,"list":[1,"x",{}],"link":"https://a.example/"}`,
  `["a list", 1, ${JSON.stringify({ a: { b: 1 } })}]`,
  "long ".repeat(20_000),
];

/** Shows lines and waits until the last of them is on the screen. */
async function show({ page }: Visit, lines: Parameters<Stage["publish"]>): Promise<void> {
  const mark = `mark ${crypto.randomUUID()}`;
  await stage.publish(...lines, { message: mark });
  await assertEventually(async () => {
    await page.keyboard.press("G"); // Jumps to the end, where new lines are in view.
    return await page.getByText(mark).first().isVisible();
  }, true);
}

/** Clicks every button that expands a line, and waits for two frames; resolves to the number of buttons. */
const EXPAND = `(async () => {
  const closed = viewer.shadowRoot.querySelectorAll('.row [aria-expanded="false"]');
  for (const button of closed) button.click();
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  return closed.length;
})()`;

/** Expands everything on the screen: the last line with the mouse, the others all at once. */
async function expandAll(visit: Visit): Promise<void> {
  const closed = visit.element('.row [aria-expanded="false"]');
  if (await closed.count() > 0) await closed.last().click();
  const expand = async () => {
    await visit.page.keyboard.press("G"); // Expanded lines may have moved the end out of view.
    return await visit.page.evaluate<number>(EXPAND);
  };
  await assertEventually(expand, 0, "Collapsed lines");
}

/** A line with `text` in each field. */
function everywhere(text: string): string {
  return flyLine({ message: text, level: text, provider: text, region: text, machine: text });
}

/** A line of a logger with `text` in each part, and as a field's key and value. */
function structured(text: string): string {
  const parts = { msg: text, level: text, time: text, hostname: text };
  return JSON.stringify({ ...parts, [text]: text, nested: { [text]: [text] } });
}

/** The inventory of harmless lines, collapsed and expanded. */
async function takeHarmless(visit: Visit): Promise<Inventory> {
  const taken: Inventory[] = [];
  for (const text of HARMLESS) {
    await show(visit, [{ message: text }, text, everywhere("info"), structured("info")]);
    taken.push(await visit.page.evaluate<Inventory>(INVENTORY));
    await expandAll(visit);
    taken.push(await visit.page.evaluate<Inventory>(INVENTORY));
  }
  return {
    elements: taken.flatMap(({ elements }) => elements),
    attributes: taken.flatMap(({ attributes }) => attributes),
    links: taken.flatMap(({ links }) => links),
    outside: taken[0]!.outside,
  };
}

async function assertOnlyText(visit: Visit): Promise<void> {
  const { page } = visit;
  const members = "Object.getOwnPropertyNames(Object.prototype).length";
  const prototype = await page.evaluate(members);
  const harmless = await takeHarmless(visit);
  assert(harmless.links.length > 0, "The harmless lines have links");

  for (let start = 0; start < XSS.length; start += GROUP) {
    const group = XSS.slice(start, start + GROUP);
    const lines = (text: string) => [{ message: text }, text, everywhere(text), structured(text)];
    const attacks = group.map(([attack]) => attack).join(", ");
    await show(visit, group.flatMap(([, text]) => lines(text)));
    const rows = await visit.element(".row").count();
    assert(rows > 4 * group.length, `Only ${rows} lines are on the screen: ${attacks}`);
    await assertHarmless(visit, harmless, attacks);
    await expandAll(visit);
    await assertHarmless(visit, harmless, `expanded: ${attacks}`);
  }
  assertEquals(await visit.fired(), [], "Scripts that ran");
  assertEquals(await page.evaluate("({}).polluted"), undefined);
  assertEquals(await page.evaluate(members), prototype, "Object.prototype is unchanged");
  assertEquals(visit.trouble, [], "Nothing was blocked by a policy");
}

async function assertHarmless(visit: Visit, harmless: Inventory, attack: string): Promise<void> {
  const { elements, attributes, links, outside } = await visit.page.evaluate<Inventory>(INVENTORY);
  const isNew = (known: string[]) => (name: string) => !known.includes(name);
  assertEquals(outside, harmless.outside, `Elements outside of the viewer, by ${attack}`);
  assertEquals(elements.filter(isNew(harmless.elements)), [], `Elements made by ${attack}`);
  const made = attributes.filter(isNew(harmless.attributes));
  assertEquals(made.filter((name) => / (on|src|srcdoc|style|form|action)/.test(name)), [], attack);
  for (const { href, rel } of links) {
    assert(/^https?:\/\//.test(href), `A link to ${href}, by ${attack}`);
    assertEquals(rel, "noopener noreferrer", `The link to ${href}, by ${attack}`);
  }
  assertEquals(await visit.fired(), [], attack);
}

/** Requests that the viewer and the page do not need. */
function unexpectedRequests({ requests }: Visit, page: string): string[] {
  const own = [page, `${stage.service.url}/logs?tail=500`];
  return requests.map((request) => request.url()).filter((url) =>
    !own.includes(url) && !/\/(viewer|page)(\.[0-9a-f]{16})?\.(js|css)$/.test(url) &&
    !url.startsWith("data:image/svg+xml,") && !url.endsWith("/favicon.ico")
  );
}

Deno.test("Whatever a line contains, it creates no elements, runs no scripts and causes no requests", async () => {
  const url = await stage.pageUrl();
  await using visit = await stage.watch(url, { viewport: VIEWPORT });
  await assertOnlyText(visit);
  const unexpected = unexpectedRequests(visit, url.replace(/#.*/, ""));
  assertEquals(unexpected.filter((asked) => asked !== url), []);
});

Deno.test("The element is as safe in a product's page without a content security policy", async () => {
  await using visit = await stage.open("", { viewport: VIEWPORT });
  await assertOnlyText(visit);
  assertEquals(unexpectedRequests(visit, visit.page.url()), []);
});

Deno.test("Every attack is shown as text", async () => {
  await using visit = await stage.watch(await stage.pageUrl(), { viewport: VIEWPORT });
  // Escape sequences, JSON and white space are shown differently.
  // deno-lint-ignore no-control-regex -- matches control characters on purpose
  const plain = XSS.filter(([, text]) => !/[\x00-\x1f\u200b\u2028\u2029\ufeff]|^[{[]/.test(text));
  assert(plain.length > 60);
  await show(visit, plain.map(([, text]) => ({ message: text })));
  const rows = await visit.element(".row").allTextContents();
  for (const [attack, text] of plain) {
    assert(rows.some((row) => row.includes(text)), `Expected to see "${text}" (${attack})`);
  }
});
