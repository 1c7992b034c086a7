import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import fc from "npm:fast-check@^4";
import { createAccount, createOperator, createUser } from "npm:@nats-io/nkeys@^2";
import { ConfigError, readConfig } from "../../../lib/config.ts";
import type { NatsOptions } from "../../../lib/nats/options.ts";
import { createAuthority } from "../../../tools/authority.ts";

type Env = Record<string, string>;

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const CREDS = "-----BEGIN NATS USER JWT-----\neyJ0\n------END NATS USER JWT------\n";
/** The PEM of a certificate and its key. */
const [CERT, KEY] = await createPair();
const SEED = toText(createUser().getSeed());
/** A certificate with its key. */
const PAIR = { NATS_TLS_CERT: "/etc/natstap/cert.pem", NATS_TLS_KEY: "/etc/natstap/key.pem" };
const ANOTHER = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const FILES: Record<string, string | undefined> = {
  "/etc/natstap/ca.pem": CA,
  "/etc/natstap/cert.pem": CERT,
  "/etc/natstap/key.pem": KEY,
  "/etc/natstap/another.pem": toPem(),
  "/etc/natstap/encrypted.pem": toPem({ cipher: "aes-256-cbc", passphrase: "secret" }),
  "/etc/natstap/cut.pem": KEY!.replace(/\n.{20}/, "\n"),
  "/etc/natstap/user.creds": CREDS,
  "/etc/natstap/empty": "",
};

function read(env: Env): NatsOptions {
  const readFile = (path: string) => {
    if (path.startsWith("/secret")) throw new Deno.errors.NotCapable("Requires read access");
    const text = FILES[path];
    if (text === undefined) throw new Deno.errors.NotFound("No such file");
    return text;
  };
  const all: Env = { JWT_SECRET: "a secret for tests with at least 32 bytes", ...env };
  return readConfig({ env: (name) => all[name], readFile }).nats;
}

