/**
 * Measures the viewer in Chromium while it receives lines, and prints a Markdown table.
 *
 *     deno task bench:viewer [--rate 5000] [--seconds 60]
 *
 * The lines are the demo's, with colors, JSON and stack traces. Chromium runs without a window or a
 * GPU, and on the same machine as the service; it is faster otherwise.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import type { CDPSession, Page } from "npm:playwright-core@^1";
import { build } from "../tools/bundle.ts";
import { launchChromium } from "../tools/chromium.ts";
import { findNatsServer, startNatsServer } from "../tools/nats_server.ts";
import { mintToken } from "../tools/print_token.ts";
import { SAMPLE_APPS, sampleLines } from "../tools/sample_logs.ts";
import { localEnv, type LogLine, startService } from "../tools/service.ts";
import { parseSecret } from "../tools/signing_key.ts";
import { linesDue } from "./load/due_lines.ts";
import { describeMachine } from "./report/machine.ts";

const APP = SAMPLE_APPS[0]!;
/** Number of rows in the viewer before it is measured: the maximum. */
const ROWS = 100_000;
/** Typed into the filter letter by letter, then deleted again. */
const TYPED = "GET /orders 200";
/** Duration of typing and of scrolling. */
const INPUT_SECONDS = 15;

/** What the page records about itself, in ms. */
interface Readings {
  /** Time of each frame. */
  readonly frames: number[];
  /** Duration of each task longer than 50 ms. */
  readonly tasks: number[];
  /** Time from each key press to the frame that shows its effect, if at least 16 ms. */
  readonly keys: number[];
}

/** Records the viewer's states before the measurement, to wait until it is live. */
const RECORD_STATES = `
  globalThis.states = [];
  addEventListener("natstap-status", ({ detail }) => states.push(detail.state));
`;

/** Turns on the options that take time for each line. */
const ENABLE_OPTIONS = `
  Object.assign(document.querySelector("natstap-viewer"), { order: "time", columns: "order,pid" });
`;

const RECORD_READINGS = `
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
  const secret = crypto.randomUUID();
  const token = await mintToken(parseSecret(secret), { app: [APP.name], ttl: 3_600 });
  const { "viewer.js": script } = await build();
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startNatsServer());
  const closed = Promise.withResolvers<LogLine>();
  const onLog = (line: LogLine) => line.msg === "stream closed" && closed.resolve(line);
  const service = stack.use(await startService({ env: localEnv(nats.url, secret), onLog }));
  const publisher = stack.adopt(await connect({ servers: nats.url }), (nats) => nats.close());
  const browser = stack.adopt(await launchChromium(), (browser) => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(RECORD_STATES);
  await page.goto(`${service.url}/#token=${token}`);
  while (!await page.evaluate<boolean>("states.includes('live')")) await delay(0.05);
  await page.evaluate(ENABLE_OPTIONS);
  const devtools = await page.context().newCDPSession(page);
  const stop = new AbortController();
  const publishing = publish(publisher, rate, stop.signal);
  console.error(`Filling the viewer with ${ROWS} rows`);
  await delay(ROWS / rate + 5);

  await page.evaluate(RECORD_READINGS);
  const rows = [
    await measure(page, "at the newest line", () => delay(Number(values.seconds))),
    await measure(page, "typing into the filter", () => type(page)),
    await measure(page, "scrolling up and down", () => scroll(page)),
  ];
  stop.abort();
  const published = await publishing;
  const heap = await heapBytes(devtools);
  await page.close();
  const { events, dropped } = await closed.promise;

  const size = Uint8Array.fromBase64(script.gzip).length;
  console.log(`${await describeMachine(await findNatsServer())}\n`);
  console.log(`${rate} lines/s, ${ROWS} rows\n`);
  console.log(table(rows));
  console.log(`
- ${published} lines published, ${events} sent to the page, ${dropped} dropped by the service
- JavaScript heap after a garbage collection: ${(heap / 2 ** 20).toFixed(0)} MiB
- viewer.js: ${(size / 1000).toFixed(1)} KB gzipped`);
}

/** Publishes lines until `stop` is aborted; resolves to their number. */
async function publish(
  publisher: NatsConnection,
  rate: number,
  stop: AbortSignal,
): Promise<number> {
  let published = 0;
  for await (const count of linesDue({ apps: 1, lines: Infinity, rate }, 1)) {
    if (stop.aborted) break;
    for (let left = count; left > 0;) {
      for (const { subject, payload } of sampleLines(APP)) {
        if (left-- <= 0) break;
        publisher.publish(subject, payload);
        published++;
      }
    }
  }
  await publisher.flush();
  return published;
}

async function type(page: Page): Promise<void> {
  const end = performance.now() + INPUT_SECONDS * 1000;
  await page.keyboard.press("/");
  while (performance.now() < end) {
    await page.keyboard.type(TYPED, { delay: 120 });
    for (const _ of TYPED) await page.keyboard.press("Backspace", { delay: 60 });
  }
  await page.keyboard.press("Escape");
}

async function scroll(page: Page): Promise<void> {
  const end = performance.now() + INPUT_SECONDS * 1000;
  await page.mouse.move(600, 500);
  while (performance.now() < end) {
    for (const delta of [-400, -400, -400, 300]) await page.mouse.wheel(0, delta);
    await delay(0.05);
  }
}

/** Measures the page during `act`; resolves to a row of the table. */
async function measure(page: Page, name: string, act: () => Promise<void>): Promise<string[]> {
  console.error(`Measuring: ${name}`);
  await page.evaluate("for (const list of Object.values(readings)) list.length = 0");
  await act();
  const { frames, tasks, keys } = await page.evaluate<Readings>("readings");
  const rates = framesPerSecond(frames);
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

/** The number of frames in each full second. */
function framesPerSecond(frames: readonly number[]): number[] {
  const [first = 0] = frames;
  const seconds = Math.floor(((frames.at(-1) ?? 0) - first) / 1000);
  const counts = new Array<number>(seconds).fill(0);
  for (const time of frames) {
    const second = Math.floor((time - first) / 1000);
    if (second < seconds) counts[second]!++;
  }
  return counts;
}

/** Size of the JavaScript heap in bytes, including memory outside of V8's own heap. */
async function heapBytes(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const heap = await devtools.send("Runtime.getHeapUsage");
  return heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize;
}

function table(rows: readonly string[][]): string {
  const columns = [
    "min. frames/s",
    "median frames/s",
    "tasks > 50 ms",
    "longest task",
    "median key",
    "slowest key",
  ];
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

function delay(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

if (import.meta.main) await main();
