import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { assertEquals, assertThrows } from "@std/assert";
import { CompactSign, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK } from "jose";
import { createKeys, type Keys } from "../../lib/keys.ts";
import { parseKeySet, parsePublicKey } from "../../lib/public_keys.ts";
import { Problem } from "../../lib/problem.ts";
import { createVerify } from "../../lib/token.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const SECRET = utf8("a secret of the tests that is 64 bytes or more, as HS512 would have");
const HMAC = ["HS256", "HS384", "HS512"];
const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const EDDSA = ["EdDSA", "Ed25519"];
const ALL = [...HMAC, ...RSA, "ES256", "ES384", "ES512", ...EDDSA];

/** A key pair, and which algorithms fit it. */
interface Pair {
  readonly kind: string;
  readonly algorithms: readonly string[];
  readonly pem: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

async function generate(kind: string, algorithms: readonly string[]): Promise<Pair> {
  const pair = await generateKeyPair(algorithms[0]!, { extractable: true });
  const [publicJwk, privateJwk] = [
    await exportJWK(pair.publicKey),
    await exportJWK(pair.privateKey),
  ];
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
  createKeys({ kind: "set", jwks: parseKeySet(JSON.stringify({ keys })) });
const secretKeys = createKeys({ kind: "secret", secret: SECRET });

const claims = () => utf8(JSON.stringify({ app: "web", exp: Math.floor(Date.now() / 1000) + 600 }));

/** A good token, signed with this key whatever kind it is of. */
async function sign(alg: string, key: JWK | Uint8Array, header = {}): Promise<string> {
  const imported = key instanceof Uint8Array ? key : await importJWK(key, alg);
  return await new CompactSign(claims()).setProtectedHeader({ alg, ...header }).sign(imported);
}

/** A good token signed with `alg`: by `pair` where that fits it, else by whoever has such a key. */
function signAs(alg: string, pair?: Pair): Promise<string> {
  if (HMAC.includes(alg)) return sign(alg, pair ? utf8(pair.pem) : SECRET);
  const signer = pair?.algorithms.includes(alg)
    ? pair
    : PAIRS.find(({ algorithms }) => algorithms.includes(alg));
  return sign(alg, signer!.privateJwk);
}

async function outcome(keys: Keys, token: string): Promise<string> {
  try {
    await createVerify(keys, { maxTtl: 3600, allowAllApps: false })(token);
    return "taken";
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

function unsigned(alg: string, signature = ""): string {
  const encode = (bytes: Uint8Array) =>
    bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  return `${encode(utf8(JSON.stringify({ alg })))}.${encode(claims())}.${signature}`;
}

Deno.test("createKeys() pins a shared secret to HS256, HS384 and HS512", async () => {
  for (const alg of ALL) {
    const expected = HMAC.includes(alg) ? "taken" : "token_signature";
    assertEquals(await outcome(secretKeys, await signAs(alg)), expected, alg);
  }
});

for (const pair of PAIRS) {
  Deno.test(`createKeys() pins a ${pair.kind} key to ${pair.algorithms.join(", ")}`, async () => {
    for (const alg of ALL) {
      const expected = pair.algorithms.includes(alg) ? "taken" : "token_signature";
      assertEquals(await outcome(publicKeys(pair), await signAs(alg, pair)), expected, alg);
    }
  });
}

Deno.test("createKeys() pins a key set to the algorithms that fit its keys", async () => {
  const keys = keySet(...PAIRS.map(({ publicJwk }) => publicJwk));
  for (const alg of ALL) {
    const expected = HMAC.includes(alg) ? "token_signature" : "taken";
    assertEquals(await outcome(keys, await signAs(alg)), expected, alg);
  }
  assertEquals(await outcome(keySet(p256.publicJwk), await signAs("ES384")), "token_signature");
});

Deno.test("createKeys() refuses an HMAC over the public key's PEM, DER or JWK", async () => {
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

Deno.test("createKeys() has alg none, in any case of its letters, pass with no kind of key", async () => {
  for (const keys of [secretKeys, publicKeys(rsa), publicKeys(p256), keySet(rsa.publicJwk)]) {
    for (const alg of ["none", "None", "NONE", "nOnE", "", "HS1", "constructor", "RSA-OAEP"]) {
      for (const signature of ["", "AAAA"]) {
        const expected = alg === "" ? "token_malformed" : "token_signature";
        assertEquals(await outcome(keys, unsigned(alg, signature)), expected, alg);
      }
    }
  }
});

Deno.test("createKeys() refuses a signature of zeros", async () => {
  for (const [pair, size] of [[rsa, 256], [p256, 64], [ed25519, 64]] as const) {
    const zeros = new Uint8Array(size).toBase64({ alphabet: "base64url", omitPadding: true });
    const token = unsigned(pair.algorithms[0]!, zeros);
    assertEquals(await outcome(publicKeys(pair), token), "token_signature", pair.kind);
  }
});

Deno.test("createKeys() takes no key that a token's own header offers as jwk, jku, x5u or x5c", async () => {
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

Deno.test("createKeys() refuses an unknown crit in the header with any kind of key", async () => {
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

Deno.test("createKeys() has a token's kid choose the key of a set", async () => {
  const other = await generate("P-256", ["ES256"]);
  const keys = keySet({ ...p256.publicJwk, kid: "old" }, { ...other.publicJwk, kid: "new" });
  const table: [JWK, Record<string, unknown>, string][] = [
    [p256.privateJwk, { kid: "old" }, "taken"],
    [other.privateJwk, { kid: "new" }, "taken"],
    [p256.privateJwk, { kid: "new" }, "token_signature"],
    [p256.privateJwk, { kid: "gone" }, "token_signature"],
    [p256.privateJwk, {}, "taken"],
    [other.privateJwk, {}, "taken"],
  ];
  for (const [key, header, expected] of table) {
    assertEquals(await outcome(keys, await sign("ES256", key, header)), expected);
  }
});

Deno.test("createKeys() tries every key of a set on a token with no kid, and judges it by the one that fits", async () => {
  const more = await Promise.all([generate("P-256", ["ES256"]), generate("P-256", ["ES256"])]);
  const keys = keySet(p256.publicJwk, ...more.map(({ publicJwk }) => publicJwk));
  assertEquals(await outcome(keys, await sign("ES256", more[1].privateJwk)), "taken");
  const stranger = await generate("P-256", ["ES256"]);
  assertEquals(await outcome(keys, await sign("ES256", stranger.privateJwk)), "token_signature");
  const imported = await importJWK(more[1].privateJwk, "ES256");
  const old = new CompactSign(utf8(`{"app":"web","exp":1}`)).setProtectedHeader({ alg: "ES256" });
  assertEquals(await outcome(keys, await old.sign(imported)), "token_expired");
});

Deno.test("createKeys() has a kid, be it a path, SQL or a URL, choose nothing where a single public key is configured", async () => {
  const stranger = await generate("P-256", ["ES256"]);
  for (const kid of ["any", "../../dev/null", "' OR 1=1--", "http://127.0.0.1:1/", "__proto__"]) {
    const token = await sign("ES256", p256.privateJwk, { kid });
    assertEquals(await outcome(publicKeys(p256), token), "taken");
    const forged = await sign("ES256", stranger.privateJwk, { kid });
    assertEquals(await outcome(publicKeys(p256), forged), "token_signature");
  }
});

Deno.test("createKeys() never verifies with a key that is for encryption or another algorithm", async () => {
  for (const wrong of [{ use: "enc" }, { alg: "ES384" }, { key_ops: ["sign"] }]) {
    const token = await sign("ES256", p256.privateJwk);
    assertEquals(await outcome(keySet({ ...p256.publicJwk, ...wrong }), token), "token_signature");
  }
});

Deno.test("parsePublicKey() refuses all but a PEM (SPKI) of a kind that an algorithm fits", () => {
  const spki = (pair: { publicKey: { export(options: object): string | Uint8Array } }) =>
    String(pair.publicKey.export({ type: "spki", format: "pem" }));
  const privatePem = createPrivateKey({ key: { ...p256.privateJwk }, format: "jwk" })
    .export({ type: "pkcs8", format: "pem" });
  const pkcs1 = createPublicKey(rsa.pem).export({ type: "pkcs1", format: "pem" });
  const short = spki(generateKeyPairSync("rsa", { modulusLength: 1024 }));
  const other = spki(generateKeyPairSync("x25519"));
  const texts = ["", "key", String(privatePem), String(pkcs1), JSON.stringify(p256.publicJwk)];
  for (const text of [...texts, short, other]) {
    assertThrows(() => parsePublicKey(text), TypeError);
  }
  assertThrows(() => parsePublicKey("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----"));
});

Deno.test("parseKeySet() refuses a set with a secret, a private key, a strange one or none", () => {
  const { privateJwk, publicJwk } = p256;
  const sets = [null, [], 7, {}, { keys: [] }, { keys: {} }, { keys: [privateJwk] }];
  const keys = [null, 7, "x", {}, { kty: "oct", k: "c2VjcmV0" }, { ...publicJwk, crv: "P-192" }];
  for (const set of [...sets, ...keys.map((key) => ({ keys: [publicJwk, key] }))]) {
    assertThrows(() => parseKeySet(JSON.stringify(set)), TypeError);
  }
  assertThrows(() => parseKeySet("{"), SyntaxError);
  assertEquals(parseKeySet(JSON.stringify({ keys: [publicJwk] })), { keys: [publicJwk] });
});