async function createPair(): Promise<string[]> {
  await using authority = await createAuthority();
  const { cert, key } = await authority.issue("DNS:tap");
  return await Promise.all([cert, key].map((path) => Deno.readTextFile(path)));
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function toPem(encryption = {}): string {
  return ANOTHER.export({ type: "pkcs8", format: "pem", ...encryption }).toString();
}

function problemsOf(env: Env): readonly string[] {
  return assertThrows(() => read(env), ConfigError).problems;
}

/** Returns the only problem. */
function problemOf(env: Env): string {
  const [problem, ...more] = problemsOf(env);
  assertEquals(more, []);
  return problem!;
}

Deno.test("NATS_URL names one or several servers, with nats:, tls: or no scheme", () => {
  const table: [string, string[]][] = [
    ["nats://127.0.0.1:4222", ["nats://127.0.0.1:4222"]],
    ["nats://[fdaa::3]:4223", ["nats://[fdaa::3]:4223"]],
    ["[fdaa::3]:4223", ["[fdaa::3]:4223"]],
    ["nats.example.com", ["nats.example.com"]],
    ["nats://a:1,nats://b:2", ["nats://a:1", "nats://b:2"]],
    [" nats://a:1 , tls://[::1]:2 ", ["nats://a:1", "tls://[::1]:2"]],
  ];
  for (const [url, servers] of table) assertEquals(read({ NATS_URL: url }).servers, servers);
});

Deno.test("NATS_URL is rejected if it is not the address of a server", () => {
  const bad = "nats:// http://a:1 ws://a:1 nats://a:99999 fdaa::3 , nats://a, nats://a/path " +
    "nats://a?x=1 nats://a#x nats:/a";
  for (const url of ["nats://a b", ...bad.split(" ")]) {
    const problem = problemOf({ NATS_URL: url });
    assertMatch(problem, /NATS_URL.*nats:\/\/HOST:PORT or tls:\/\/HOST:PORT/);
    assert(problem.includes(JSON.stringify(url)), problem);
  }
});

Deno.test("NATS_URL with a user or a password is rejected, and neither is shown", () => {
  const part = fc.stringMatching(/^[a-z0-9%.-]{8,20}$/);
  fc.assert(fc.property(part, part, fc.nat(3), (user, password, place) => {
    for (const signIn of [`${user}:${password}`, user, `:${password}`]) {
      const urls = ["nats://a:1", "nats://b:2", "tls://c:3"];
      urls.splice(place, 0, `nats://${signIn}@d:4`);
      const problem = problemOf({ NATS_URL: urls.join(",") });
      assertMatch(problem, /NATS_URL/);
      assert(!problem.includes(user) && !problem.includes(password), problem);
    }
  }));
});

Deno.test("ORG or FLY_ORG makes Fly's own NATS the default", () => {
  for (const name of ["ORG", "FLY_ORG"]) {
    assertEquals(read({ [name]: "acme", ACCESS_TOKEN: "secret" }), {
      servers: ["nats://[fdaa::3]:4223"],
      credentials: { kind: "user", user: "acme", password: "secret" },
      tls: undefined,
      ignoreClusterUpdates: true,
    });
  }
  const env = { ORG: "acme", FLY_ORG: "other", ACCESS_TOKEN: "secret" };
  assertEquals(read(env).credentials, { kind: "user", user: "acme", password: "secret" });
  const { servers } = read({ ...env, NATS_URL: "nats://[::1]:4223" });
  assertEquals(servers, ["nats://[::1]:4223"]);
});

Deno.test("NATS_USER with NATS_PASSWORD, NATS_TOKEN, or NATS_CREDS sets the credentials", () => {
  const server = {
    servers: ["nats://127.0.0.1:4222"],
    tls: undefined,
    ignoreClusterUpdates: false,
  };
  assertEquals(read({ NATS_USER: "ann", NATS_PASSWORD: "secret" }), {
    ...server,
    credentials: { kind: "user", user: "ann", password: "secret" },
  });
  assertEquals(read({ NATS_TOKEN: "secret" }), {
    ...server,
    credentials: { kind: "token", token: "secret" },
  });
  assertEquals(read({ NATS_CREDS: "/etc/natstap/user.creds" }), {
    ...server,
    credentials: { kind: "creds", creds: CREDS },
  });
  assertEquals(read({}), { ...server, credentials: undefined });
});

Deno.test("If a user or a password is missing, the variable that is not set is named", () => {
  const pairs = [["NATS_USER", "NATS_PASSWORD"], ["ORG", "ACCESS_TOKEN"]] as const;
  for (const [user, password] of [...pairs, ["FLY_ORG", "ACCESS_TOKEN"]] as const) {
    const problem = problemOf({ [user]: "acme" });
    assertMatch(problem, new RegExp(`^Cannot read ${password} .*${user}.*not set`));
  }
  for (const [user, password] of pairs) {
    const problem = problemOf({ [password]: "s3cr3t" });
    assertMatch(problem, new RegExp(`^Cannot read ${user} .*${password}.*not set`));
  }
});

Deno.test("NATS_NKEY_SEED sets the credentials, without trailing line breaks", () => {
  for (const end of ["", "\n", "\r\n", "\n\n"]) {
    const { credentials } = read({ NATS_NKEY_SEED: SEED + end });
    assertEquals(credentials, { kind: "nkey", seed: SEED });
  }
});

Deno.test("NATS_NKEY_SEED is rejected if it is not the seed of a user, and is not shown", () => {
  const seeds = [createAccount(), createOperator()].map((pair) => toText(pair.getSeed()));
  const mistyped = SEED.replace(/(?<=^.{20})./, (char) => char === "A" ? "Z" : "A");
  const spaced = [` ${SEED}`, `${SEED} `];
  for (
    const seed of [...seeds, mistyped, ...spaced, createUser().getPublicKey(), "SUA", "x", "é"]
  ) {
    const problem = problemOf({ NATS_NKEY_SEED: seed });
    assertEquals(
      problem,
      "Cannot read NATS_NKEY_SEED as the seed of a user's NKey, which starts with SU: " +
        "current value is not shown",
    );
  }
});

Deno.test("Several ways to sign in to NATS are rejected, and the message names them", () => {
  const ways: Record<string, Env> = {
    ORG: { ORG: "acme", ACCESS_TOKEN: "s3cr3t" },
    NATS_USER: { NATS_USER: "ann", NATS_PASSWORD: "s3cr3t" },
    NATS_TOKEN: { NATS_TOKEN: "s3cr3t" },
    NATS_CREDS: { NATS_CREDS: "/etc/natstap/user.creds" },
    NATS_NKEY_SEED: { NATS_NKEY_SEED: SEED },
  };
  const names = Object.keys(ways);
  fc.assert(fc.property(fc.subarray(names, { minLength: 2 }), (some) => {
    const problem = problemOf(Object.assign({}, ...some.map((name) => ways[name])));
    assertEquals(names.filter((name) => problem.includes(name)), some);
    assert(!problem.includes("s3cr3t") && !problem.includes(SEED), problem);
  }));
});

Deno.test("tls: and NATS_TLS_CA each require TLS", () => {
  assertEquals(read({ NATS_URL: "nats://a:1" }).tls, undefined);
  assertEquals(read({ NATS_URL: "tls://a:1" }).tls, {});
  assertEquals(read({ NATS_URL: "nats://a:1,tls://b:2" }).tls, {});
  for (const url of ["nats://a:1", "tls://a:1"]) {
    const caFile = "/etc/natstap/ca.pem";
    assertEquals(read({ NATS_URL: url, NATS_TLS_CA: caFile }).tls, { caFile });
  }
});

Deno.test("NATS_TLS_CERT with NATS_TLS_KEY requires TLS, with or without NATS_TLS_CA", () => {
  const { NATS_TLS_CERT: certFile, NATS_TLS_KEY: keyFile } = PAIR;
  assertEquals(read(PAIR).tls, { certFile, keyFile });
  const caFile = "/etc/natstap/ca.pem";
  assertEquals(read({ ...PAIR, NATS_TLS_CA: caFile }).tls, { caFile, certFile, keyFile });
});

Deno.test("NATS_TLS_CERT without NATS_TLS_KEY is rejected, and vice versa", () => {
  const names = ["NATS_TLS_CERT", "NATS_TLS_KEY"] as const;
  for (const [set, missing] of [names, names.toReversed()] as [keyof typeof PAIR, string][]) {
    const problem = problemOf({ [set]: PAIR[set] });
    assertMatch(problem, new RegExp(`^Cannot read ${missing} .*${set}.*: it is not set$`));
  }
});

Deno.test("NATS_TLS_CERT and NATS_TLS_KEY are rejected if they do not match, and the invalid one is named", () => {
  const table: [env: Env, name: string, expected: string][] = [
    [
      { NATS_TLS_KEY: "/etc/natstap/another.pem" },
      "NATS_TLS_KEY",
      "the private key of NATS_TLS_CERT",
    ],
    [{ NATS_TLS_KEY: "/etc/natstap/encrypted.pem" }, "NATS_TLS_KEY", "not encrypted"],
    [{ NATS_TLS_KEY: "/etc/natstap/cut.pem" }, "NATS_TLS_KEY", "a private key in PEM"],
    [{ NATS_TLS_CERT: "/etc/natstap/ca.pem" }, "NATS_TLS_CERT", "a certificate in PEM"],
  ];
  for (const [env, name, expected] of table) {
    const problem = problemOf({ ...PAIR, ...env });
    assert(problem.startsWith(`Cannot read ${name} as the path of `), problem);
    assert(problem.includes(expected) && problem.includes(JSON.stringify(env[name])), problem);
  }
});

for (const name of ["NATS_CREDS", "NATS_TLS_CA", "NATS_TLS_CERT", "NATS_TLS_KEY"]) {
  Deno.test(`${name} is rejected if its file is missing, is of another kind, or may not be read`, () => {
    const other = name in PAIR ? PAIR : {};
    const wrong = name === "NATS_CREDS" ? "/etc/natstap/ca.pem" : "/etc/natstap/user.creds";
    for (const path of ["/etc/natstap/none", "/etc/natstap/empty", wrong, "/secret/a"]) {
      const problem = problemOf({ ...other, [name]: path });
      assertMatch(problem, new RegExp(`^Cannot read ${name} .* file`));
      assert(problem.includes(JSON.stringify(path)), problem);
    }
    const [denied] = problemsOf({ ...other, [name]: "/secret/a" });
    assertMatch(denied!, /\/etc\/natstap, or one that --allow-read=\/secret\/a permits/);
  });
}
