/** `deno task soak`: load, faults and hostile clients, or the proof of continuity, for a given time. */
import { parseArgs } from "node:util";
import { historyReportText, violationsOf } from "./history/history_report.ts";
import { historySoak } from "./history/history_soak.ts";
import { reportText } from "./report.ts";
import { soak } from "./soak.ts";

const { seconds, seed, history } = readFlags();
const start = performance.now();
const onStep = (what: string) =>
  console.error(`${((performance.now() - start) / 1_000).toFixed(1).padStart(6)} s  ${what}`);
onStep(`seed ${seed}, ${seconds} s`);
Deno.exit(await (history ? runHistory() : run()) ? 0 : 1);

async function run(): Promise<boolean> {
  const report = await soak({ seconds, seed, onStep });
  console.log(reportText(report));
  return report.found.violations.length === 0;
}

async function runHistory(): Promise<boolean> {
  const report = await historySoak({ seconds, seed, onStep });
  console.log(historyReportText(report));
  return violationsOf(report).length === 0;
}

function readFlags(): { seconds: number; seed: number; history: boolean } {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        history: { type: "boolean", default: false },
        seconds: { type: "string" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
      },
    });
    const { history } = values;
    const seconds = Number(values.seconds ?? (history ? 600 : 120));
    const seed = Number(values.seed);
    if (seconds >= 5 && Number.isSafeInteger(seed)) return { seconds, seed, history };
  } catch {
    // An unknown flag.
  }
  console.error(
    "Usage: deno task soak [--history] [--seconds N, at least 5] [--seed N, an integer]",
  );
  Deno.exit(2);
}
