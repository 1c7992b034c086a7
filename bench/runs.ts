/**
 * One run of each scenario.
 *
 * @module
 */
import { memory } from "../tools/memory.ts";
import type { commands as forgedTokensCommands } from "./load/forged_tokens.ts";
import { appName, appNames } from "./load/sample_line.ts";
import type { commands as noisyAppCommands } from "./load/noisy_app.ts";
import type { commands as parsedLinesCommands, Printed } from "./load/parsed_lines.ts";
import { cpuMicros } from "./processes/cpu_time.ts";
import { compare, type Figures, measure } from "./figures.ts";
import type { Processes } from "./processes/run_processes.ts";

/** Number of streams of {@linkcode idle}. */
export const IDLE_STREAMS = 5000;
/** Long enough for two keepalives, which are 15 s apart. */
const IDLE_SECONDS = 31;
const FULL_SPEED = 0;
const FLOOD_LINES = 200_000;
const CONNECTS = 2000;
const PARSED_LINES = 400_000;
/** Number of readers of {@linkcode neighbors} that stop reading. */
const STOPPED_READERS = 10;

/** 100 readers that keep up: two seconds of warm-up, then four that count. */
export async function steady(
  processes: Processes,
  { apps, rate }: { apps: number; rate: number },
): Promise<Figures> {
  const { readers, port } = processes;
  await readers.call("open", { port, apps: appNames(100, apps) });
  const pass = (seconds: number) => {
    const lines = rate * seconds;
    return measure(processes, { apps, rate, lines }, { lines: lines / apps });
  };
  await pass(2);
  const figures = await pass(4);
  return { ...figures, other: { "lines per chunk": figures.events / figures.chunks } };
}

/** One reader, with lines published as fast as NATS accepts them. */
export async function flood(processes: Processes): Promise<Figures> {
  const { readers, port } = processes;
  await readers.call("open", { port, apps: appNames(1, 1) });
  const pass = (lines: number) =>
    measure(processes, { apps: 1, rate: FULL_SPEED, lines }, { lines });
  await pass(FLOOD_LINES / 4);
  const figures = await pass(FLOOD_LINES);
  return { ...figures, other: { "lines per chunk": figures.events / figures.chunks } };
}

/**
 * Three readers during a flood: one that stops reading, another of the same app, and one of another
 * app. Afterwards the first one resumes.
 */
export async function stopped(processes: Processes): Promise<Figures> {
  const { pid, port, readers } = processes;
  await readers.call("open", { port, apps: [appName(0), appName(0), appName(1)] });
  const warmUp = { apps: 2, rate: 20_000, lines: 40_000 };
  await measure(processes, warmUp, { lines: warmUp.lines / 2 });

  const { rss } = memory(pid);
  await readers.call("pause", 0);
  const published = { apps: 2, rate: FULL_SPEED, lines: 2 * FLOOD_LINES };
  const others = await measure(processes, published, { lines: FLOOD_LINES, from: 1 });
  await readers.call("resume", 0);
  const first = await readers.call("read", { lines: FLOOD_LINES, to: 1 });

  const other = {
    "delivered to stopped reader": first.lines,
    "dropped": first.dropped,
    "unaccounted": first.lost - first.dropped,
    "RSS growth MiB": (others.rss - rss) / 2 ** 20,
  };
  return { ...others, other };
}

/** 100 readers that keep up, before and after 10 others stop reading. */
export async function neighbors(processes: Processes): Promise<Figures> {
  const { readers, port } = processes;
  await readers.call("open", {
    port,
    apps: [...appNames(100, 100), ...appNames(STOPPED_READERS, 100)],
  });
  const pass = (seconds: number) => {
    const lines = 10_000 * seconds;
    return measure(processes, { apps: 100, rate: 10_000, lines }, { lines: lines / 100, to: 100 });
  };
  await pass(2);
  const before = await pass(4);
  for (let i = 100; i < 100 + STOPPED_READERS; i++) await readers.call("pause", i);
  // Fills every buffer between the publisher and the stopped readers.
  const lines = FLOOD_LINES / 8;
  await measure(
    processes,
    { apps: STOPPED_READERS, rate: FULL_SPEED, lines: STOPPED_READERS * lines },
    { lines, to: STOPPED_READERS },
  );
  await pass(1);
  return compare(before, await pass(4));
}

