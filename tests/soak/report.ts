/** The human-readable report of a run. */
import type { Report } from "./soak.ts";
import type { Resources } from "./resources.ts";

/** Maximum number of violations that are listed. */
const MAX_LISTED = 20;

/** A table of what was done and found, followed by violations and the result. */
export function reportText(report: Report): string {
  const { options, lines, faults, found, before, after, stop } = report;
  const { tally, violations } = found;
  const rows: [string, string][] = [
    ["seed, seconds", `${options.seed}, ${options.seconds}`],
    ["lines published", count(lines)],
    ["streams opened, and how they ended", `${count(found.streams)}: ${counts(found.ends)}`],
    ["lines delivered, all streams together", count(tally.lines)],
    ["lines reported as dropped", `${count(tally.dropped)}, in ${count(tally.drops)} events`],
    [
      "lines missing between two status events",
      `${count(tally.absent)}, in ${count(tally.absences)} pairs`,
    ],
    ["publish to steady reader, p50, p99, including faults", quantiles(found.latencies)],
    ["valid tokens refused during faults", counts(found.refusals)],
    ["invalid tokens refused", counts(found.forgeries)],
    ["slowest refusal, including faults", `${Math.round(found.slowestRefusal)} ms`],
    ["vanished clients that were noticed", count(found.vanished)],
    ...tallyNames(faults).map(([name, times]): [string, string] => [`fault: ${name}`, `${times}`]),
    ["resources at rest before the load", resources(before)],
    ["resources at rest after the load", resources(after)],
    [
      "shutdown with open streams, some of them stalled",
      `${(stop / 1_000).toFixed(1)} s of 5 permitted`,
    ],
  ];
  const result = violations.length === 0
    ? "OK: no guarantee was violated"
    : `FAILED: ${count(violations.length)} violations`;
  const listed = violations.slice(0, MAX_LISTED).map((violation) => `- ${violation}`);
  return [table(rows), ...listed, result].join("\n");
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

function resources({ streams, connections, subscriptions, files, rss }: Resources): string {
  const nats = `${connections} connections to NATS, ${subscriptions} subscriptions`;
  return `${streams} streams, ${nats}, ${files} files, ${Math.round(rss / 2 ** 20)} MiB`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}
