/**
 * The service's configuration: environment variables, read once, into one typed value.
 *
 * @module
 */
import * as v from "valibot";
import type { KeySource } from "./auth/keys.ts";
import type { LogLevel } from "./telemetry/log.ts";
import { parseNatsOptions } from "./nats/parse_options.ts";
import type { NatsOptions } from "./nats/options.ts";
import { type Origins, parseOrigins } from "./origins.ts";
import { parseKeySet, parsePublicKey } from "./auth/public_keys.ts";
import type { StreamOptions } from "./stream/streams.ts";
import type { TokenRules } from "./auth/token.ts";
import { clean, type ConfigSource, describeWrong } from "./variables.ts";

/** All that the service can be told. */
export interface Config {
  /** The address that `/logs` listens on. */
  readonly host: string;
  /** The port that `/logs` listens on; 0 picks a free one. */
  readonly port: number;
  /** The port that `/metrics` listens on; 0 turns it off. */
  readonly metricsPort: number;
  /** Where NATS is, and how to sign in. */
  readonly nats: NatsOptions;
  /** What tokens are verified with. */
  readonly keys: KeySource;
  /** What tokens are held against. */
  readonly token: TokenRules;
  /** The subject's first token or tokens. */
  readonly subjectPrefix: string;
  /** The origins whose pages may read from a browser. */
  readonly corsOrigins: Origins;
  /** What bounds the streams. */
  readonly streams: StreamOptions;
  /** How long a stop may take. Milliseconds. */
  readonly shutdownTime: number;
  /** What of the log is left out. */
  readonly logLevel: LogLevel;
}

/** Configuration that the service cannot start with. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One line a wrong variable. */
  readonly problems: readonly string[];

  /** @param problems One line a wrong variable. */
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

const text = v.string();
const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  const message = `a whole number, ${range}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/, message),
    v.transform(Number),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
};
/** A transformation whose error says what is wrong with the value. */
const parsedBy = <T>(parse: (value: string) => T, expected: string) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        // A SyntaxError quotes what it could not read, which may be a secret.
        const reason = error instanceof TypeError ? ` (${error.message})` : "";
        addIssue({ message: expected + reason });
        return NEVER;
      }
    }),
  );

const SECONDS = wholeNumber(1, 86_400);
const SCHEMA = v.object({
  HOST: v.optional(text, "0.0.0.0"),
  PORT: v.optional(wholeNumber(0, 65_535), "8080"),
  METRICS_PORT: v.optional(wholeNumber(0, 65_535), "9091"),
  JWT_SECRET: v.optional(parsedBy(parseSecret, "a shared secret of 32 bytes or more")),
  JWT_PUBLIC_KEY: v.optional(parsedBy(parsePublicKey, "a public key in PEM")),
  JWT_JWKS: v.optional(parsedBy(parseKeySet, "a JWK Set of public keys, in JSON")),
  JWT_JWKS_URL: v.optional(parsedBy(parseHttpUrl, "an http or https URL")),
  JWT_AUDIENCE: v.optional(text),
  JWT_ISSUER: v.optional(text),
  // Ten years: an expiry must be one that a date can hold.
  JWT_MAX_TTL: v.optional(wholeNumber(1, 315_360_000), "3600"),
  ALLOW_ALL_APPS: v.optional(v.picklist(["true", "false"], `"true" or "false"`), "false"),
  SUBJECT_PREFIX: v.optional(
    v.pipe(
      text,
      v.regex(/^[\w-]+(\.[\w-]+)*$/, `names of letters, digits, "-" and "_", with "." between`),
    ),
    "logs",
  ),
  CORS_ORIGINS: v.optional(
    parsedBy(
      parseOrigins,
      `origins such as https://app.example.com or https://*.example.com, separated by commas, or "*"`,
    ),
    "",
  ),
  KEEPALIVE_SECONDS: v.optional(SECONDS, "15"),
  BUFFER_BYTES: v.optional(wholeNumber(1), "262144"),
  BUFFER_TOTAL_BYTES: v.optional(wholeNumber(1), "268435456"),
  STALL_SECONDS: v.optional(SECONDS, "30"),
  MAX_STREAMS: v.optional(wholeNumber(1), "10000"),
  MAX_STREAMS_PER_APP: v.optional(wholeNumber(1), "100"),
  SHUTDOWN_SECONDS: v.optional(SECONDS, "10"),
  LOG_LEVEL: v.optional(
    v.picklist(["debug", "info", "warn", "error"], `"debug", "info", "warn" or "error"`),
    "info",
  ),
});

