/**
 * The configuration of the service: environment variables, read once, into one typed value.
 *
 * @module
 */
import type { KeySource } from "./auth/keys.ts";
import type { TokenRules } from "./auth/token.ts";
import type { HistoryOptions } from "./history/history_options.ts";
import { type NatsOptions, readNatsOptions } from "./nats/options.ts";
import type { SubjectTemplate } from "./nats/subject_template.ts";
import type { Origins } from "./origins.ts";
import type { StreamOptions } from "./stream/streams.ts";
import type { LogLevel } from "./telemetry/log.ts";
import { type ConfigSource, VariableReader } from "./variable_reader.ts";
import type { Values, VariableName } from "./variables.ts";

/** Everything that can be configured. */
export interface Config {
  /** The address to listen on. */
  readonly host: string;
  /** The port of `/logs`; 0 picks a free one. */
  readonly port: number;
  /** The port of `/metrics`; 0 disables it. */
  readonly metricsPort: number;
  /** Where NATS is, and how to sign in. */
  readonly nats: NatsOptions;
  /** The key or keys that tokens are verified with. */
  readonly keys: KeySource;
  /** What is required of every token. */
  readonly token: TokenRules;
  /** How the platform builds its subjects. */
  readonly subjectTemplate: SubjectTemplate;
  /** Where lines of the past come from; `undefined` for live lines only. */
  readonly history: HistoryOptions | undefined;
  /** The origins whose pages may read from a browser. */
  readonly corsOrigins: Origins;
  /** Limits of the streams. */
  readonly streams: StreamOptions;
  /** Maximum duration of a shutdown, in milliseconds. */
  readonly shutdownMs: number;
  /** Minimum level that is logged. */
  readonly logLevel: LogLevel;
}

/** A configuration that the service cannot start with. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One line per problem. */
  readonly problems: readonly string[];

  /** @param problems One line per problem. */
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/**
 * Reads the configuration.
 *
 * @throws {ConfigError} If any variable is invalid. The message lists every problem.
 */
export function readConfig(source: ConfigSource): Config {
  const reader = new VariableReader(source);
  const values = reader.parseAll();
  const nats = readNatsOptions(reader);
  checkKeys(reader);
  if (reader.get("HISTORY_STREAM") !== undefined && reader.get("HISTORY_URL") !== undefined) {
    reader.problems.push("Cannot choose a history: set HISTORY_STREAM or HISTORY_URL, not both");
  }
  const [port, metricsPort] = [reader.get("PORT"), reader.get("METRICS_PORT")].map(Number);
  if (port === metricsPort && port !== 0) reader.reject("METRICS_PORT", "a port other than PORT");
  if (values === undefined || reader.problems.length > 0) throw new ConfigError(reader.problems);
  return toConfig(values, nats);
}

const KEY_VARIABLES: readonly VariableName[] = [
  "JWT_SECRET",
  "JWT_PUBLIC_KEY",
  "JWT_JWKS",
  "JWT_JWKS_URL",
];

function checkKeys(reader: VariableReader): void {
  const set = KEY_VARIABLES.filter((name) => reader.get(name) !== undefined);
  if (set.length === 1) return;
  const found = set.length === 0 ? "none is set" : `${set.join(" and ")} are set`;
  reader.problems.push(
    `Cannot choose a key: ${found}; set exactly one of ${KEY_VARIABLES.join(", ")}` +
      ' (to get started: export JWT_SECRET="$(openssl rand -base64 48)")',
  );
}

function toConfig(values: Values, nats: NatsOptions): Config {
  return {
    host: values.HOST,
    port: values.PORT,
    metricsPort: values.METRICS_PORT,
    nats,
    keys: toKeySource(values),
    token: {
      audience: values.JWT_AUDIENCE,
      issuer: values.JWT_ISSUER,
      maxTtl: values.JWT_MAX_TTL,
      appClaim: values.JWT_APP_CLAIM,
      allowAllApps: values.ALLOW_ALL_APPS,
    },
    subjectTemplate: values.SUBJECT,
    history: toHistoryOptions(values),
    corsOrigins: values.CORS_ORIGINS,
    streams: {
      keepaliveTime: values.KEEPALIVE_SECONDS * 1000,
      stallTime: values.STALL_SECONDS * 1000,
      bufferBytes: values.BUFFER_BYTES,
      bufferTotalBytes: values.BUFFER_TOTAL_BYTES,
      maxStreams: values.MAX_STREAMS,
      maxStreamsPerApp: values.MAX_STREAMS_PER_APP,
    },
    shutdownMs: values.SHUTDOWN_SECONDS * 1000,
    logLevel: values.LOG_LEVEL,
  };
}

function toHistoryOptions(values: Values): HistoryOptions | undefined {
  const limits = {
    maxLines: values.HISTORY_MAX_LINES,
    concurrency: values.HISTORY_CONCURRENCY,
  };
  if (values.HISTORY_STREAM !== undefined) return { stream: values.HISTORY_STREAM, ...limits };
  if (values.HISTORY_URL !== undefined) return { url: values.HISTORY_URL, ...limits };
  return undefined;
}

function toKeySource(values: Values): KeySource {
  if (values.JWT_SECRET !== undefined) return { kind: "secret", secret: values.JWT_SECRET };
  if (values.JWT_PUBLIC_KEY !== undefined) return { kind: "public", jwk: values.JWT_PUBLIC_KEY };
  if (values.JWT_JWKS !== undefined) return { kind: "set", set: values.JWT_JWKS };
  return { kind: "url", url: values.JWT_JWKS_URL! };
}
