/**
 * The environment variables of the service, each of them listed once.
 *
 * @module
 */
import * as v from "valibot";
import { parseKeySet, parsePublicKey } from "./auth/public_keys.ts";
import { SubjectTemplate } from "./nats/subject_template.ts";
import { parseOrigins } from "./origins.ts";

/** An environment variable. */
export interface Variable {
  /** Parses the text. The message of an issue says what is expected. Any text is valid by default. */
  readonly schema?: v.GenericSchema<string, unknown>;
  /** The text that is parsed if the variable is not set. */
  readonly default?: string;
  /** Whether to keep the value out of messages, because it is a secret or may hold one by mistake. */
  readonly secret?: true;
  /** What the variable is for, in Markdown; `docs/configuration.md` repeats it. */
  readonly meaning: string;
}

const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const message = `a whole number ${range}`;
  const digits = v.pipe(v.string(), v.regex(/^\d{1,16}$/, message), v.transform(Number));
  return v.pipe(digits, v.minValue(min, message), v.maxValue(max, message));
};
/** A schema for what `parse` accepts. The message of a `TypeError` is added to `expected`. */
const parsedBy = <T>(parse: (text: string) => T, expected: string) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        // A SyntaxError quotes the text that cannot be parsed, which may be a secret.
        const reason = error instanceof TypeError ? ` (${error.message})` : "";
        addIssue({ message: expected + reason });
        return NEVER;
      }
    }),
  );

const PORT = wholeNumber(0, 65_535);
const SECONDS = wholeNumber(1, 86_400);
const COUNT = wholeNumber(1);
// Ten years: the expiry must be a time that a Date can hold.
const TTL = wholeNumber(1, 315_360_000);
const SECRET = parsedBy(parseSecret, "a shared secret of at least 32 bytes");
const PUBLIC_KEY = parsedBy(parsePublicKey, "a public key in PEM");
const KEY_SET = parsedBy(parseKeySet, "a JWK Set of public keys, in JSON");
const HTTP_URL = parsedBy(parseHttpUrl, "an http or https URL");
// The name becomes one token of the subjects of requests.
const STREAM_NAME = v.pipe(
  v.string(),
  v.regex(/^[\w-]{1,255}$/, "the name of a JetStream stream, such as LOGS"),
);
const FLAG = v.pipe(
  v.picklist(["true", "false"], `"true" or "false"`),
  v.transform((text) => text === "true"),
);
const SUBJECT = parsedBy(
  (text) => new SubjectTemplate(text),
  "a subject template such as logs.{app}.{region}.{machine}",
);
const REPLACED = v.pipe(
  v.string(),
  v.check(
    () => false,
    "an unset variable (it was replaced: set SUBJECT instead)",
  ),
);
const ORIGINS = parsedBy(
  parseOrigins,
  'origins such as https://app.example.com or https://*.example.com, separated by commas, or "*"',
);
const LEVEL = v.picklist(
  ["debug", "info", "warn", "error"],
  `"debug", "info", "warn" or "error"`,
);

/**
 * All variables. Parsing, redaction, and the checks of the permissions in `deno.json` and of
 * `docs/configuration.md` follow from this table.
 */
