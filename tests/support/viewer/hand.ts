/**
 * Uses a viewer as a hand does, while lines arrive.
 *
 * @module
 */
import type { Locator } from "npm:playwright-core@^1";
import type { Stage, Visit } from "./viewer_stage.ts";

/** Time between a press and its release. */
const PRESS_MS = 80;
/** Interval between two lines: 50 lines per second. */
const LINE_MS = 20;

/** A point in the window, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Publishes 50 lines per second, each of which says its number, until it is disposed of. */
export function keepPublishing(
  stage: Stage,
  from = 0,
): AsyncDisposable & { readonly next: number } {
  let next = from;
  let sent: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    const message = `line ${next++}.`;
    sent = stage.publish({ message: `{"msg":"${message}","url":"https://example.com/"}` });
  }, LINE_MS);
  return {
    get next() {
      return next;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await sent;
    },
  };
}

/** Presses, moves by a pixel, and releases. */
export async function press({ page }: Visit, { x, y }: Point): Promise<void> {
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 1, y);
  await new Promise((resolve) => setTimeout(resolve, PRESS_MS));
  await page.mouse.up();
}

/** The middle of an element. */
export async function middleOf(element: Locator): Promise<Point> {
  const { x, y, width, height } = (await element.boundingBox())!;
  return { x: Math.floor(x + width / 2), y: y + height / 2 };
}

/** Records clicks and copies in `clicks` and `copies` from now on. */
export async function recordHand({ page }: Visit): Promise<void> {
  await page.evaluate(`{
    globalThis.clicks = [];
    globalThis.copies = [];
    globalThis.pressed = [];
    const rowOf = (path) => path.find((element) => element.matches?.(".row"));
    viewer.shadowRoot.addEventListener("pointerdown", (event) => {
      pressed.push(rowOf(event.composedPath())?.querySelector(".message").innerText);
    }, true);
    viewer.shadowRoot.addEventListener("click", (event) => {
      const button = event.composedPath().find((element) => element.matches?.("button"));
      clicks.push(button?.getAttribute("aria-label") ?? button?.innerText.trim());
    }, true);
    navigator.clipboard.writeText = async (text) => void copies.push(text);
    navigator.clipboard.write = async ([item]) => {
      const blob = await item.getType("text/plain");
      copies.push(await blob.text());
    };
    addEventListener("copy", ({ clipboardData }) => {
      const text = clipboardData.getData("text/plain");
      // Many lines are copied later.
      if (text !== "") copies.push(text);
    });
  }`);
}

/** The numbers of the lines in a text. */
export function numbersIn(text: string): number[] {
  return [...text.matchAll(/line (\d+)\./g)].map(([, number]) => Number(number));
}

/** The number of the line at a height in the window; `NaN` if there is none. */
export async function lineAt({ page }: Visit, y: number): Promise<number> {
  const text = await page.evaluate<string>(
    `viewer.shadowRoot.elementFromPoint(500, ${y})?.closest(".row")?.innerText ?? ""`,
  );
  return numbersIn(text)[0] ?? NaN;
}

/** Copies the selection, and returns the numbers of its lines. Needs {@linkcode recordHand}. */
export async function copied(visit: Visit): Promise<number[]> {
  const before = await visit.page.evaluate<number>("copies.length");
  await visit.page.keyboard.press("Control+c");
  await visit.holds(`copies.length > ${before}`);
  return numbersIn(await visit.page.evaluate<string>("copies.at(-1)"));
}
