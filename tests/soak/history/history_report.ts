/** The human-readable report of a run. */
import type { HistoryReport } from "./history_soak.ts";

/** Maximum number of violations that are listed. */
const MAX_LISTED = 20;

/** What a run violated, one line per violation. */
export function violationsOf({ clients, violations }: HistoryReport): string[] {
  return [
    ...violations,
    ...clients.flatMap(({ client: { kind, scope, tail }, details }) =>
      details.map((detail) => `${kind} ${JSON.stringify({ ...scope, tail })}: ${detail}`)
    ),
  ];
}

/** A table of what was done and found, followed by violations and the result. */
export function historyReportText(report: HistoryReport): string {
  const { options, lines, repeated, faults, clients, natsViolations, settled } = report;
  const sum = (of: (client: HistoryReport["clients"][number]) => number) =>
    clients.reduce((total, client) => total + of(client), 0).toLocaleString("en");
  const kinds = countsOf(clients.map(({ client }) => client.kind));
  const rows: [string, string][] = [
    ["seed, seconds", `${options.seed}, ${options.seconds}`],
    ["lines stored", lines.toLocaleString("en")],
    ["lines that the publisher had to send again", repeated.toLocaleString("en")],
    ["clients", kinds.map(([kind, count]) => `${count} ${kind}`).join(", ")],
    ["streams opened", sum(({ client }) => client.receipts.streams)],
    ["lines received, all clients together", sum(({ received }) => received)],
    [
      "NATS away; recovered; not recovered",
      [
        sum(({ client }) => client.receipts.statuses.disconnected),
        sum(({ client }) => client.receipts.statuses.recovered),
        sum(({ client }) => client.receipts.statuses.unrecovered),
      ].join("; "),
    ],
    ["lines reported as dropped", sum(({ dropped }) => dropped)],
    ...countsOf(faults).map(([name, count]): [string, string] => [`fault: ${name}`, `${count}`]),
    ...countsOf(report.reasons).map(([reason, count]): [string, string] => [
      `no history: ${reason}`,
      `${count}`,
    ]),
    ["time until all clients had everything", `${settled.toFixed(1)} s`],
    ["lost", sum(({ lost }) => lost)],
    ["duplicated", sum(({ duplicated }) => duplicated)],
    ["out of order", sum(({ misordered }) => misordered)],
    ["of another scope, or never stored", sum(({ foreign }) => foreign)],
    ["received before NATS gave their IDs to others", sum(({ revoked }) => revoked)],
    ["violations by NATS itself", `${natsViolations.length}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const violations = violationsOf(report);
  return [
    ...rows.map(([name, value]) => `| ${name.padEnd(width)} | ${value}`),
    ...natsViolations.slice(0, MAX_LISTED).map((violation) => `- NATS: ${violation}`),
    ...violations.slice(0, MAX_LISTED).map((violation) => `- ${violation}`),
    violations.length === 0
      ? "OK: every client received every line once, in order"
      : `FAILED: ${violations.length} violations`,
  ].join("\n");
}

function countsOf(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts];
}
