/**
 * What a run measures.
 *
 * @module
 */
import { memory } from "../tools/memory.ts";
import { cpuMicros } from "./cost.ts";
import type { Publication } from "./due_lines.ts";
import type { Expectation, Reading } from "./load.ts";
import type { Stage } from "./processes.ts";

/** One server's figures in one scenario; NaN where there is none. */
export interface Figures {
  /** Events that the load read. */
  events: number;
  /** Lines that should have been among them and were not. */
  lost: number;
  /** CPU time of the server an event, in µs. */
  cpu: number;
  /** Latency, in ms. */
  p50: number;
  p99: number;
  /** Memory of the server behind the run and at its most, in bytes. */
  rss: number;
  peak: number;
  /** What else the scenario is about, by name. */
  also: Record<string, number>;
}

/** Publishes, waits until all of it is read, and tells what that has cost the server. */
export async function measure(
  { pid, reader, publish }: Stage,
  publication: Publication,
  expectation: Expectation,
): Promise<Reading & Figures> {
  const before = cpuMicros(pid);
  const [reading] = await Promise.all([reader.ask("take", expectation), publish(publication)]);
  const cpu = (cpuMicros(pid) - before) / reading.lines;
  return { ...reading, ...memory(pid), events: reading.lines, cpu, also: {} };
}

/** The median of each figure over several runs; of what is lost, the most. */
export function median(runs: Figures[]): Figures {
  const names = Object.keys(runs[0]!.also);
  const middle = (of: (figures: Figures) => number) =>
    runs.map(of).sort((a, b) => a - b)[Math.floor((runs.length - 1) / 2)]!;
  return {
    events: middle(({ events }) => events),
    lost: Math.max(...runs.map(({ lost }) => lost)),
    cpu: middle(({ cpu }) => cpu),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    rss: middle(({ rss }) => rss),
    peak: middle(({ peak }) => peak),
    also: Object.fromEntries(names.map((name) => [name, middle(({ also }) => also[name]!)])),
  };
}
