/**
 * The service's own log, on standard output: one JSON object a line, or lines for eyes on a terminal.
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

/** From the most lines to the fewest. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** How a line is written: for programs, or for eyes, with colours or without. */
export type LogStyle = "json" | "plain" | "coloured";

/** Writes one line: what happened, and the facts of it. Never a token or a secret. */
type Write = (message: string, fields?: Record<string, unknown>) => void;

/** The log that is passed to whoever has something to say. */
export type Log = Readonly<Record<LogLevel, Write>>;

/** Makes the log; what is below `level` is left out. */
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

/** Formats a line of level `warn` that is written whatever the log's minimum level. */
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
  coloured: getAnsiColorFormatter(READABLE),
};

function nameOf(level: LogRecord["level"]): string {
  return level === "warning" ? "warn" : level;
}

/** `key=value` for each field; a value that is not one plain word is JSON. */
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
 * Leaves no character that ends a line, that a terminal obeys, or that hides or turns round what
 * stands beside it. JSON alone escapes some of them: not the C1 controls, nor the bidirectional ones.
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
