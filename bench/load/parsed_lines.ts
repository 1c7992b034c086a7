/**
 * Measures what it costs to parse Fly's log lines, which is what `text` and the viewer do.
 *
 * @module
 */
import { parseLogLine } from "../../lib/log_line/log_line.ts";
import { cpuMicros } from "../processes/cpu_time.ts";
import { executeCommands } from "../processes/commands.ts";

/** What an app prints: plain text, or JSON as pino does. */
export type Printed = "text" | "json";

/** What to measure. */
export interface Measurement {
  printed: Printed;
  /** Number of lines to parse. */
  lines: number;
}

/** Number of different lines, since engines cache what they find in the same string. */
const DIFFERENT_LINES = 2_000;

const PRINT: Record<Printed, (index: number) => string> = {
  text: (index) => `GET /orders/${index} 200 ${index % 900}ms`,
  json: (index) =>
    JSON.stringify({
      level: 30,
      time: 1_795_207_331_123 + index,
      pid: 1,
      hostname: "web",
      order: index,
      ms: index % 900,
      msg: "order placed",
    }),
};

/** The commands of this process. */
export const commands = { measure };

await executeCommands(commands);

/** The CPU time per line of natstap's parser, and of `JSON.parse` alone, in µs. */
function measure({ printed, lines }: Measurement): { parser: number; json: number } {
  const payloads = Array.from(
    { length: DIFFERENT_LINES },
    (_, index) =>
      JSON.stringify({
        event: { provider: "app" },
        fly: { app: { instance: "d896d7c609dd68", name: "panini-786" }, region: "dfw" },
        host: "9c2f",
        log: { level: "info" },
        message: PRINT[printed](index),
        timestamp: `2026-11-20T20:42:11.${String(index).padStart(9, "0")}Z`,
      }),
  );
  const microsPerLine = (parse: (payload: string) => unknown) => {
    const pass = (count: number) => {
      for (let i = 0; i < count; i++) parse(payloads[i % DIFFERENT_LINES]!);
    };
    pass(lines / 4);
    const before = cpuMicros(Deno.pid);
    pass(lines);
    return (cpuMicros(Deno.pid) - before) / lines;
  };
  return {
    parser: microsPerLine(parseLogLine),
    json: microsPerLine((payload) => JSON.parse(payload)),
  };
}
