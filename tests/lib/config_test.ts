import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SubjectTemplate } from "../../lib/nats/subject_template.ts";
import fc from "npm:fast-check@^4";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { generatePemPair } from "../support/tokens/key_pair.ts";

type Env = Record<string, string>;

const JWT_SECRET = "a secret for tests with at least 32 bytes";
const { publicKey, privateKey } = generatePemPair("ES256");
const x = "A".repeat(43);
const JWT_JWKS = JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x, kid: "a" }] });
/** A valid value for each of the four. */
const KEYS: Env = {
  JWT_SECRET,
  JWT_PUBLIC_KEY: publicKey,
  JWT_JWKS,
  JWT_JWKS_URL: "https://login.example.com/jwks.json",
};

function read(env: Env) {
  const readFile = () => {
    throw new Deno.errors.NotFound("No such file");
  };
  return readConfig({ env: (name) => env[name], readFile });
}

/** Returns the problems, one line each. */
function problemsOf(env: Env): readonly string[] {
  const error = assertThrows(() => read(env), ConfigError);
  assertEquals(error.message, error.problems.join("\n"));
  assertEquals(error.message.split("\n").length, error.problems.length, "one line per problem");
  return error.problems;
}

/** Fails unless there is one problem, which names the variable, its value and what is expected. */
function assertProblem(env: Env, name: string, shown: string, expected: string) {
  const problems = problemsOf({ JWT_SECRET, ...env });
  const parts = problems.map((text) =>
    [name, shown, expected].filter((part) => text.includes(part))
  );
  assertEquals(parts, [[name, shown, expected]], problems.join("\n"));
}

Deno.test("readConfig() has a default for everything except the key", () => {
  assertEquals(read({ JWT_SECRET }), {
    host: "0.0.0.0",
    port: 8080,
    metricsPort: 9091,
    nats: {
      servers: ["nats://127.0.0.1:4222"],
      credentials: undefined,
      tls: undefined,
      ignoreClusterUpdates: false,
    },
    keys: { kind: "secret", secret: new TextEncoder().encode(JWT_SECRET) },
    token: {
      audience: undefined,
      issuer: undefined,
      maxTtl: 3600,
      appClaim: "app",
      allowAllApps: false,
    },
    subjectTemplate: new SubjectTemplate("logs.{app}.{region}.{machine}"),
    history: undefined,
    corsOrigins: [],
    streams: {
      keepaliveTime: 15_000,
      stallTime: 30_000,
      bufferBytes: 262_144,
      bufferTotalBytes: 268_435_456,
      maxStreams: 10_000,
      maxStreamsPerApp: 100,
    },
    shutdownMs: 10_000,
    logLevel: "info",
  });
});

Deno.test("readConfig() reads the value of each variable", () => {
  const config = read({
    JWT_SECRET,
    HOST: "::1",
    PORT: "0",
    METRICS_PORT: "65535",
    JWT_AUDIENCE: "natstap",
    JWT_ISSUER: "shop",
    JWT_MAX_TTL: "60",
    ALLOW_ALL_APPS: "true",
    JWT_APP_CLAIM: "https://example.com/app",
    SUBJECT: "prod.{app}.{machine}",
    HISTORY_STREAM: "LOGS",
    HISTORY_MAX_LINES: "8",
    HISTORY_CONCURRENCY: "9",
    CORS_ORIGINS: "https://a.example, http://b.example:8080",
    KEEPALIVE_SECONDS: "1",
    BUFFER_BYTES: "2",
    BUFFER_TOTAL_BYTES: "3",
    STALL_SECONDS: "4",
    MAX_STREAMS: "5",
    MAX_STREAMS_PER_APP: "6",
    SHUTDOWN_SECONDS: "7",
    LOG_LEVEL: "warn",
  });
  const { nats: _, keys: __, ...rest } = config;
  assertEquals(rest, {
    host: "::1",
    port: 0,
    metricsPort: 65_535,
    token: {
      audience: "natstap",
      issuer: "shop",
      maxTtl: 60,
      appClaim: "https://example.com/app",
      allowAllApps: true,
    },
    subjectTemplate: new SubjectTemplate("prod.{app}.{machine}"),
    history: { stream: "LOGS", maxLines: 8, concurrency: 9 },
    corsOrigins: ["https://a.example", "http://b.example:8080"],
    streams: {
      keepaliveTime: 1_000,
      stallTime: 4_000,
      bufferBytes: 2,
      bufferTotalBytes: 3,
      maxStreams: 5,
      maxStreamsPerApp: 6,
    },
    shutdownMs: 7_000,
    logLevel: "warn",
  });
});

Deno.test("readConfig() accepts either kind of history, but not both", () => {
  const HISTORY_URL = "http://fly-telemetry.internal:9428";
  const limits = { maxLines: 10_000, concurrency: 4 };
  assertEquals(read({ JWT_SECRET, HISTORY_URL }).history, { url: new URL(HISTORY_URL), ...limits });
  const expected = "set HISTORY_STREAM or HISTORY_URL, not both";
  assertProblem({ HISTORY_URL, HISTORY_STREAM: "LOGS" }, "Cannot choose", "a history", expected);
  assertProblem({ HISTORY_STREAM: "a.b" }, "HISTORY_STREAM", '"a.b"', "JetStream stream");
  assertProblem({ HISTORY_URL: "ftp://a" }, "HISTORY_URL", "", "an http or https URL");
});