/**
 * Reads the configuration.
 *
 * @throws {ConfigError} Where any variable is wrong: all wrong ones at once.
 */
export function readConfig({ env, readFile }: ConfigSource): Config {
  const read = (name: string) => clean(env(name));
  const input = Object.fromEntries(Object.keys(SCHEMA.entries).map((name) => [name, read(name)]));
  const parsed = v.safeParse(SCHEMA, input, { abortPipeEarly: true });
  const problems = (parsed.issues ?? []).map((issue) => {
    const name = String(issue.path?.[0].key);
    return describeWrong(name, input[name] ?? "", issue.message);
  });
  const nats = parseNatsOptions({ env: read, readFile }, (problem) => void problems.push(problem));
  problems.push(...keyProblems(read));
  const [port, metricsPort] = [input.PORT ?? "8080", input.METRICS_PORT ?? "9091"];
  if (Number(port) === Number(metricsPort) && Number(port) !== 0) {
    problems.push(describeWrong("METRICS_PORT", metricsPort, "a port other than PORT"));
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.output, nats);
}

const KEY_VARIABLES = ["JWT_SECRET", "JWT_PUBLIC_KEY", "JWT_JWKS", "JWT_JWKS_URL"];

function keyProblems(read: ConfigSource["env"]): string[] {
  const set = KEY_VARIABLES.filter((name) => read(name) !== undefined);
  if (set.length === 1) return [];
  const found = set.length === 0 ? "none is set" : `${set.join(" and ")} are set`;
  return [
    `Cannot choose a key: ${found}, set exactly one of ${KEY_VARIABLES.join(", ")}` +
    ' (for a start: export JWT_SECRET="$(openssl rand -base64 48)")',
  ];
}

function toConfig(env: v.InferOutput<typeof SCHEMA>, nats: NatsOptions): Config {
  return {
    host: env.HOST,
    port: env.PORT,
    metricsPort: env.METRICS_PORT,
    nats,
    keys: toKeySource(env),
    token: {
      audience: env.JWT_AUDIENCE,
      issuer: env.JWT_ISSUER,
      maxTtl: env.JWT_MAX_TTL,
      allowAllApps: env.ALLOW_ALL_APPS === "true",
    },
    subjectPrefix: env.SUBJECT_PREFIX,
    corsOrigins: env.CORS_ORIGINS,
    streams: {
      keepaliveTime: env.KEEPALIVE_SECONDS * 1000,
      stallTime: env.STALL_SECONDS * 1000,
      bufferBytes: env.BUFFER_BYTES,
      bufferTotalBytes: env.BUFFER_TOTAL_BYTES,
      maxStreams: env.MAX_STREAMS,
      maxStreamsPerApp: env.MAX_STREAMS_PER_APP,
    },
    shutdownTime: env.SHUTDOWN_SECONDS * 1000,
    logLevel: env.LOG_LEVEL,
  };
}

function toKeySource(env: v.InferOutput<typeof SCHEMA>): KeySource {
  if (env.JWT_SECRET !== undefined) return { kind: "secret", secret: env.JWT_SECRET };
  if (env.JWT_PUBLIC_KEY !== undefined) return { kind: "public", jwk: env.JWT_PUBLIC_KEY };
  if (env.JWT_JWKS !== undefined) return { kind: "set", set: env.JWT_JWKS };
  return { kind: "url", url: env.JWT_JWKS_URL! };
}

function parseSecret(value: string): Uint8Array<ArrayBuffer> {
  const secret = new TextEncoder().encode(value);
  if (secret.length < 32) throw new TypeError(`it has ${secret.length}`);
  return secret;
}

function parseHttpUrl(value: string): URL {
  // Its own error would quote the URL, which may hold a password.
  const url = URL.parse(value);
  if (url === null) throw new RangeError("No URL");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new RangeError("Other protocol");
  return url;
}
