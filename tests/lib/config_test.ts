import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { generatePemPair } from "../support/tokens/key_pair.ts";

type Env = Record<string, string>;

const JWT_SECRET = "a secret of the tests that is 32 bytes or more";
const { publicKey, privateKey } = generatePemPair("ES256");
const x = "A".repeat(43);
const JWT_JWKS = JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x, kid: "a" }] });
/** A good value of each of the four. */
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

/** What is wrong, a line a variable. */
function problemsOf(env: Env): readonly string[] {
  const error = assertThrows(() => read(env), ConfigError);
  assertEquals(error.message, error.problems.join("\n"));
  assertEquals(error.message.split("\n").length, error.problems.length, "one line a problem");
  return error.problems;
}

/** Fails unless there is one problem, which names the variable, what it holds and what it may hold. */
function assertProblem(env: Env, name: string, shown: string, expected: string) {
  const problems = problemsOf({ JWT_SECRET, ...env });
  const parts = problems.map((text) =>
    [name, shown, expected].filter((part) => text.includes(part))
  );
  assertEquals(parts, [[name, shown, expected]], problems.join("\n"));
}

Deno.test("readConfig() has a default for everything but the key", () => {
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
    token: { audience: undefined, issuer: undefined, maxTtl: 3600, allowAllApps: false },
    subjectPrefix: "logs",
    corsOrigins: [],
    streams: {
      keepaliveTime: 15_000,
      stallTime: 30_000,
      bufferBytes: 262_144,
      bufferTotalBytes: 268_435_456,
      maxStreams: 10_000,
      maxStreamsPerApp: 100,
    },
    shutdownTime: 10_000,
    logLevel: "info",
  });
});

Deno.test("readConfig() takes each variable's value", () => {
  const config = read({
    JWT_SECRET,
    HOST: "::1",
    PORT: "0",
    METRICS_PORT: "65535",
    JWT_AUDIENCE: "natstap",
    JWT_ISSUER: "shop",
    JWT_MAX_TTL: "60",
    ALLOW_ALL_APPS: "true",
    SUBJECT_PREFIX: "prod.logs",
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
    token: { audience: "natstap", issuer: "shop", maxTtl: 60, allowAllApps: true },
    subjectPrefix: "prod.logs",
    corsOrigins: ["https://a.example", "http://b.example:8080"],
    streams: {
      keepaliveTime: 1_000,
      stallTime: 4_000,
      bufferBytes: 2,
      bufferTotalBytes: 3,
      maxStreams: 5,
      maxStreamsPerApp: 6,
    },
    shutdownTime: 7_000,
    logLevel: "warn",
  });
});

/** Each variable that holds a number, with its least and its most. */
const NUMBERS: [string, number, number?][] = [
  ["PORT", 0, 65_535],
  ["METRICS_PORT", 0, 65_535],
  ["JWT_MAX_TTL", 1, 315_360_000],
  ["KEEPALIVE_SECONDS", 1, 86_400],
  ["BUFFER_BYTES", 1],
  ["BUFFER_TOTAL_BYTES", 1],
  ["STALL_SECONDS", 1, 86_400],
  ["MAX_STREAMS", 1],
  ["MAX_STREAMS_PER_APP", 1],
  ["SHUTDOWN_SECONDS", 1, 86_400],
];

for (const [name, least, most] of NUMBERS) {
  const bounds = most === undefined ? `${least} or more` : `${least} to ${most}`;
  Deno.test(`readConfig() takes ${name} as a whole number, ${bounds}`, () => {
    for (const good of [least, least + 1, most ?? 1e9]) {
      assert(read({ JWT_SECRET, [name]: String(good) }), `${good}`);
    }
    const outside = [least - 1, (most ?? Number.MAX_SAFE_INTEGER) + 1].map(String);
    const strange = [
      "abc",
      "1.5",
      "1e3",
      "0x10",
      "1_000",
      " 5",
      "5s",
      "٣",
      "NaN",
      "Infinity",
      "+5",
    ];
    for (const value of [...outside, ...strange, "9".repeat(400)]) {
      assertProblem({ [name]: value }, name, JSON.stringify(value), `a whole number, ${bounds}`);
    }
  });
}

/** Each variable that holds no number, what it may not hold, and what its message says. */
const WORDS: [string, string[], string][] = [
  ["ALLOW_ALL_APPS", ["TRUE", "1", "yes", " true"], '"true" or "false"'],
  ["LOG_LEVEL", ["INFO", "trace", "warning"], '"debug", "info", "warn" or "error"'],
  [
    "SUBJECT_PREFIX",
    ["logs.", ".logs", "a..b", "logs.>", "*", "a b", "a\nb", "é", "$SYS"],
    'names of letters, digits, "-" and "_", with "." between',
  ],
  [
    "CORS_ORIGINS",
    [
      "a.example",
      "https://a.example/",
      "https://A.example",
      "https://a/b",
      "*,https://a",
      "https://*.com",
      "https://app-*.example.com",
      "ftp://a",
    ],
    'origins such as https://app.example.com or https://*.example.com, separated by commas, or "*"',
  ],
];

for (const [name, values, expected] of WORDS) {
  Deno.test(`readConfig() refuses a wrong ${name} and says what it may hold`, () => {
    for (const value of values) {
      assertProblem({ [name]: value }, name, JSON.stringify(value), expected);
    }
  });
}

Deno.test('readConfig() takes CORS_ORIGINS "*" for any origin', () => {
  assertEquals(read({ JWT_SECRET, CORS_ORIGINS: " * " }).corsOrigins, "*");
});

