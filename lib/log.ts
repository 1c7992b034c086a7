/**
 * The service's own log: one JSON object a line, on standard output.
 *
 * @module
 */
import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";

/** From the most lines to the fewest. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes one line: what happened, and the facts of it. Never a token or a secret. */
type Write = (message: string, fields?: Record<string, unknown>) => void;

/** The log that is passed to whoever has something to say. */
export type Log = Readonly<Record<LogLevel, Write>>;

/** Makes the log; what is below `level` is left out. */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  configureSync({
    reset: true,
    sinks: { out: (record) => write(toLine(record)) },
    loggers: [
      { category: "natstap", lowestLevel: level === "warn" ? "warning" : level, sinks: ["out"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["out"] },
    ],
  });
  return getLogger("natstap");
}

function toLine({ timestamp, level, message, properties }: LogRecord): string {
  return JSON.stringify({
    time: new Date(timestamp).toISOString(),
    level: level === "warning" ? "warn" : level,
    msg: message.join(""),
    ...properties,
  }) + "\n";
}
