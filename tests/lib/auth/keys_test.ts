import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { assertEquals, assertStringIncludes, assertThrows, fail } from "@std/assert";
import { CompactSign, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK } from "jose";
import { createKeys, type Keys } from "../../../lib/auth/keys.ts";
import { parseKeySet, parsePublicKey } from "../../../lib/auth/public_keys.ts";
import { createVerify } from "../../../lib/auth/token.ts";
import { codeOf } from "../../support/problem_code.ts";
import { base64url } from "../../support/tokens/forgery.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const SECRET = utf8("a secret for tests with at least 64 bytes, as recommended for HS512");
const HMAC = ["HS256", "HS384", "HS512"];
const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const EDDSA = ["EdDSA", "Ed25519"];
const ALL = [...HMAC, ...RSA, "ES256", "ES384", "ES512", ...EDDSA];

/** A key pair and its algorithms. */
interface Pair {
  readonly kind: string;
  readonly algorithms: readonly string[];
  readonly pem: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

async function generate(kind: string, algorithms: readonly string[]): Promise<Pair> {
  const pair = await generateKeyPair(algorithms[0]!, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const privateJwk = await exportJWK(pair.privateKey);
  return { kind, algorithms, pem: await exportSPKI(pair.publicKey), publicJwk, privateJwk };
}

const PAIRS = await Promise.all([
  generate("RSA", RSA),
  generate("P-256", ["ES256"]),
  generate("P-384", ["ES384"]),
  generate("P-521", ["ES512"]),
  generate("Ed25519", EDDSA),
]);
const [rsa, p256, , , ed25519] = PAIRS as [Pair, Pair, Pair, Pair, Pair];
const publicKeys = ({ pem }: Pair) => createKeys({ kind: "public", jwk: parsePublicKey(pem) });
const keySet = (...keys: JWK[]) =>
  createKeys({ kind: "set", set: parseKeySet(JSON.stringify({ keys })) });
const secretKeys = createKeys({ kind: "secret", secret: SECRET });

const claims = () => utf8(JSON.stringify({ app: "web", exp: Math.floor(Date.now() / 1000) + 600 }));

/** Returns a valid token that is signed with `key`. */
async function sign(alg: string, key: JWK | Uint8Array, header = {}): Promise<string> {
  const imported = key instanceof Uint8Array ? key : await importJWK(key, alg);
  return await new CompactSign(claims()).setProtectedHeader({ alg, ...header }).sign(imported);
}

/** Returns a valid token that is signed with `alg`, by `pair` if possible, otherwise by another pair. */
function signAs(alg: string, pair?: Pair): Promise<string> {
  if (HMAC.includes(alg)) return sign(alg, pair ? utf8(pair.pem) : SECRET);
  const signer = pair?.algorithms.includes(alg)
    ? pair
    : PAIRS.find(({ algorithms }) => algorithms.includes(alg));
  return sign(alg, signer!.privateJwk);
}

function outcome(keys: Keys, token: string): Promise<string> {
  const verify = createVerify(keys, { maxTtl: 3600, appClaim: "app", allowAllApps: false });
  return verify(token).then(() => "accepted", codeOf);
}

function unsigned(alg: string, signature = ""): string {
  return `${base64url(JSON.stringify({ alg }))}.${base64url(claims())}.${signature}`;
}

Deno.test("createKeys() pins a shared secret to HS256, HS384 and HS512", async () => {
  for (const alg of ALL) {
    const expected = HMAC.includes(alg) ? "accepted" : "token_signature";
    assertEquals(await outcome(secretKeys, await signAs(alg)), expected, alg);
  }
});

for (const pair of PAIRS) {
  Deno.test(`createKeys() pins a ${pair.kind} key to ${pair.algorithms.join(", ")}`, async () => {
    for (const alg of ALL) {
      const expected = pair.algorithms.includes(alg) ? "accepted" : "token_signature";
      assertEquals(await outcome(publicKeys(pair), await signAs(alg, pair)), expected, alg);
    }
  });
}

Deno.test("createKeys() pins a key set to the algorithms that fit its keys", async () => {
  const keys = keySet(...PAIRS.map(({ publicJwk }) => publicJwk));
  for (const alg of ALL) {
    const expected = HMAC.includes(alg) ? "token_signature" : "accepted";
    assertEquals(await outcome(keys, await signAs(alg)), expected, alg);
  }
  assertEquals(await outcome(keySet(p256.publicJwk), await signAs("ES384")), "token_signature");
});

Deno.test("createKeys() rejects an HMAC whose secret is the PEM, DER or JWK of the public key", async () => {
  for (const pair of [rsa, p256, ed25519]) {
    const der = Uint8Array.fromBase64(pair.pem.replaceAll(/-----.*?-----|\s/g, ""));
    const forms = [
      pair.pem,
      pair.pem.trim(),
      `${pair.pem.trim()}\n`,
      JSON.stringify(pair.publicJwk),
    ];
    const set = keySet({ ...pair.publicJwk, kid: "k" });
    for (const secret of [...forms.map(utf8), der]) {
      for (const alg of HMAC) {
        const token = await sign(alg, secret, { kid: "k" });
        assertEquals(await outcome(publicKeys(pair), token), "token_signature");
        assertEquals(await outcome(set, token), "token_signature");
      }
    }
  }
});

Deno.test("createKeys() rejects alg none, in upper or lower case, for every kind of key", async () => {
  for (const keys of [secretKeys, publicKeys(rsa), publicKeys(p256), keySet(rsa.publicJwk)]) {
    for (const alg of ["none", "None", "NONE", "nOnE", "", "HS1", "constructor", "RSA-OAEP"]) {
      for (const signature of ["", "AAAA"]) {
        const expected = alg === "" ? "token_malformed" : "token_signature";
        assertEquals(await outcome(keys, unsigned(alg, signature)), expected, alg);
      }
    }
  }
});

Deno.test("createKeys() rejects a signature of zeros", async () => {
  for (const [pair, size] of [[rsa, 256], [p256, 64], [ed25519, 64]] as const) {
    const token = unsigned(pair.algorithms[0]!, base64url(new Uint8Array(size)));
    assertEquals(await outcome(publicKeys(pair), token), "token_signature", pair.kind);
  }
});

Deno.test("createKeys() ignores keys that the header of a token contains or names as jwk, jku, x5u or x5c", async () => {
  const attacker = await generate("P-256", ["ES256"]);
  const { publicJwk: jwk, privateJwk } = attacker;
  const url = "http://127.0.0.1:1/";
  const x5c = [attacker.pem.replaceAll(/-----.*?-----|\s/g, "")];
  for (const header of [{ jwk }, { jku: url }, { x5u: url }, { x5c }]) {
    const token = await sign("ES256", privateJwk, header);
    assertEquals(await outcome(publicKeys(p256), token), "token_signature");
    assertEquals(await outcome(keySet(p256.publicJwk), token), "token_signature");
  }
});

Deno.test("createKeys() rejects an unknown crit in the header for every kind of key", async () => {
  const table: [Keys, string, JWK | Uint8Array][] = [
    [secretKeys, "HS256", SECRET],
    [publicKeys(p256), "ES256", p256.privateJwk],
    [keySet(p256.publicJwk), "ES256", p256.privateJwk],
  ];
  for (const [keys, alg, key] of table) {
    const imported = key instanceof Uint8Array ? key : await importJWK(key, alg);
    const token = await new CompactSign(claims())
      .setProtectedHeader({ alg, crit: ["urn:x"], "urn:x": 1 })
      .sign(imported, { crit: { "urn:x": true } });
    assertEquals(await outcome(keys, token), "token_malformed", alg);
  }
});

Deno.test("createKeys() selects the key of a set by the kid of the token", async () => {
  const other = await generate("P-256", ["ES256"]);
  const keys = keySet({ ...p256.publicJwk, kid: "old" }, { ...other.publicJwk, kid: "new" });
  const table: [JWK, Record<string, unknown>, string][] = [
    [p256.privateJwk, { kid: "old" }, "accepted"],
    [other.privateJwk, { kid: "new" }, "accepted"],
    [p256.privateJwk, { kid: "new" }, "token_signature"],
    [p256.privateJwk, { kid: "gone" }, "token_signature"],
    [p256.privateJwk, {}, "accepted"],
    [other.privateJwk, {}, "accepted"],
  ];
  for (const [key, header, expected] of table) {
    assertEquals(await outcome(keys, await sign("ES256", key, header)), expected);
  }
});

Deno.test("createKeys() tries every key of a set on a token without kid, and validates the claims once one fits", async () => {
  const more = await Promise.all([generate("P-256", ["ES256"]), generate("P-256", ["ES256"])]);
  const keys = keySet(p256.publicJwk, ...more.map(({ publicJwk }) => publicJwk));
  assertEquals(await outcome(keys, await sign("ES256", more[1].privateJwk)), "accepted");
  const stranger = await generate("P-256", ["ES256"]);
  assertEquals(await outcome(keys, await sign("ES256", stranger.privateJwk)), "token_signature");
  const imported = await importJWK(more[1].privateJwk, "ES256");
  const old = new CompactSign(utf8(`{"app":"web","exp":1}`)).setProtectedHeader({ alg: "ES256" });
  assertEquals(await outcome(keys, await old.sign(imported)), "token_expired");
});

Deno.test("createKeys() ignores kid, even if it is a path, SQL or a URL, if a single public key is configured", async () => {
  const stranger = await generate("P-256", ["ES256"]);
  for (const kid of ["any", "../../dev/null", "' OR 1=1--", "http://127.0.0.1:1/", "__proto__"]) {
    const token = await sign("ES256", p256.privateJwk, { kid });
    assertEquals(await outcome(publicKeys(p256), token), "accepted");
    const forged = await sign("ES256", stranger.privateJwk, { kid });
    assertEquals(await outcome(publicKeys(p256), forged), "token_signature");
  }
});

Deno.test("createKeys() never verifies with a key for encryption or for another algorithm", async () => {
  for (const wrong of [{ use: "enc" }, { alg: "ES384" }, { key_ops: ["sign"] }]) {
    const token = await sign("ES256", p256.privateJwk);
    const keys = keySet({ ...p256.publicJwk, ...wrong }, rsa.publicJwk);
    assertEquals(await outcome(keys, token), "token_signature");
  }
});

Deno.test("parsePublicKey() rejects everything but public keys of a supported kind", () => {
  const spki = (pair: { publicKey: { export(options: object): string | Uint8Array } }) =>
    String(pair.publicKey.export({ type: "spki", format: "pem" }));
  const privatePem = createPrivateKey({ key: { ...p256.privateJwk }, format: "jwk" })
    .export({ type: "pkcs8", format: "pem" });
  const short = spki(generateKeyPairSync("rsa", { modulusLength: 1024 }));
  const other = spki(generateKeyPairSync("x25519"));
  const texts = ["", "key", String(privatePem), JSON.stringify(p256.publicJwk)];
  for (const text of [...texts, short, other]) {
    assertThrows(() => parsePublicKey(text), TypeError);
  }
});

/** Returns an RSA key with this number of bits, which has no private key. */
function rsaJwk(bits: number): JWK {
  const modulus = new Uint8Array(Math.ceil(bits / 8)).fill(0xff);
  modulus[0]! >>= modulus.length * 8 - bits;
  return { kty: "RSA", n: base64url(modulus), e: "AQAB" };
}

const X25519 = { kty: "OKP", crv: "X25519", x: "A".repeat(43) };
const ML_DSA = { kty: "AKP", alg: "ML-DSA-65", pub: "A".repeat(2603) };
/** Keys that cannot verify a token, and part of the reason. */
const UNUSABLE: [kind: string, jwk: JWK, reason: string][] = [
  ["X25519", X25519, "a key must be RSA"],
  ["X25519 for encryption", { ...X25519, use: "enc" }, "a key must be RSA"],
  ["ML-DSA", ML_DSA, "a key must be RSA"],
  ["Ed448", { kty: "OKP", crv: "Ed448", x: "A".repeat(76) }, "a key must be RSA"],
  ["secp256k1", { ...p256.publicJwk, crv: "secp256k1" }, "a key must be RSA"],
  ["P-192", { ...p256.publicJwk, crv: "P-192" }, "a key must be RSA"],
  ["an unknown kind", { kty: "LATTICE" }, "a key must be RSA"],
  ["no kind", {}, "a key must be RSA"],
  ["a kind that is not a string", { kty: 7 } as unknown as JWK, "a key must be RSA"],
  ["RSA of 1024 bits", rsaJwk(1024), "it has 1024 bits"],
  ["RSA of 2047 bits", rsaJwk(2047), "it has 2047 bits"],
  ["RSA of 4097 bits", rsaJwk(4097), "it has 4097 bits, but must be RSA from 2048 bits"],
  ["RSA of 8192 bits", rsaJwk(8192), "it has 8192 bits, but must be RSA from 2048 bits"],
  ["RSA of 16384 bits", rsaJwk(16_384), "it has 16384 bits"],
  ["RSA without modulus", { kty: "RSA", e: "AQAB" }, "lacks a required member"],
  ["RSA with an empty modulus", { kty: "RSA", n: "", e: "AQAB" }, "lacks a required member"],
  ["RSA with exponent 1", { ...rsa.publicJwk, e: "AQ" }, "malformed"],
  ["RSA with exponent 2^64 + 1", { ...rsa.publicJwk, e: "AQAAAAAAAAAB" }, "malformed"],
  ["P-256 with a point off the curve", { ...p256.publicJwk, y: p256.publicJwk.x! }, "malformed"],
  ["P-256 without y", { kty: "EC", crv: "P-256", x: p256.publicJwk.x! }, "lacks a required member"],
  ["P-256 for ES256K", { ...p256.publicJwk, alg: "ES256K" }, 'its "alg" is not one of ES256'],
  ["RSA for RSA-OAEP", { ...rsa.publicJwk, alg: "RSA-OAEP" }, 'its "alg" is not one of RS256'],
];

for (const [kind, jwk, reason] of UNUSABLE) {
  Deno.test(`parseKeySet() ignores ${kind} next to a key that can verify tokens, and says why`, async () => {
    const set = parseKeySet(JSON.stringify({ keys: [{ ...jwk, kid: "odd" }, p256.publicJwk] }));
    assertEquals(set.jwks, { keys: [p256.publicJwk] });
    const kty = typeof jwk.kty === "string" ? jwk.kty : undefined;
    assertEquals(set.ignored.map(({ kid, kty }) => [kid, kty]), [["odd", kty]]);
    assertStringIncludes(set.ignored[0]!.reason, reason);
    const ignored: unknown[] = [];
    const keys = createKeys({ kind: "set", set }, (keys) => ignored.push(...keys));
    assertEquals(ignored, [...set.ignored]);
    assertEquals(await outcome(keys, await sign("ES256", p256.privateJwk)), "accepted");
    const named = await sign("ES256", p256.privateJwk, { kid: "odd" });
    assertEquals(await outcome(keys, named), "token_signature");
  });
}

Deno.test("parseKeySet() rejects a set without a usable key, and says why", () => {
  for (const [, jwk, reason] of UNUSABLE) {
    for (const keys of [[jwk], [jwk, jwk], [{ ...rsa.publicJwk, use: "enc" }, jwk]]) {
      const json = JSON.stringify({ keys });
      assertThrows(() => parseKeySet(json), TypeError, `no key in it can verify a token: `);
      assertThrows(() => parseKeySet(json), TypeError, reason);
    }
  }
  const encryption = JSON.stringify({ keys: [{ ...rsa.publicJwk, use: "enc" }] });
  assertThrows(() => parseKeySet(encryption), TypeError, "for encryption");
});

Deno.test("parseKeySet() keeps RSA keys of 2048 to 4096 bits, whatever their other members are", () => {
  for (const bits of [2048, 2049, 3072, 4095, 4096]) {
    const jwk = { ...rsaJwk(bits), use: "sig", key_ops: ["verify"], alg: "PS256", x5t: "odd" };
    assertEquals(parseKeySet(JSON.stringify({ keys: [jwk] })).jwks, { keys: [jwk] });
  }
});

Deno.test("parseKeySet() does not report keys for encryption, which belong to other services", () => {
  const keys = [{ ...rsa.publicJwk, use: "enc", alg: "RSA-OAEP" }, p256.publicJwk];
  const set = parseKeySet(JSON.stringify({ keys }));
  assertEquals(set, { jwks: { keys: [p256.publicJwk] }, ignored: [] });
  const keysForTokens = createKeys({ kind: "set", set }, () => fail("Nothing is ignored"));
  assertEquals(keysForTokens.algorithms.includes("ES256"), true);
});

Deno.test("parseKeySet() truncates the names of ignored keys", () => {
  const long = { kty: "k".repeat(1_000), kid: "i".repeat(1_000) };
  const { ignored } = parseKeySet(JSON.stringify({ keys: [long, p256.publicJwk] }));
  assertEquals([ignored[0]!.kty, ignored[0]!.kid], ["k".repeat(128), "i".repeat(128)]);
});

Deno.test("parseKeySet() rejects a secret or a private key, whether or not its kind is supported", () => {
  const { publicJwk, privateJwk } = p256;
  const secrets: JWK[] = [
    privateJwk,
    rsa.privateJwk,
    ed25519.privateJwk,
    { ...privateJwk, use: "enc" },
    { kty: "oct", k: "c2VjcmV0" },
    { ...X25519, d: "A".repeat(43) },
    { ...ML_DSA, priv: "A".repeat(43) },
    { ...rsa.publicJwk, p: "AQ" },
    { kty: "LATTICE", k: "AQ" },
  ];
  for (const secret of secrets) {
    for (const keys of [[secret], [publicJwk, secret], [secret, publicJwk]]) {
      const json = JSON.stringify({ keys });
      assertThrows(() => parseKeySet(json), TypeError, "it contains a secret or a private key");
    }
  }
});

Deno.test("parseKeySet() rejects everything but a set of keys", () => {
  const sets = [null, [], 7, {}, { keys: [] }, { keys: {} }, { keys: "x" }];
  const items = [null, 7, "x"].map((key) => ({ keys: [p256.publicJwk, key] }));
  for (const set of [...sets, ...items]) {
    assertThrows(() => parseKeySet(JSON.stringify(set)), TypeError, `a JWK Set has "keys"`);
  }
  assertThrows(() => parseKeySet("{"), SyntaxError);
});