/** 100 readers that keep up, before and during 1,000 connects per second with a forged token. */
export async function forged(processes: Processes): Promise<Figures> {
  const { readers, port } = processes;
  await readers.call("open", { port, apps: appNames(100, 100) });
  const attacker = processes.start<typeof forgedTokensCommands>(
    "--allow-all",
    "bench/load/forged_tokens.ts",
  );
  const pass = (seconds: number) => {
    const lines = 5_000 * seconds;
    return measure(processes, { apps: 100, rate: 5_000, lines }, { lines: lines / 100 });
  };
  const attack = (seconds: number) => attacker.call("attack", { port, rate: 1_000, seconds });
  await Promise.all([pass(2), attack(2)]);
  const before = await pass(10);
  const [during, { refused }] = await Promise.all([pass(10), attack(10)]);
  const figures = compare(before, during);
  return { ...figures, other: { ...figures.other, "refused/s": refused / 10 } };
}

/** 10 readers that keep up, before and while another app logs 1 MB lines to 100 readers. */
export async function noisy(processes: Processes, format: string): Promise<Figures> {
  const { readers, port } = processes;
  await readers.call("open", { port, apps: appNames(10, 10) });
  const noise = processes.start<typeof noisyAppCommands>("--allow-all", "bench/load/noisy_app.ts");
  await noise.call("open", { port, readers: 100, format });
  const pass = (seconds: number) => {
    const lines = 1_000 * seconds;
    return measure(processes, { apps: 10, rate: 1_000, lines }, { lines: lines / 10 });
  };
  await Promise.all([pass(3), noise.call("log", 3)]);
  const before = await pass(10);
  const [during, { bytes }] = await Promise.all([pass(10), noise.call("log", 10)]);
  const figures = compare(before, during);
  return { ...figures, other: { ...figures.other, "noise MB/s": bytes / 1e7 } };
}

/** Streams that receive nothing but keepalives: an event is a keepalive. */
export async function idle({ pid, port, readers }: Processes): Promise<Figures> {
  await readers.call("connect", { port, apps: appNames(500, 100) });
  await delay(1);
  const { rss } = memory(pid);
  await readers.call("open", { port, apps: appNames(IDLE_STREAMS, 100) });
  await delay(2);
  const before = cpuMicros(pid);
  await delay(IDLE_SECONDS);
  const spent = cpuMicros(pid) - before;
  const { keepalives } = await readers.call("read", { lines: 0 });
  const after = memory(pid);
  const other = {
    "KiB per stream": (after.rss - rss) / 1024 / IDLE_STREAMS,
    "% of a core": spent / (IDLE_SECONDS * 1e6) * 100,
  };
  const missing = { lost: NaN, p50: NaN, p99: NaN };
  return { ...missing, events: keepalives, cpu: spent / keepalives, ...after, other };
}

/** Streams that are closed as soon as they are ready: an event is a connect. */
export async function connects({ pid, port, readers }: Processes): Promise<Figures> {
  await readers.call("connect", { port, apps: appNames(CONNECTS / 2, 100) });
  await delay(0.5);
  const before = cpuMicros(pid);
  const result = await readers.call("connect", { port, apps: appNames(CONNECTS, 100) });
  await delay(0.5);
  const cpu = (cpuMicros(pid) - before) / CONNECTS;
  const other = { "connects/s": CONNECTS / result.seconds, "CPU ms per connect": cpu / 1000 };
  return { ...result, ...memory(pid), events: CONNECTS, lost: NaN, cpu, other };
}

/** Fly's log lines, parsed in a process of its own, without a stream. */
export async function parser({ start }: Processes, printed: Printed): Promise<Figures> {
  const child = start<typeof parsedLinesCommands>("--allow-all", "bench/load/parsed_lines.ts");
  const { parser, json } = await child.call("measure", { printed, lines: PARSED_LINES });
  const missing = { lost: NaN, p50: NaN, p99: NaN };
  const other = { "CPU µs of JSON.parse": json };
  return { ...missing, events: PARSED_LINES, cpu: parser, ...memory(child.pid), other };
}

function delay(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
