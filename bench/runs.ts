/**
 * How each scenario goes.
 *
 * @module
 */
import { cpuMicros, memory } from "./cost.ts";
import { type Figures, measure } from "./figures.ts";
import { appName } from "./line.ts";
import type { Stage } from "./stage.ts";

/** Streams of {@linkcode idle}. */
export const IDLE_STREAMS = 5000;
/** Two rounds of keepalives, at one every 15 s. */
const IDLE_SECONDS = 31;
const FULL_SPEED = 0;
const FLOOD_LINES = 200_000;
const CONNECTS = 2000;

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
