/**
 * Where the loggers of apps keep time, level, message and machine in a line of JSON or logfmt. Supporting
 * another logger means adding its keys.
 *
 * @module
 */
import { at, type Json } from "./envelopes.ts";

/** The parts of a line that loggers name in their own ways. */
export type Part = "time" | "level" | "message" | "machine";

/** The keys of each part, the ones that mean it most certainly first. A key that contains dots may also be a path. */
const KEYS: Readonly<Record<Part, readonly string[]>> = {
  level: [
    // pino, bunyan, winston, zap, zerolog, slog, logrus, structlog, logback, log4j, tslog
    "level",
    // GCP, structured logging
    "severity",
    // Python's logging
    "levelname",
    // ECS
    "log.level",
    // Monolog, whose `level` is a number: the name says more
    "level_name",
    // Serilog, compact and plain
    "@l",
    "Level",
    // OpenTelemetry
    "severityText",
    "SeverityText",
    // log15, log4js, Heroku's router
    ...["lvl", "loglevel", "logLevel", "LogLevel", "at"],
    // hclog
    "@level",
    // MongoDB
    "s",
    // Datadog
    "status",
  ],
  message: [
    // pino, bunyan, zap, slog, logrus
    "msg",
    // winston, zerolog, python-json-logger, logback, log4j, ECS, GCP, Monolog
    "message",
    // structlog
    "event",
    // Serilog
    ...["@m", "RenderedMessage", "@mt", "MessageTemplate"],
    // hclog, .NET
    ...["@message", "Message"],
    ...["textPayload", "short_message", "log", "MESSAGE"],
  ],
  time: [
    // pino, bunyan, zerolog, slog, logrus
    "time",
    // winston, structlog, python-json-logger, Django
    "timestamp",
    // zap, Caddy
    "ts",
    // ECS, logback
    "@timestamp",
    // Serilog
    ...["@t", "Timestamp"],
    // Monolog, Python's logging
    ...["datetime", "asctime"],
    // log4j
    ...["timeMillis", "instant"],
    // MongoDB, loguru
    ...["t.$date", "record.time.timestamp"],
    ...["date"],
  ],
  machine: ["hostname", "host.name", "host", "HOSTNAME", "MachineName", "machine"],
};

/** Returns the value of a part that satisfies `fits`, and the key that has it. */
export function findPart(
  line: Json,
  part: Part,
  fits: (value: unknown) => boolean,
): { readonly key: string; readonly value: unknown } | undefined {
  for (const key of KEYS[part]) {
    let value = line[key];
    let found = key;
    if (value === undefined && key.includes(".")) {
      value = at(line, ...key.split("."));
      found = key.slice(0, key.indexOf("."));
    }
    if (value !== undefined && Object.hasOwn(line, found) && fits(value)) {
      return { key: found, value };
    }
  }
  return undefined;
}