export const VARIABLES = {
  HOST: { default: "0.0.0.0", meaning: "Address to listen on" },
  PORT: { schema: PORT, default: "8080", meaning: "Port of `/logs`; `0` picks a free one" },
  METRICS_PORT: { schema: PORT, default: "9091", meaning: "Port of `/metrics`; `0` disables it" },
  NATS_URL: { meaning: "NATS servers, separated by commas ([default](#nats))" },
  ORG: { meaning: "User for Fly's NATS: the slug of the organization" },
  FLY_ORG: { meaning: "Used if `ORG` is not set" },
  ACCESS_TOKEN: { secret: true, meaning: "Password for Fly's NATS" },
  NATS_USER: { meaning: "User for any other NATS" },
  NATS_PASSWORD: { secret: true, meaning: "Password of `NATS_USER`" },
  NATS_TOKEN: { secret: true, meaning: "Token for NATS" },
  NATS_CREDS: { meaning: "Path of a credentials file for NATS" },
  NATS_NKEY_SEED: { secret: true, meaning: "Seed of a user's NKey, which starts with `SU`" },
  NATS_TLS_CA: { meaning: "Path of a CA certificate in PEM" },
  NATS_TLS_CERT: { meaning: "Path of a client certificate in PEM" },
  NATS_TLS_KEY: { meaning: "Path of its private key in PEM, which must not be encrypted" },
  JWT_SECRET: { schema: SECRET, secret: true, meaning: "Shared secret of at least 32 bytes" },
  JWT_PUBLIC_KEY: { schema: PUBLIC_KEY, secret: true, meaning: "Public key in PEM" },
  JWT_JWKS: { schema: KEY_SET, secret: true, meaning: "JWK Set of public keys in JSON" },
  JWT_JWKS_URL: { schema: HTTP_URL, secret: true, meaning: "URL of a JWK Set" },
  JWT_AUDIENCE: { meaning: "The `aud` that every token must have, if set" },
  JWT_ISSUER: { meaning: "The `iss` that every token must have, if set" },
  JWT_APP_CLAIM: { default: "app", meaning: "The claim that names the permitted app or apps" },
  JWT_MAX_TTL: {
    schema: TTL,
    default: "3600",
    meaning: "Maximum remaining lifetime of a token, in seconds",
  },
  ALLOW_ALL_APPS: {
    schema: FLAG,
    default: "false",
    meaning: 'Whether a token with `app: "*"` is accepted, which permits every app',
  },
  SUBJECT: {
    schema: SUBJECT,
    default: "logs.{app}.{region}.{machine}",
    meaning: "How the platform builds the subjects of log lines ([layouts](#subjects))",
  },
  SUBJECT_PREFIX: {
    schema: REPLACED,
    meaning: "Replaced by `SUBJECT`; must not be set",
  },
  HISTORY_STREAM: {
    schema: STREAM_NAME,
    meaning: "JetStream stream to read history from ([setup](history.md))",
  },
  HISTORY_URL: {
    schema: HTTP_URL,
    secret: true,
    meaning: "VictoriaLogs to read history from instead ([setup](history.md#victorialogs))",
  },
  HISTORY_MAX_LINES: {
    schema: COUNT,
    default: "10000",
    meaning: "Maximum number of lines of history per request",
  },
  HISTORY_CONCURRENCY: {
    schema: COUNT,
    default: "4",
    meaning: "Maximum number of history reads at the same time; others wait",
  },
  CORS_ORIGINS: {
    schema: ORIGINS,
    default: "",
    meaning: "Origins whose pages may read from a browser, separated by commas ([patterns](#cors))",
  },
  KEEPALIVE_SECONDS: { schema: SECONDS, default: "15", meaning: "Silence before a keepalive" },
  BUFFER_BYTES: { schema: COUNT, default: "262144", meaning: "Maximum buffer size per stream" },
  BUFFER_TOTAL_BYTES: {
    schema: COUNT,
    default: "268435456",
    meaning: "Maximum total of all buffers; when it runs out, the fullest streams drop first",
  },
  STALL_SECONDS: {
    schema: SECONDS,
    default: "30",
    meaning: "Seconds after which a reader that takes nothing is disconnected if lines are waiting",
  },
  MAX_STREAMS: { schema: COUNT, default: "10000", meaning: "Maximum number of open streams" },
  MAX_STREAMS_PER_APP: {
    schema: COUNT,
    default: "100",
    meaning: "Maximum number of open streams per app",
  },
  SHUTDOWN_SECONDS: { schema: SECONDS, default: "10", meaning: "Maximum duration of a shutdown" },
  LOG_LEVEL: { schema: LEVEL, default: "info", meaning: "Minimum level that is logged" },
} satisfies Record<string, Variable>;

/** The name of a variable. */
export type VariableName = keyof typeof VARIABLES;

type Parsed<V> = V extends { readonly schema: v.GenericSchema } ? v.InferOutput<V["schema"]>
  : string;

/** The parsed values, `undefined` for a variable that is not set and has no default. */
export type Values = {
  readonly [Name in VariableName]:
    | Parsed<(typeof VARIABLES)[Name]>
    | ((typeof VARIABLES)[Name] extends { readonly default: string } ? never : undefined);
};

function parseSecret(value: string): Uint8Array<ArrayBuffer> {
  const secret = new TextEncoder().encode(value);
  if (secret.length < 32) throw new TypeError(`it has ${secret.length}`);
  return secret;
}

function parseHttpUrl(value: string): URL {
  // The error of `new URL()` would quote the URL, which may hold a password.
  const url = URL.parse(value);
  if (url === null) throw new RangeError("Not a URL");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new RangeError("Not an http or https URL");
  }
  return url;
}
