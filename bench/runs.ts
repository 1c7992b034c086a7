/**
 * How each scenario goes.
 *
 * @module
 */
import { memory } from "../tools/memory.ts";
import { cpuMicros } from "./cost.ts";
import { type Figures, measure } from "./figures.ts";
import type { orders as forgerOrders } from "./forger.ts";
import type { orders as noiseOrders } from "./noise.ts";
import { appName } from "./log_line.ts";
import type { Stage } from "./processes.ts";

/** Streams of {@linkcode idle}. */
export const IDLE_STREAMS = 5000;
/** Two rounds of keepalives, at one every 15 s. */
const IDLE_SECONDS = 31;
const FULL_SPEED = 0;
const FLOOD_LINES = 200_000;
const CONNECTS = 2000;
/** Readers of {@linkcode neighbours} that stop. */
const STOPPING = 10;

/** 100 readers that keep up: two seconds to warm up, four that count. */
export async function steady(
  stage: Stage,
  { apps, rate }: { apps: number; rate: number },
): Promise<Figures> {
  await stage.reader.ask("open", { port: stage.port, apps: streams(100, apps) });
  const pass = (seconds: number) => {
    const lines = rate * seconds;
    return measure(stage, { apps, rate, lines }, { lines: lines / apps });
  };
  await pass(2);
  const figures = await pass(4);
  return { ...figures, also: { "lines a chunk": figures.events / figures.chunks } };
}

/** One reader, all that the wire takes. */
export async function flood(stage: Stage): Promise<Figures> {
  await stage.reader.ask("open", { port: stage.port, apps: streams(1, 1) });
  const pass = (lines: number) => measure(stage, { apps: 1, rate: FULL_SPEED, lines }, { lines });
  await pass(FLOOD_LINES / 4);
  const figures = await pass(FLOOD_LINES);
  return { ...figures, also: { "lines a chunk": figures.events / figures.chunks } };
}

/** The first reader stops; the second is of its app, the third of another. Then the first reads on. */
export async function stopped(stage: Stage): Promise<Figures> {
  const { pid, reader } = stage;
  await reader.ask("open", { port: stage.port, apps: [appName(0), appName(0), appName(1)] });
  const warmUp = { apps: 2, rate: 20_000, lines: 40_000 };
  await measure(stage, warmUp, { lines: warmUp.lines / 2 });

  const { rss } = memory(pid);
  await reader.ask("pause", 0);
  const published = { apps: 2, rate: FULL_SPEED, lines: 2 * FLOOD_LINES };
  const others = await measure(stage, published, { lines: FLOOD_LINES, from: 1 });
  await reader.ask("resume", 0);
  const first = await reader.ask("take", { lines: FLOOD_LINES, to: 1 });

  const also = {
    "delivered to the stopped": first.lines,
    "dropped": first.dropped,
    "unaccounted": first.lost - first.dropped,
    "MiB grown": (others.rss - rss) / 2 ** 20,
  };
  return { ...others, also };
}

/** 100 readers that keep up, with 10 more beside them that read, and then do not. */
export async function neighbours(stage: Stage): Promise<Figures> {
  const { reader } = stage;
  await reader.ask("open", {
    port: stage.port,
    apps: [...streams(100, 100), ...streams(STOPPING, 100)],
  });
  const pass = (seconds: number) => {
    const lines = 10_000 * seconds;
    return measure(stage, { apps: 100, rate: 10_000, lines }, { lines: lines / 100, to: 100 });
  };
  await pass(2);
  const before = await pass(4);
  for (let index = 100; index < 100 + STOPPING; index++) await reader.ask("pause", index);
  // Until they feel it: every buffer on their way is full.
  const flood = { apps: STOPPING, rate: FULL_SPEED, lines: STOPPING * FLOOD_LINES / 8 };
  await measure(stage, flood, { lines: FLOOD_LINES / 8, to: STOPPING });
  await pass(1);
  return withMove(before, await pass(4));
}

