/** Selections of 10 to 10,000 rows, while lines arrive and old ones are removed. */
import { assert, assertEquals } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import {
  copied,
  keepPublishing,
  lineAt,
  numbersIn,
  press,
  recordHand,
} from "../support/viewer/hand.ts";
import { type Stage, startStage, type Visit } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

/** Number of lines that the list holds; each new one removes the oldest one. */
const LIMIT = 12_500;
const ROW_PX = 22;

/** The number of the line at a height as soon as it is the one expected, and the list stands still. */
async function restingAt(
  visit: Visit,
  y: number,
  isExpected: (line: number) => boolean,
): Promise<number> {
  let line = NaN;
  await assertEventually(async () => {
    const before = line;
    line = await lineAt(visit, y);
    return line === before && isExpected(line);
  }, true);
  return line;
}

/** The number of the line where the pointer was pressed last. */
async function pressedLine({ page }: Visit): Promise<number> {
  return numbersIn(await page.evaluate<string>("pressed.at(-1)"))[0]!;
}

/** Records where the pointer is released: rows may move until then. */
async function recordReleases({ page }: Visit): Promise<void> {
  await page.evaluate(`{
    globalThis.released = [];
    addEventListener("pointerup", ({ clientX, clientY }) => {
      const element = viewer.shadowRoot.elementFromPoint(clientX, clientY);
      released.push(element?.closest(".row")?.innerText);
    }, true);
  }`);
}

/** Selects about `count` rows from the one at `y` on, down or with -1 up; returns the lines at the ends. */
type Select = (visit: Visit, y: number, count: number, by: 1 | -1) => Promise<[number, number]>;

async function drag(visit: Visit, y: number, count: number, by: 1 | -1): Promise<[number, number]> {
  const { mouse } = visit.page;
  await mouse.move(500, y);
  await mouse.down();
  const first = await pressedLine(visit);
  const end = y + by * ROW_PX;
  await mouse.move(500, end, { steps: 2 });
  await mouse.wheel(0, by * (count - 2) * ROW_PX);
  const isFar = (line: number) => Math.abs(line - first) >= 0.9 * (count - 1);
  await assertEventually(async () => isFar(await lineAt(visit, end)), true);
  await mouse.up();
  const released = await visit.page.evaluate<string>("released.at(-1)");
  return [first, numbersIn(released)[0]!];
}

/** Where there is no link in a row. */
const X = 900;

async function clickWithShift(
  visit: Visit,
  y: number,
  count: number,
  by: 1 | -1,
): Promise<[number, number]> {
  const { mouse, keyboard } = visit.page;
  // Away from the oldest rows, which are removed before the second click, and from the newest ones, which move.
  const start = await lineAt(visit, y);
  await mouse.wheel(0, (by > 0 ? 800 : -20) * ROW_PX);
  await restingAt(
    visit,
    y,
    (line) => by * (line - start) > (by > 0 ? 700 : -200) && line !== start,
  );
  await press(visit, { x: X, y });
  const first = await pressedLine(visit);
  await mouse.wheel(0, by * (count - 1) * ROW_PX);
  await restingAt(visit, y, (line) => Math.abs(line - first) >= 0.9 * (count - 1));
  await keyboard.down("Shift");
  await press(visit, { x: X, y });
  await keyboard.up("Shift");
  return [first, await pressedLine(visit)];
}

const ways: [name: string, select: Select, filter: string][] = [
  ["dragging", drag, ""],
  ["dragging", drag, "-7."],
  ["Shift and a click", clickWithShift, ""],
  ["Shift and a click", clickWithShift, "-7."],
];

for (const [name, select, filter] of ways) {
  const rows = filter === "" ? "rows" : "rows that pass a filter";
  Deno.test(`10, 100 and 10,000 ${rows}, selected by ${name}, are copied exactly`, async () => {
    await using visit = await stage.open(`limit="${LIMIT}" filter="${filter}"`);
    await visit.show(...Array.from({ length: LIMIT }, (_, i) => ({ message: `line ${i}.` })));
    await recordHand(visit);
    await recordReleases(visit);
    await using lines = keepPublishing(stage, LIMIT);
    const { mouse, keyboard } = visit.page;
    const list = (await visit.element(".scroller").boundingBox())!;
    const y = Math.round(list.y + 10.5 * ROW_PX);
    for (const count of [10, 100, 10_000]) {
      for (const by of [1, -1] as const) {
        await visit.page.evaluate("viewer.focus()");
        await keyboard.press(by > 0 ? "g" : "G");
        await mouse.move(500, y);
        const isNear = (line: number) =>
          by > 0 ? line < lines.next - LIMIT + 200 : line > lines.next - 200;
        await assertEventually(async () => isNear(await lineAt(visit, y)), true);
        const ends = await select(visit, y, count, by);
        const [from, to] = ends.toSorted((a, b) => a - b) as [number, number];
        const expected = Array.from({ length: to - from + 1 }, (_, i) => from + i)
          .filter((number) => filter === "" || number % 10 !== 7);
        const numbers = await copied(visit);

        assertEquals(numbers, expected, `${count} rows, ${by}`);
        assert(numbers.length >= 0.8 * count, `${numbers.length} of ${count}`);
        await keyboard.press("Escape");
      }
    }
    assertEquals(visit.trouble, []);
  });
}

Deno.test("A click with Shift selects no removed rows if the query has changed since the click before", async () => {
  await using visit = await stage.open(`limit="20"`);
  const show = (from: number, to: number) =>
    visit.show(...Array.from({ length: to - from }, (_, i) => ({ message: `line ${from + i}.` })));
  await show(0, 20);
  await recordHand(visit);
  await visit.row("line 5.").click();
  await show(20, 30);
  await visit.searchField.fill("-7.");
  await visit.row("line 15.").click({ modifiers: ["Shift"] });
  assertEquals(await copied(visit), [10, 11, 12, 13, 14, 15]);
});
