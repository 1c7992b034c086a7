/**
 * The service's own log: one JSON object per line, or human-readable lines on a terminal.
 *
 * @module
 */
import {
  configureSync,
  getAnsiColorFormatter,
  getLogger,
  getTextFormatter,
  type LogRecord,
  type TextFormatter,
  type TextFormatterOptions,
} from "@logtape/logtape";

/** The levels, in order of increasing severity. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** How lines are written: for programs, or for people, with or without colors. */
export type LogStyle = "json" | "plain" | "colored";

/** Writes a line: what happened, and details. Neither may contain a token or a secret. */
type Write = (message: string, fields?: Record<string, unknown>) => void;

/** A log, with one function per level. */
export type Log = Readonly<Record<LogLevel, Write>>;

/**
 * Creates the log of the process and replaces any earlier one. `write` is called with each line of at least
 * `level`, including its line break.
 *
 * @example
 * ```ts
 * const log = createLog("info", (line) => queue.write(line));
 * log.info("listening", { port: 8080 });
 * ```
 */
export function createLog(
  level: LogLevel,
  write: (line: string) => void,
  style: LogStyle = "json",
): Log {
  const format = FORMATTERS[style];
  configureSync({
    reset: true,
    sinks: { out: (record) => write(format(record)) },
    loggers: [
      { category: "natstap", lowestLevel: level === "warn" ? "warning" : level, sinks: ["out"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["out"] },
    ],
  });
  return getLogger("natstap");
}

/** Formats a line of level `warn`, for a caller that writes it regardless of the minimum level. */
export function formatWarning(
  style: LogStyle,
  message: string,
  properties: Record<string, unknown>,
): string {
  return FORMATTERS[style]({
    category: ["natstap"],
    level: "warning",
    message: [message],
    rawMessage: message,
    timestamp: Date.now(),
    properties,
  });
}

const READABLE: TextFormatterOptions = {
  timestamp: "time",
  timeZone: null,
  level: (level) => nameOf(level).padEnd(5),
  format: ({ timestamp, level, record }) =>
    [timestamp, level, escape(record.message.join("")), ...toPairs(record.properties)].join(" "),
};

const FORMATTERS: Readonly<Record<LogStyle, TextFormatter>> = {
  json: ({ timestamp, level, message, properties }) =>
    toJson({
      time: new Date(timestamp).toISOString(),
      level: nameOf(level),
      msg: message.join(""),
      ...properties,
    }) + "\n",
  plain: getTextFormatter(READABLE),
  colored: getAnsiColorFormatter(READABLE),
};

function nameOf(level: LogRecord["level"]): string {
  return level === "warning" ? "warn" : level;
}

/** Formats each field as `key=value`; a value other than a plain word is written as JSON. */
function toPairs(fields: Record<string, unknown>): string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const plain = typeof value === "string" && /^[\w.:/>*@-]+$/.test(value);
      return `${key}=${plain ? value : toJson(value)}`;
    });
}

function toJson(value: unknown): string {
  return escape(JSON.stringify(value));
}

/**
 * Escapes every character that ends a line, that a terminal interprets, or that hides or reorders the
 * text around it. JSON by itself escapes neither C1 nor bidirectional control characters.
 */
function escape(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      character.split("").map((unit) => {
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
      }).join(""),
  );
}
