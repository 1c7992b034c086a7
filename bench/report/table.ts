/**
 * The figures as a Markdown table.
 *
 * @module
 */
import type { Figures } from "../figures.ts";
import type { ServerName } from "../processes/run_processes.ts";

/** The figures of one server in one scenario. */
export interface Row {
  scenario: string;
  server: ServerName;
  figures: Figures;
}

/** Formats the table. */
export function table(rows: Row[]): string {
  const measured = ["events", "lost", "CPU µs", "p50 ms", "p99 ms", "RSS MiB", "peak MiB"];
  const lines = [
    ["scenario", "server", ...measured, "other"],
    ["---", "---", ...measured.map(() => "--:"), "---"],
    ...rows.map(cells),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cells({ scenario, server, figures }: Row): string[] {
  const { events, lost, cpu, p50, p99, rss, peak, other } = figures;
  return [
    scenario,
    server,
    number(events),
    number(lost),
    number(cpu),
    number(p50),
    number(p99),
    number(rss / 2 ** 20),
    number(peak / 2 ** 20),
    Object.entries(other).map(([name, value]) => `${name} ${number(value)}`).join(", "),
  ];
}

/** Three significant digits, but all digits of integers; a dash for NaN. */
function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString("en", {
    maximumFractionDigits: Number.isInteger(value) ? 0 : digits,
  });
}