/** Each variable that holds a number, with its minimum and maximum. */
const NUMBERS: [string, number, number?][] = [
  ["PORT", 0, 65_535],
  ["METRICS_PORT", 0, 65_535],
  ["JWT_MAX_TTL", 1, 315_360_000],
  ["KEEPALIVE_SECONDS", 1, 86_400],
  ["BUFFER_BYTES", 1],
  ["BUFFER_TOTAL_BYTES", 1],
  ["STALL_SECONDS", 1, 86_400],
  ["HISTORY_MAX_LINES", 1],
  ["HISTORY_CONCURRENCY", 1],
  ["MAX_STREAMS", 1],
  ["MAX_STREAMS_PER_APP", 1],
  ["SHUTDOWN_SECONDS", 1, 86_400],
];

for (const [name, min, max] of NUMBERS) {
  const range = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  Deno.test(`readConfig() accepts ${name} as a whole number ${range}`, () => {
    for (const good of [min, min + 1, max ?? 1e9]) {
      assert(read({ JWT_SECRET, [name]: String(good) }), `${good}`);
    }
    const outside = [min - 1, (max ?? Number.MAX_SAFE_INTEGER) + 1].map(String);
    const strange = "abc 1.5 1e3 0x10 1_000 5s ٣ NaN Infinity +5".split(" ");
    for (const value of [...outside, ...strange, " 5", "9".repeat(400)]) {
      assertProblem({ [name]: value }, name, JSON.stringify(value), `a whole number ${range}`);
    }
  });
}

/** Each variable that is not a number, some invalid values, and what the message says. */
const WORDS: [string, string[], string][] = [
  ["ALLOW_ALL_APPS", ["TRUE", "1", "yes", " true"], '"true" or "false"'],
  ["LOG_LEVEL", ["INFO", "trace", "warning"], '"debug", "info", "warn" or "error"'],
  [
    "SUBJECT",
    ["logs", "logs.{app}.", "a..{app}", "{app}.>", "*", "a b", "{app}.{app}", "é.{app}", "{host}"],
    "a subject template such as logs.{app}.{region}.{machine}",
  ],
  [
    "SUBJECT_PREFIX",
    ["logs", "prod.logs"],
    "an unset variable (it was replaced: set SUBJECT instead)",
  ],
  [
    "CORS_ORIGINS",
    ("a.example https://a.example/ https://A.example https://a/b *,https://a https://*.com " +
      "https://app-*.example.com ftp://a").split(" "),
    'origins such as https://app.example.com or https://*.example.com, separated by commas, or "*"',
  ],
];

for (const [name, values, expected] of WORDS) {
  Deno.test(`readConfig() rejects an invalid ${name} and says what is expected`, () => {
    for (const value of values) {
      assertProblem({ [name]: value }, name, JSON.stringify(value), expected);
    }
  });
}

Deno.test('readConfig() accepts CORS_ORIGINS "*" for any origin', () => {
  assertEquals(read({ JWT_SECRET, CORS_ORIGINS: " * " }).corsOrigins, "*");
});

Deno.test("readConfig() accepts * in CORS_ORIGINS for one label, and says so if it is elsewhere", () => {
  const CORS_ORIGINS = "https://*.example.com:8443, https://example.com";
  const expected = ["https://*.example.com:8443", "https://example.com"];
  assertEquals(read({ JWT_SECRET, CORS_ORIGINS }).corsOrigins, expected);
  const elsewhere = "https://app.*.example.com";
  const advice = '"*" can only replace the first label of a host that has at least two more labels';
  assertProblem({ CORS_ORIGINS: elsewhere }, "CORS_ORIGINS", elsewhere, advice);
});

Deno.test("readConfig() treats an empty variable as unset", () => {
  const names = [...NUMBERS, ...WORDS].map(([name]) => name);
  const more = ["HOST", "NATS_URL", "ORG", "FLY_ORG", "ACCESS_TOKEN", "NATS_USER", "NATS_CREDS"];
  const empty = [...names, ...more, "JWT_PUBLIC_KEY", "JWT_JWKS", "JWT_JWKS_URL", "JWT_AUDIENCE"];
  const env = Object.fromEntries(empty.map((name) => [name, ""]));
  assertEquals(read({ ...env, JWT_SECRET }), read({ JWT_SECRET }));
});