Deno.test("readConfig() takes * in CORS_ORIGINS for one label, and says so if it stands elsewhere", () => {
  const CORS_ORIGINS = "https://*.example.com:8443, https://example.com";
  const expected = ["https://*.example.com:8443", "https://example.com"];
  assertEquals(read({ JWT_SECRET, CORS_ORIGINS }).corsOrigins, expected);
  const elsewhere = "https://app.*.example.com";
  const advice = '"*" stands for the first label of a host that has at least two more';
  assertProblem({ CORS_ORIGINS: elsewhere }, "CORS_ORIGINS", elsewhere, advice);
});

Deno.test("readConfig() counts an empty variable as unset", () => {
  const names = [...NUMBERS, ...WORDS].map(([name]) => name);
  const more = ["HOST", "NATS_URL", "ORG", "FLY_ORG", "ACCESS_TOKEN", "NATS_USER", "NATS_CREDS"];
  const empty = [...names, ...more, "JWT_PUBLIC_KEY", "JWT_JWKS", "JWT_JWKS_URL", "JWT_AUDIENCE"];
  const env = Object.fromEntries(empty.map((name) => [name, ""]));
  assertEquals(read({ ...env, JWT_SECRET }), read({ JWT_SECRET }));
});

Deno.test("readConfig() strips trailing line breaks from every variable, as files end with them", () => {
  const envs: Env[] = [
    { JWT_SECRET, NATS_TOKEN: "token", JWT_AUDIENCE: "natstap", JWT_ISSUER: "shop", HOST: "::1" },
    { JWT_SECRET, NATS_USER: "tap", NATS_PASSWORD: " a password ", PORT: "1", LOG_LEVEL: "warn" },
    { JWT_SECRET, ORG: "org", ACCESS_TOKEN: "FlyV1 fm2_x", NATS_URL: "tls://nats:4222" },
    ...Object.entries(KEYS).map(([name, value]) => ({
      [name]: value,
      CORS_ORIGINS: "https://a.b",
    })),
  ];
  for (const env of envs) {
    for (const end of ["\n", "\r\n", "\n\n\r\n"]) {
      const ended = Object.fromEntries(
        Object.entries(env).map(([name, value]) => [
          name,
          value + end,
        ]),
      );
      assertEquals(read(ended), read(env));
    }
  }
});

Deno.test("readConfig() keeps every other white space of a secret", () => {
  for (const password of [" a b\t ", "\na", "a\nb"]) {
    const { nats } = read({ JWT_SECRET, NATS_USER: "tap", NATS_PASSWORD: `${password}\n` });
    assertEquals(nats.credentials, { kind: "user", user: "tap", password });
  }
});

Deno.test("readConfig() counts a variable that holds only line breaks as unset", () => {
  assertEquals(
    read({ JWT_SECRET, JWT_PUBLIC_KEY: "\n", NATS_TOKEN: "\r\n" }),
    read({ JWT_SECRET }),
  );
});

Deno.test("readConfig() refuses one port for two listeners, but lets the system choose both", () => {
  const clashes: Env[] = [{ PORT: "9091" }, { METRICS_PORT: "8080" }, { METRICS_PORT: "08080" }];
  for (const env of clashes) {
    assertProblem(env, "METRICS_PORT", env.METRICS_PORT ?? "9091", "PORT");
  }
  assertEquals(read({ JWT_SECRET, PORT: "0", METRICS_PORT: "0" }).port, 0);
});

Deno.test("readConfig() demands exactly one of the four keys", () => {
  const kinds = Object.entries(KEYS).map(([name, value]) => read({ [name]: value }).keys.kind);
  assertEquals(kinds, ["secret", "public", "set", "url"]);
  const names = Object.keys(KEYS);
  const last = `set exactly one of ${names.join(", ")} ` +
    '(for a start: export JWT_SECRET="$(openssl rand -base64 48)")';
  assertEquals(problemsOf({}), [`Cannot choose a key: none is set, ${last}`]);
  fc.assert(fc.property(fc.subarray(names, { minLength: 2 }), (some) => {
    const env = Object.fromEntries(some.map((name) => [name, KEYS[name]!]));
    assertEquals(problemsOf(env), [`Cannot choose a key: ${some.join(" and ")} are set, ${last}`]);
  }));
});

Deno.test("readConfig() reports every wrong variable at once", () => {
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
    assertProblem({ JWT_SECRET: secret }, "JWT_SECRET", "not shown", "32 bytes or more");
  }
  assert(read({ JWT_SECRET: "x".repeat(32) }) && read({ JWT_SECRET: "é".repeat(16) }));
});

Deno.test("readConfig() takes a PEM that a platform has put on one line, in quotes or in Base64", () => {
  const one = publicKey.trim().replaceAll("\n", "\\n");
  for (const pem of [one, `"${one}"`, btoa(publicKey), publicKey.replaceAll("\n", " ")]) {
    assertEquals(read({ JWT_PUBLIC_KEY: pem }).keys, read({ JWT_PUBLIC_KEY: publicKey }).keys);
  }
});

Deno.test("readConfig() refuses a private key, and any JWT_JWKS_URL but an http or https one", () => {
  assertMatch(problemsOf({ JWT_PUBLIC_KEY: privateKey }).join("|"), /^[^|]*a public key[^|]*$/);
  for (const url of ["login.example.com", "file:///etc/passwd", "data:,x", "https://"]) {
    assertMatch(problemsOf({ JWT_JWKS_URL: url }).join("|"), /^[^|]*JWT_JWKS_URL[^|]*http[^|]*$/);
  }
});
