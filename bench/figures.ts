/**
 * The figures that a run measures.
 *
 * @module
 */
import { memory } from "../tools/memory.ts";
import type { Publication } from "./load/due_lines.ts";
import type { Expectation, Reading } from "./load/readers.ts";
import { cpuMicros } from "./processes/cpu_time.ts";
import type { Processes } from "./processes/run_processes.ts";

/** One server's figures in one scenario; NaN if a figure does not apply. */
export interface Figures {
  /** Number of events that the readers received. */
  events: number;
  /** Number of expected lines that did not arrive. */
  lost: number;
  /** CPU time of the server per event, in µs. */
  cpu: number;
  /** Median latency, in ms. */
  p50: number;
  /** 99th percentile of the latency, in ms. */
  p99: number;
  /** Resident memory of the server after the run, in bytes. */
  rss: number;
  /** Peak resident memory of the server, in bytes. */
  peak: number;
  /** Figures specific to the scenario, by name. */
  other: Record<string, number>;
}

/** Publishes lines, waits until all of them have been read, and measures what that cost the server. */
export async function measure(
  { pid, readers, publish }: Processes,
  publication: Publication,
  expectation: Expectation,
): Promise<Reading & Figures> {
  const before = cpuMicros(pid);
  const [reading] = await Promise.all([readers.call("read", expectation), publish(publication)]);
  const cpu = (cpuMicros(pid) - before) / reading.lines;
  return { ...reading, ...memory(pid), events: reading.lines, cpu, other: {} };
}

/** The figures of the second pass, with its p99 relative to the first. */
export function compare(first: Figures, second: Figures): Figures {
  return { ...second, other: { "p99 before": first.p99, "p99 ratio": second.p99 / first.p99 } };
}

/** The median of each figure over several runs, but the maximum of lost lines. */
export function median(runs: Figures[]): Figures {
  const names = Object.keys(runs[0]!.other);
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
    other: Object.fromEntries(names.map((name) => [name, middle(({ other }) => other[name]!)])),
  };
}
