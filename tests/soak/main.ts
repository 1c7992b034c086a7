/** `deno task soak`: load, faults and hostile clients for a given time. */
import { parseArgs } from "node:util";
import { reportText } from "./report.ts";
import { soak } from "./soak.ts";

const [seconds, seed] = readFlags();
const start = performance.now();
const onStep = (what: string) =>
  console.error(`${((performance.now() - start) / 1_000).toFixed(1).padStart(6)} s  ${what}`);
onStep(`seed ${seed}, ${seconds} s`);
const report = await soak({ seconds, seed, onStep });
console.log(reportText(report));
Deno.exit(report.found.violations.length === 0 ? 0 : 1);

function readFlags(): [seconds: number, seed: number] {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        seconds: { type: "string", default: "120" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
      },
    });
    const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
    if (seconds >= 5 && Number.isSafeInteger(seed)) return [seconds, seed];
  } catch {
    // An unknown flag.
  }
  console.error("Usage: deno task soak [--seconds N, at least 5] [--seed N, an integer]");
  Deno.exit(2);
}
