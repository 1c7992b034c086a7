/**
 * Where the loggers of apps keep time, level, message and machine in a line of JSON or logfmt. Supporting
 * another logger means adding its keys.
 *
 * @module
 */
import { at, type Json } from "./envelopes.ts";

/** The parts of a line for which loggers use different keys. */
export type Part = "time" | "level" | "message" | "machine";

/** The keys of each part, the most reliable ones first. A key that contains dots may also be a path. */
const KEYS: Readonly<Record<Part, readonly string[]>> = {
  level: [
    "level", // pino, bunyan, winston, zap, zerolog, slog, logrus, structlog, logback, log4j, tslog
    "severity", // GCP, structured logging
    "levelname", // Python's logging
    "log.level", // ECS
    "level_name", // Monolog, whose `level` is a number: the name says more
    "@l", // Serilog, compact and plain
    "Level",
    "severityText", // OpenTelemetry
    "SeverityText",
    ...["lvl", "loglevel", "logLevel", "LogLevel", "at"], // log15, log4js, Heroku's router
    "@level", // hclog
    ...["record.level.name", "context.logLevel", "@fields.level"], // loguru, roarr, winston's logstash format
  ],
  message: [
    "msg", // pino, bunyan, zap, slog, logrus
    "message", // winston, zerolog, python-json-logger, logback, log4j, ECS, GCP, Monolog
    "event", // structlog
    ...["@m", "RenderedMessage", "@mt", "MessageTemplate"], // Serilog
    ...["@message", "Message"], // hclog, .NET
    ...["short_message", "fields.message", "record.message"], // GELF, tracing, loguru
  ],
  time: [
    "time", // pino, bunyan, zerolog, slog, logrus
    "timestamp", // winston, structlog, python-json-logger, Django
    "ts", // zap, Caddy
    "@timestamp", // ECS, logback
    ...["@t", "Timestamp"], // Serilog
    ...["datetime", "asctime"], // Monolog, Python's logging
    ...["timeMillis", "instant"], // log4j
    ...["t.$date", "t", "record.time.timestamp"], // MongoDB, Grafana, loguru
  ],
  // bunyan, pino, ECS, Serilog, logstash; `host` may also be where the app listens
  machine: ["hostname", "host.hostname", "host.name", "MachineName", "source_host"],
};

/** Returns the value of a part that satisfies `fits`, and the key that has it. */
export function findPart(
  line: Json,
  part: Part,
  fits: (value: unknown, key: string) => boolean,
): { readonly key: string; readonly value: unknown } | undefined {
  const keys = ownKeys(line, part) ?? KEYS[part];
  for (const key of keys) {
    let value = line[key];
    let found = key;
    if (value === undefined && key.includes(".")) {
      value = at(line, ...key.split(".") as [string, string, string?]);
      found = key.slice(0, key.indexOf("."));
    }
    if (value !== undefined && Object.hasOwn(line, found) && fits(value, found)) {
      return { key: found, value };
    }
  }
  return undefined;
}

/** Keys that mean this part only in certain formats, and something else in all others. */
function ownKeys(line: Json, part: Part): readonly string[] | undefined {
  if (part === "machine" && hasHost(line)) return ["host"];
  // MongoDB
  if (part === "level" && at(line, "t", "$date") !== undefined) return ["s"];
  return undefined;
}

/** Whether `host` is the machine, as in GELF and in rsyslog's and Logstash's formats. */
function hasHost(line: Json): boolean {
  return typeof line.host === "string" && (line.short_message ?? line["@timestamp"]) !== undefined;
}
