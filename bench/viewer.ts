/**
 * Measures the viewer in chromium while lines pour in, and prints one Markdown table.
 *
 *     deno task bench:viewer [--rate 5000] [--seconds 60]
 *
 * The lines are the demo's, of one app: with colours, JSON and traces of errors. Chromium has no
 * window and no GPU, and shares the machine with what it reads from: with both it does better.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { CDPSession, Page } from "npm:playwright-core@^1";
import { build } from "../tools/bundle.ts";
import { findNatsServer } from "../tools/nats_server.ts";
import { SAMPLE_APPS, sampleLines } from "../tools/sample_logs.ts";
import { live, pageUrl, type Stage, startStage } from "../tests/support/viewer/viewer_stage.ts";
import { describeMachine } from "./machine.ts";
import { due } from "./due_lines.ts";

/** How many rows the viewer holds before it is measured: as many as it ever does. */
const HELD = 100_000;
/** What is typed into the filter, letter by letter, and taken away again. */
const TYPED = "GET /orders 200";
/** How long the shorter measurements take. Seconds. */
const SHORT = 15;

/** What a page tells of itself: a number a frame, a task that was too long, a key that was pressed. */
interface Readings {
  /** When each frame was drawn. Milliseconds. */
  readonly frames: number[];
  /** How long each task of more than 50 ms took. Milliseconds. */
  readonly tasks: number[];
  /** From each key to the frame that shows what it did, where that took 16 ms or more. */
  readonly keys: number[];
}

const PROBE = `
  globalThis.readings = { frames: [], tasks: [], keys: [] };
  const frame = (now) => (readings.frames.push(now), requestAnimationFrame(frame));
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) readings.tasks.push(duration);
  }).observe({ type: "longtask" });
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) {
      if (name === "keydown") readings.keys.push(duration);
    }
  }).observe({ type: "event", durationThreshold: 16 });
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      rate: { type: "string", default: "5000" },
      seconds: { type: "string", default: "60" },
    },
  });
  const rate = Number(values.rate);
  await using stage = await startStage();
  await using visit = await stage.visit(await pageUrl(stage));
  await live(visit);
  const { page } = visit;
  const devtools = await page.context().newCDPSession(page);
  const flood = new AbortController();
  const flooding = pour(stage, rate, flood.signal);
  console.error(`Filling the viewer with ${HELD} rows`);
  await seconds(HELD / rate + 5);

  await page.evaluate(PROBE);
  const rows = [
    await measure(page, "at the newest line", () => seconds(Number(values.seconds))),
    await measure(page, "typing into the filter", () => type(page)),
    await measure(page, "scrolling up and down", () => scroll(page)),
  ];
  flood.abort();
  const published = await flooding;
  const heap = await heapOf(devtools);
  await page.close();
  const { events, dropped } = await stage.service.logged(({ msg }) => msg === "stream closed");

  const size = Uint8Array.fromBase64((await build())["viewer.js"].gzip).length;
  console.log(`${await describeMachine(await findNatsServer())}\n`);
  console.log(`${rate} lines/s, ${HELD} rows held\n`);
  console.log(table(rows));
  console.log(`
- ${published} lines published, ${events} sent to the page, ${dropped} dropped by the service
- JavaScript's memory after a garbage collection: ${(heap / 2 ** 20).toFixed(0)} MiB
- viewer.js: ${(size / 1000).toFixed(1)} KB in gzip`);
}

/** Publishes one app's lines until it is told to stop; resolves to how many they were. */
async function pour({ stack }: Stage, rate: number, stop: AbortSignal): Promise<number> {
  let published = 0;
  for await (const count of due({ apps: 1, lines: Infinity, rate }, 1)) {
    if (stop.aborted) break;
    for (let left = count; left > 0;) {
      for (const { subject, payload } of sampleLines(SAMPLE_APPS[0]!)) {
        if (left-- <= 0) break;
        stack.publisher.publish(subject, payload);
        published++;
      }
    }
  }
  await stack.publisher.flush();
  return published;
}

async function type(page: Page): Promise<void> {
  const end = performance.now() + SHORT * 1000;
  await page.keyboard.press("/");
  while (performance.now() < end) {
    await page.keyboard.type(TYPED, { delay: 120 });
    for (const _ of TYPED) await page.keyboard.press("Backspace", { delay: 60 });
  }
  await page.keyboard.press("Escape");
}

async function scroll(page: Page): Promise<void> {
  const end = performance.now() + SHORT * 1000;
  await page.mouse.move(600, 500);
  while (performance.now() < end) {
    for (const delta of [-400, -400, -400, 300]) await page.mouse.wheel(0, delta);
    await seconds(0.05);
  }
}

/** What was read while `act` went on, as a row of the table. */
async function measure(page: Page, name: string, act: () => Promise<void>): Promise<string[]> {
  console.error(`Measuring: ${name}`);
  await page.evaluate("for (const list of Object.values(readings)) list.length = 0");
  await act();
  const { frames, tasks, keys } = await page.evaluate<Readings>("readings");
  const rates = framesASecond(frames);
  return [
    name,
    String(Math.min(...rates)),
    String(median(rates)),
    String(tasks.length),
    milliseconds(Math.max(0, ...tasks)),
    keys.length === 0 ? "–" : milliseconds(median(keys)),
    keys.length === 0 ? "–" : milliseconds(Math.max(...keys)),
  ];
}

/** How many frames each full second had. */
function framesASecond(frames: readonly number[]): number[] {
  const [first = 0] = frames;
  const seconds = Math.floor(((frames.at(-1) ?? 0) - first) / 1000);
  const counts = new Array<number>(seconds).fill(0);
  for (const time of frames) {
    const second = Math.floor((time - first) / 1000);
    if (second < seconds) counts[second]!++;
  }
  return counts;
}

/** With what the strings of a stream hold outside of the heap proper. */
async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const heap = await devtools.send("Runtime.getHeapUsage");
  return heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize;
}

function table(rows: readonly string[][]): string {
  const columns = ["frames/s, least", "median", "tasks > 50 ms", "longest", "key", "slowest key"];
  return [
    ["", ...columns],
    ["---", ...columns.map(() => "--:")],
    ...rows,
  ].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function milliseconds(time: number): string {
  return `${Math.round(time)} ms`;
}

function seconds(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time * 1000));
}

if (import.meta.main) await main();
