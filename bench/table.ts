/**
 * The figures as one Markdown table.
 *
 * @module
 */
import type { Figures } from "./figures.ts";
import type { ServerName } from "./processes.ts";

/** One server in one scenario. */
export interface Row {
  scenario: string;
  server: ServerName;
  figures: Figures;
}

/** The table. */
export function table(rows: Row[]): string {
  const measured = ["events", "lost", "CPU µs", "p50 ms", "p99 ms", "RSS MiB", "peak MiB"];
  const lines = [
    ["scenario", "server", ...measured, "also"],
    ["---", "---", ...measured.map(() => "--:"), "---"],
    ...rows.map(cells),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cells({ scenario, server, figures }: Row): string[] {
  const { events, lost, cpu, p50, p99, rss, peak, also } = figures;
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
    Object.entries(also).map(([name, value]) => `${name} ${number(value)}`).join(", "),
  ];
}

/** Three digits, or all of a whole number; a dash where there is none. */
function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString("en", {
    maximumFractionDigits: Number.isInteger(value) ? 0 : digits,
  });
}