/** 100 readers that keep up, and then 1,000 connects a second beside them with a forged token. */
export async function forged(stage: Stage): Promise<Figures> {
  await stage.reader.ask("open", { port: stage.port, apps: streams(100, 100) });
  const forger = stage.start<typeof forgerOrders>("--allow-all", "bench/forger.ts");
  const pass = (seconds: number) => {
    const lines = 5_000 * seconds;
    return measure(stage, { apps: 100, rate: 5_000, lines }, { lines: lines / 100 });
  };
  const attack = (seconds: number) =>
    forger.ask("attack", { port: stage.port, rate: 1_000, seconds });
  await Promise.all([pass(2), attack(2)]);
  const before = await pass(10);
  const [after, { refused }] = await Promise.all([pass(10), attack(10)]);
  const figures = withMove(before, after);
  return { ...figures, also: { ...figures.also, "refused/s": refused / 10 } };
}

/** 10 readers that keep up, an app each, and then an app beside them that logs 1 MB lines to 100 readers. */
export async function noisy(stage: Stage, format: string): Promise<Figures> {
  await stage.reader.ask("open", { port: stage.port, apps: streams(10, 10) });
  const noise = stage.start<typeof noiseOrders>("--allow-all", "bench/noise.ts");
  await noise.ask("open", { port: stage.port, readers: 100, format });
  const pass = (seconds: number) => {
    const lines = 1_000 * seconds;
    return measure(stage, { apps: 10, rate: 1_000, lines }, { lines: lines / 10 });
  };
  await Promise.all([pass(3), noise.ask("log", 3)]);
  const before = await pass(10);
  const [after, { bytes }] = await Promise.all([pass(10), noise.ask("log", 10)]);
  const figures = withMove(before, after);
  return { ...figures, also: { ...figures.also, "MB of noise/s": bytes / 1e7 } };
}

/** The figures of `after`, and how far they have moved from `before`. */
function withMove(before: Figures, after: Figures): Figures {
  return { ...after, also: { "p99 before": before.p99, "p99 moves": after.p99 / before.p99 } };
}

/** Streams that nothing is published to. */
export async function idle({ pid, port, reader }: Stage): Promise<Figures> {
  await reader.ask("connect", { port, apps: streams(500, 100) });
  await seconds(1);
  const { rss } = memory(pid);
  await reader.ask("open", { port, apps: streams(IDLE_STREAMS, 100) });
  await seconds(2);
  const before = cpuMicros(pid);
  await seconds(IDLE_SECONDS);
  const spent = cpuMicros(pid) - before;
  const { keepalives } = await reader.ask("take", { lines: 0 });
  const after = memory(pid);
  const also = {
    "KiB a stream": (after.rss - rss) / 1024 / IDLE_STREAMS,
    "% of a core": spent / (IDLE_SECONDS * 1e6) * 100,
  };
  return {
    events: keepalives,
    lost: NaN,
    cpu: spent / keepalives,
    p50: NaN,
    p99: NaN,
    ...after,
    also,
  };
}

/** Streams that are left as soon as they are ready: an event is a connect. */
export async function connects({ pid, port, reader }: Stage): Promise<Figures> {
  await reader.ask("connect", { port, apps: streams(CONNECTS / 2, 100) });
  await seconds(0.5);
  const before = cpuMicros(pid);
  const passed = await reader.ask("connect", { port, apps: streams(CONNECTS, 100) });
  await seconds(0.5);
  const cpu = (cpuMicros(pid) - before) / CONNECTS;
  const also = { "connects/s": CONNECTS / passed.seconds, "CPU ms a connect": cpu / 1000 };
  return { ...passed, ...memory(pid), events: CONNECTS, lost: NaN, cpu, also };
}

/** The app of each of so many streams, in turn. */
function streams(count: number, apps: number): string[] {
  return Array.from({ length: count }, (_, index) => appName(index % apps));
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}