Deno.test("readConfig() strips trailing line breaks from every variable", () => {
  const envs: Env[] = [
    { JWT_SECRET, NATS_TOKEN: "token", JWT_AUDIENCE: "natstap", JWT_ISSUER: "shop", HOST: "::1" },
    { JWT_SECRET, NATS_USER: "tap", NATS_PASSWORD: " a password ", PORT: "1", LOG_LEVEL: "warn" },
    { JWT_SECRET, ORG: "org", ACCESS_TOKEN: "FlyV1 fm2_x", NATS_URL: "tls://nats:4222" },
    ...Object.entries(KEYS).map((key) =>
      Object.fromEntries([key, ["CORS_ORIGINS", "https://a.b"]])
    ),
  ];
  for (const env of envs) {
    for (const end of ["\n", "\r\n", "\n\n\r\n"]) {
      const ended = Object.fromEntries(
        Object.entries(env).map(([name, text]) => [name, text + end]),
      );
      assertEquals(read(ended), read(env));
    }
  }
});

Deno.test("readConfig() keeps all other whitespace of a secret", () => {
  for (const password of [" a b\t ", "\na", "a\nb"]) {
    const { nats } = read({ JWT_SECRET, NATS_USER: "tap", NATS_PASSWORD: `${password}\n` });
    assertEquals(nats.credentials, { kind: "user", user: "tap", password });
  }
});

Deno.test("readConfig() treats a variable that holds only line breaks as unset", () => {
  assertEquals(
    read({ JWT_SECRET, JWT_PUBLIC_KEY: "\n", NATS_TOKEN: "\r\n" }),
    read({ JWT_SECRET }),
  );
});

Deno.test("readConfig() rejects the same port for both listeners, but lets the system choose both", () => {
  const clashes: Env[] = [{ PORT: "9091" }, { METRICS_PORT: "8080" }, { METRICS_PORT: "08080" }];
  for (const env of clashes) {
    assertProblem(env, "METRICS_PORT", env.METRICS_PORT ?? "9091", "PORT");
  }
  assertEquals(read({ JWT_SECRET, PORT: "0", METRICS_PORT: "0" }).port, 0);
});

Deno.test("readConfig() requires exactly one of the four keys", () => {
  const kinds = Object.entries(KEYS).map(([name, value]) => read({ [name]: value }).keys.kind);
  assertEquals(kinds, ["secret", "public", "set", "url"]);
  const names = Object.keys(KEYS);
  const last = `set exactly one of ${names.join(", ")} ` +
    '(to get started: export JWT_SECRET="$(openssl rand -base64 48)")';
  assertEquals(problemsOf({}), [`Cannot choose a key: none is set; ${last}`]);
  fc.assert(fc.property(fc.subarray(names, { minLength: 2 }), (some) => {
    const env = Object.fromEntries(some.map((name) => [name, KEYS[name]!]));
    assertEquals(problemsOf(env), [`Cannot choose a key: ${some.join(" and ")} are set; ${last}`]);
  }));
});

Deno.test("readConfig() reports every invalid variable at once", () => {
  const numbers = NUMBERS.map(([name]) => [name, "many"]);
  const words = WORDS.map(([name, [value]]) => [name, value]);
  const keys = { JWT_SECRET: "short", JWT_PUBLIC_KEY: "a", JWT_JWKS: "b", JWT_JWKS_URL: "c" };
  const nats = { NATS_URL: "nats:// x", NATS_CREDS: "/none", NATS_TLS_CA: "/none", NATS_USER: "u" };
  const env = { ...Object.fromEntries([...numbers, ...words]), ...keys, ...nats };
  const wrong = problemsOf(env).map((line) => /^Cannot read (\w+)/.exec(line)?.[1] ?? line);
  for (const name of Object.keys(env)) {
    assert(wrong.includes(name === "NATS_USER" ? "NATS_PASSWORD" : name), `${name} is missing`);
  }
  assert(wrong.some((line) => line.startsWith("Cannot choose a key")), "the choice is missing");
});

Deno.test("readConfig() measures JWT_SECRET in bytes", () => {
  for (const secret of ["x".repeat(31), "é".repeat(15), `${"x".repeat(31)}\n`]) {
    assertProblem({ JWT_SECRET: secret }, "JWT_SECRET", "not shown", "at least 32 bytes");
  }
  assert(read({ JWT_SECRET: "x".repeat(32) }) && read({ JWT_SECRET: "é".repeat(16) }));
});

Deno.test("readConfig() accepts a PEM that a platform has put on one line, in quotes or in Base64", () => {
  const one = publicKey.trim().replaceAll("\n", "\\n");
  for (const pem of [one, `"${one}"`, btoa(publicKey), publicKey.replaceAll("\n", " ")]) {
    assertEquals(read({ JWT_PUBLIC_KEY: pem }).keys, read({ JWT_PUBLIC_KEY: publicKey }).keys);
  }
});

Deno.test("readConfig() rejects a private key, and any JWT_JWKS_URL that is not an http or https URL", () => {
  assertMatch(problemsOf({ JWT_PUBLIC_KEY: privateKey }).join("|"), /^[^|]*a public key[^|]*$/);
  for (const url of ["login.example.com", "file:///etc/passwd", "data:,x", "https://"]) {
    assertMatch(problemsOf({ JWT_JWKS_URL: url }).join("|"), /^[^|]*JWT_JWKS_URL[^|]*http[^|]*$/);
  }
});
