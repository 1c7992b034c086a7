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
  /** Parses the value. The message of an issue says what the value should be. */
  readonly schema: v.GenericSchema<string, unknown>;
  /** The text that is parsed if the variable is not set. */
  readonly default?: string;
  /** Whether the value is a secret, or often holds one by mistake, and never appears in a message. */
  readonly secret?: true;
  /** What the variable is for, in Markdown; `docs/configuration.md` repeats it. */
  readonly meaning: string;
}

const text = v.string();
const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const message = `a whole number ${range}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
};
/** A schema for what `parse` accepts. The message of a `TypeError` is added to `expected`. */
const parsedBy = <T>(parse: (value: string) => T, expected: string) =>
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

/**
 * All variables. Parsing, redaction, and the checks of the permissions in `deno.json` and of
 * `docs/configuration.md` follow from this table.
 */
export const VARIABLES = {
  HOST: { schema: text, default: "0.0.0.0", meaning: "Address to listen on" },
  PORT: {
    schema: PORT,
    default: "8080",
    meaning: "Port of `/logs` and the viewer; `0` picks a free port, which is logged",
  },
  METRICS_PORT: {
    schema: PORT,
    default: "9091",
    meaning: "Port of `/metrics`; `0` disables it",
  },
  NATS_URL: {
    schema: text,
    meaning: "NATS servers, separated by commas: `nats://HOST:PORT`, `HOST:PORT`, or " +
      "`tls://HOST:PORT` to require TLS. Default: `nats://[fdaa::3]:4223` if `ORG` or `FLY_ORG` " +
      "is set, otherwise `nats://127.0.0.1:4222`",
  },
  ORG: { schema: text, meaning: "User for Fly's NATS: the name of the organization" },
  FLY_ORG: { schema: text, meaning: "Used if `ORG` is not set" },
  ACCESS_TOKEN: { schema: text, secret: true, meaning: "Password for Fly's NATS" },
  NATS_USER: { schema: text, meaning: "User for any other NATS" },
  NATS_PASSWORD: { schema: text, secret: true, meaning: "Password of `NATS_USER`" },
  NATS_TOKEN: { schema: text, secret: true, meaning: "Token for NATS" },
  NATS_CREDS: { schema: text, meaning: "Path of a credentials file for NATS" },
  NATS_NKEY_SEED: {
    schema: text,
    secret: true,
    meaning: "Seed of a user's NKey, which starts with `SU`",
  },
  NATS_TLS_CA: { schema: text, meaning: "Path of a CA certificate in PEM; requires TLS" },
  NATS_TLS_CERT: { schema: text, meaning: "Path of a client certificate in PEM; requires TLS" },
  NATS_TLS_KEY: {
    schema: text,
    meaning: "Path of the private key of `NATS_TLS_CERT`, in PEM and not encrypted",
  },
  JWT_SECRET: {
    schema: parsedBy(parseSecret, "a shared secret of at least 32 bytes"),
    secret: true,
    meaning: "Shared secret of at least 32 bytes, for HS256, HS384 and HS512",
  },
  JWT_PUBLIC_KEY: {
    schema: parsedBy(parsePublicKey, "a public key in PEM"),
    secret: true,
    meaning: "Public key in PEM: RSA of 2048 to 4096 bits, P-256, P-384, P-521 or Ed25519",
  },
  JWT_JWKS: {
    schema: parsedBy(parseKeySet, "a JWK Set of public keys, in JSON"),
    secret: true,
    meaning: "JWK Set of public keys in JSON; a token's `kid` selects one of them",
  },
  JWT_JWKS_URL: {
    schema: parsedBy(parseHttpUrl, "an http or https URL"),
    secret: true,
    meaning: "URL of a JWK Set, fetched every 5 minutes and when a token has an unknown `kid`",
  },
  JWT_AUDIENCE: { schema: text, meaning: "The `aud` that every token must have, if set" },
  JWT_ISSUER: { schema: text, meaning: "The `iss` that every token must have, if set" },
  JWT_APP_CLAIM: {
    schema: text,
    default: "app",
    meaning: "The claim that names the permitted app or apps, such as `https://example.com/app`",
  },
  JWT_MAX_TTL: {
    // Ten years: the expiry must be a time that a Date can hold.
    schema: wholeNumber(1, 315_360_000),
    default: "3600",
    meaning: "Maximum remaining lifetime of a token, in seconds",
  },
  ALLOW_ALL_APPS: {
    schema: v.pipe(
      v.picklist(["true", "false"], `"true" or "false"`),
      v.transform((value) => value === "true"),
    ),
    default: "false",
    meaning: 'Whether a token with `app: "*"` is accepted, which permits every app',
  },
  SUBJECT: {
    schema: parsedBy(
      (text) => new SubjectTemplate(text),
      "a subject template such as logs.{app}.{region}.{machine}",
    ),
    default: "logs.{app}.{region}.{machine}",
    meaning: "How the platform builds the subjects of log lines: names and the placeholders " +
      "`{app}`, `{region}` and `{machine}`, separated by `.`; only `{app}` is required",
  },
  SUBJECT_PREFIX: {
    schema: v.pipe(text, v.check(() => false, "nothing: set SUBJECT instead")),
    meaning: "Replaced by `SUBJECT`: a prefix `p` is now `p.{app}.{region}.{machine}`",
  },
  CORS_ORIGINS: {
    schema: parsedBy(
      parseOrigins,
      'origins such as https://app.example.com or https://*.example.com, separated by commas, or "*"',
    ),
    default: "",
    meaning: "Origins whose pages may read from a browser, separated by commas, such as " +
      "`https://app.example.com`; `https://*.example.com` matches one label, and `*` alone any " +
      "origin, without credentials",
  },
  KEEPALIVE_SECONDS: {
    schema: SECONDS,
    default: "15",
    meaning: "Seconds without output after which a keepalive is sent",
  },
  BUFFER_BYTES: {
    schema: wholeNumber(1),
    default: "262144",
    meaning: "Maximum number of bytes that are buffered per stream",
  },
  BUFFER_TOTAL_BYTES: {
    schema: wholeNumber(1),
    default: "268435456",
    meaning:
      "Maximum number of bytes that are buffered for all streams together; as it fills up, " +
      "the fullest streams drop lines first",
  },
  STALL_SECONDS: {
    schema: SECONDS,
    default: "30",
    meaning:
      "Seconds after which a reader that takes nothing is disconnected while lines are waiting",
  },
  MAX_STREAMS: {
    schema: wholeNumber(1),
    default: "10000",
    meaning: "Maximum number of open streams per process",
  },
  MAX_STREAMS_PER_APP: {
    schema: wholeNumber(1),
    default: "100",
    meaning: "Maximum number of open streams per app and process",
  },
  SHUTDOWN_SECONDS: {
    schema: SECONDS,
    default: "10",
    meaning: "Maximum duration of a shutdown, in seconds",
  },
  LOG_LEVEL: {
    schema: v.picklist(
      ["debug", "info", "warn", "error"],
      `"debug", "info", "warn" or "error"`,
    ),
    default: "info",
    meaning: "Minimum level that is logged: `debug`, `info`, `warn` or `error`",
  },
} satisfies Record<string, Variable>;

/** The name of a variable. */
export type VariableName = keyof typeof VARIABLES;

/** The parsed values, `undefined` for a variable that is not set and has no default. */
export type Values = {
  readonly [Name in VariableName]:
    | v.InferOutput<(typeof VARIABLES)[Name]["schema"]>
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
