import { assert, assertEquals } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import fc from "npm:fast-check@^4";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { describeInvalid } from "../../lib/variable_reader.ts";
import { type Variable, type VariableName, VARIABLES } from "../../lib/variables.ts";

const MARKER = "s3cr3tM4rk3r";
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = pair.publicKey.export({ format: "jwk" });
const privatePem = String(pair.privateKey.export({ format: "pem", type: "pkcs8" }));

/** What a variable might hold by mistake, always with the marker in it. */
const text = fc.oneof(
  fc.constant(MARKER),
  fc.tuple(fc.string({ unit: "binary" }), fc.string()).map((around) => around.join(MARKER)),
  fc.constantFrom(
    `-----BEGIN PUBLIC KEY-----\n${MARKER}\n-----END PUBLIC KEY-----`,
    `-----BEGIN PRIVATE KEY-----\n${MARKER}\n-----END PRIVATE KEY-----`,
    privatePem.replace("\n", `\n${MARKER}`),
    `-----BEGIN NATS USER JWT-----\n${MARKER}\n------END NATS USER JWT------`,
    `nats://user:${MARKER}@127.0.0.1:4222`,
    `https://user:${MARKER}@login.example.com/jwks.json`,
    `{"keys":"${MARKER}"}`,
    `{"keys":[`,
  ),
);
/** A JWK Set with the marker in one of its members. */
const keySet = fc.tuple(
  fc.constantFrom("kty", "crv", "x", "y", "n", "e", "k", "d", "kid", "alg", "use"),
  fc.constantFrom<Record<string, unknown>>({ ...jwk }, { kty: "RSA", n: "AQ", e: "AQAB" }, {}),
  fc.constantFrom<unknown>(MARKER, [MARKER], { [MARKER]: MARKER }),
).map(([member, key, value]) => JSON.stringify({ keys: [{ ...key, [member]: value }] }));

const SECRETS = (Object.keys(VARIABLES) as VariableName[])
  .filter((name) => (VARIABLES[name] as Variable).secret);

function messageOf(env: Record<string, string | undefined>): string {
  const readFile = () => {
    throw new Deno.errors.NotCapable("Requires read access");
  };
  try {
    // An invalid PORT, so that there is always a message.
    readConfig({ env: (name) => ({ PORT: "wrong", ...env })[name], readFile });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("Expected the configuration to be rejected");
}

for (const name of SECRETS) {
  Deno.test(`readConfig() never shows the value of ${name}`, () => {
    fc.assert(fc.property(fc.oneof(text, keySet), (value) => {
      const message = messageOf({ [name]: value });
      assert(!message.includes(MARKER), message);
      for (const piece of privatePem.split("\n").slice(1, -2)) assert(!message.includes(piece));
    }));
  });
}

Deno.test("readConfig() never shows a secret, whatever else is wrong", () => {
  const secrets = Object.fromEntries(SECRETS.map((name) => [name, text]));
  const env = fc.record(secrets, { requiredKeys: [] });
  const others = fc.constantFrom("NATS_USER", "ORG", "NATS_URL", "JWT_JWKS_URL", "HOST");
  fc.assert(fc.property(env, others, (env, other) => {
    const message = messageOf({ ...env, [other]: "harmless" });
    assert(!message.includes(MARKER), message);
  }));
});

for (const name of ["NATS_CREDS", "NATS_TLS_CA", "NATS_TLS_CERT", "NATS_TLS_KEY"]) {
  Deno.test(`readConfig() never shows the text of a file that ${name} holds instead of its path`, () => {
    const seed = `-----BEGIN USER NKEY SEED-----\n${MARKER}\n------END USER NKEY SEED------\n`;
    for (const value of [seed, seed.replaceAll("\n", "\\n"), privatePem.replace("\n", MARKER)]) {
      const message = messageOf({ [name]: value });
      assert(message.includes(name) && !message.includes(MARKER), message);
    }
  });
}

for (const name of ["NATS_URL", "JWT_JWKS_URL", "CORS_ORIGINS"]) {
  Deno.test(`readConfig() never shows the password of a URL in ${name}`, () => {
    const urls = [
      "nats://u:%s@h:1",
      "https://u:%s@h",
      "ftp://u:%s@h",
      "https://%s@h/x y",
      "u:%s@h",
    ];
    for (const url of urls.flatMap((url) => [url, `nats://a:1,${url}`, `https://a,${url}`])) {
      const message = messageOf({ [name]: url.replace("%s", MARKER) });
      assert(!message.includes(MARKER), message);
    }
  });
}

Deno.test("describeInvalid() shows the value of a variable that is not secret", () => {
  for (const name of SECRETS) {
    assert(!describeInvalid(name, MARKER, "a word").includes(MARKER), name);
  }
  assert(describeInvalid("HOST", MARKER, "a word").includes(`"${MARKER}"`));
});

Deno.test("describeInvalid() returns one line, whatever the value is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    const line = describeInvalid("HOST", value, "a host");
    assertEquals(line.split(/[\r\n]/).length, 1);
    assert(line.includes(value.includes("@") ? "not shown" : JSON.stringify(value)));
  }));
});
