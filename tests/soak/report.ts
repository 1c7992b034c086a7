/**
 * A run's report, for people.
 *
 * @module
 */
import type { Report } from "./soak.ts";
import type { Vitals } from "./vitals.ts";

/** How many broken promises are told in full. */
const BREACHES_TOLD = 20;

/** One table of what was done and found; broken promises below it. */
export function reportText(report: Report): string {
  const { options, lines, faults, found, before, after, stop } = report;
  const { tally, breaches } = found;
  const rows: [string, string][] = [
    ["seed, seconds", `${options.seed}, ${options.seconds}`],
    ["lines published", count(lines)],
    ["streams opened", `${count(found.streams)} (${counts(found.ends)})`],
    ["lines delivered", count(tally.lines)],
    [
      "lines dropped, and counted just so",
      `${count(tally.dropped)}, in ${count(tally.drops)} events`,
    ],
    [
      "lines missing while NATS was away, as told",
      `${count(tally.absent)}, in ${count(tally.absences)} absences of a stream`,
    ],
    ["latency of steady readers, p50, p99", quantiles(found.latencies)],
    ["requests refused", counts(found.refusals)],
    ["slowest refusal of a forged token", `${Math.round(found.slowestRefusal)} ms`],
    [
      "clients that vanished, and the latest found out, from full buffers on",
      `${found.vanished.length}, ${Math.max(0, ...found.vanished).toFixed(1)} s`,
    ],
    ...tallyNames(faults).map(([name, times]): [string, string] => [`fault: ${name}`, `${times}`]),
    ["held before", vitals(before)],
    ["held after", vitals(after)],
    ["stop, with streams open", `${(stop / 1_000).toFixed(1)} s`],
    ["promises broken", count(breaches.length)],
  ];
  const told = breaches.slice(0, BREACHES_TOLD).map((breach) => `- ${breach}`);
  return [table(rows), ...told].join("\n");
}

function table(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `| ${name.padEnd(width)} | ${value}`).join("\n");
}

function tallyNames(names: readonly string[]): [string, number][] {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times];
}

function counts(map: ReadonlyMap<string, number>): string {
  return [...map].map(([name, times]) => `${count(times)} ${name}`).join(", ") || "none";
}

function quantiles(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return `${at(0.5)}, ${at(0.99)} ms`;
}

function vitals({ streams, subscriptions, files, rss }: Vitals): string {
  return `${streams} streams, ${subscriptions} subscriptions, ${files} files, ${
    Math.round(rss / 2 ** 20)
  } MiB`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}
