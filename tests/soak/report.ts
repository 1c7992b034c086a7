/**
 * A run's report, for people.
 *
 * @module
 */
import type { Report } from "./soak.ts";
import type { Vitals } from "./vitals.ts";

/** How many broken promises are told in full. */
const BREACHES_TOLD = 20;

/** One table of what was done and found; broken promises and the verdict below it. */
export function reportText(report: Report): string {
  const { options, lines, faults, found, before, after, stop } = report;
  const { tally, breaches } = found;
  const rows: [string, string][] = [
    ["seed, seconds", `${options.seed}, ${options.seconds}`],
    ["lines published", count(lines)],
    ["streams opened, and how they ended", `${count(found.streams)}: ${counts(found.ends)}`],
    ["lines delivered, all streams together", count(tally.lines)],
    ["lines told as dropped", `${count(tally.dropped)}, in ${count(tally.drops)} events`],
    [
      "lines missing between two status events",
      `${count(tally.absent)}, in ${count(tally.absences)} pairs`,
    ],
    ["publish to steady reader, p50, p99, faults included", quantiles(found.latencies)],
    ["good tokens refused, during faults", counts(found.refusals)],
    ["forged tokens refused", counts(found.forgeries)],
    ["the slowest of these, faults included", `${Math.round(found.slowestRefusal)} ms`],
    ["clients that vanished without a word, and were found out", count(found.vanished)],
    ...tallyNames(faults).map(([name, times]): [string, string] => [`fault: ${name}`, `${times}`]),
    ["held at rest, before the load", vitals(before)],
    ["held at rest, after it", vitals(after)],
    [
      "stop with streams open, some of them stalled",
      `${(stop / 1_000).toFixed(1)} s of 5 permitted`,
    ],
  ];
  const verdict = breaches.length === 0
    ? "OK: no promise was broken"
    : `FAILED: ${count(breaches.length)} promises were broken`;
  const told = breaches.slice(0, BREACHES_TOLD).map((breach) => `- ${breach}`);
  return [table(rows), ...told, verdict].join("\n");
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
