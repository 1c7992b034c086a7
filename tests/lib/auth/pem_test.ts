import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { parsePem } from "../../../lib/auth/pem.ts";
import { parsePublicKey } from "../../../lib/auth/public_keys.ts";
import { createOpenssl, type Openssl } from "../../../tools/openssl.ts";

let openssl: Openssl;
Deno.test.beforeAll(async () => void (openssl = await createOpenssl()));
Deno.test.afterAll(async () => await openssl[Symbol.asyncDispose]());

const PAIRS = {
  RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
  Ed25519: generateKeyPairSync("ed25519"),
};
type Pair = { publicKey: KeyObject; privateKey: KeyObject };

const spki = ({ publicKey }: Pair) => String(publicKey.export({ type: "spki", format: "pem" }));
const pkcs1 = ({ publicKey }: Pair) => String(publicKey.export({ type: "pkcs1", format: "pem" }));
const pkcs8 = ({ privateKey }: Pair) => String(privateKey.export({ type: "pkcs8", format: "pem" }));
const jwkOf = ({ publicKey }: Pair) => publicKey.export({ format: "jwk" });
const base64 = (text: string) => new TextEncoder().encode(text).toBase64();

/** What platforms, shells and users do to a PEM. These can be combined. */
const WRAPPINGS: Record<string, (text: string) => string> = {
  "on one line with spaces": (text) => text.trim().replaceAll("\n", " "),
  "with \\n written out": (text) => text.replaceAll("\n", "\\n"),
  "with \\r\\n written out": (text) => text.replaceAll("\n", "\\r\\n"),
  "with \\n escaped twice": (text) => text.replaceAll("\n", "\\\\n"),
  "with CRLF": (text) => text.replaceAll("\n", "\r\n"),
  "with CR": (text) => text.replaceAll("\n", "\r"),
  "indented": (text) => text.replaceAll(/^/gm, " \t "),
  "with empty lines": (text) => text.replaceAll("\n", "\n\n"),
  "in double quotes": (text) => `"${text}"`,
  "in single quotes": (text) => ` '${text}'\n`,
  "in backticks": (text) => `\`${text}\``,
  "as JSON": (text) => JSON.stringify(text),
  "as PHP writes JSON": (text) => JSON.stringify(text).replaceAll("/", "\\/"),
  "as .NET writes JSON": (text) => JSON.stringify(text).replaceAll("+", "\\u002B"),
  "with line continuations of a shell": (text) => text.replaceAll("\n", "\\\n"),
  "after a byte order mark": (text) => `\ufeff${text}`,
};
/** At most three of these can be combined. */
const ENCODINGS: Record<string, (text: string) => string> = {
  "in Base64": base64,
  "in Base64 of 76 characters per line": (text) => base64(text).replace(/.{76}/g, "$&\n"),
  "in base64url": (text) => new TextEncoder().encode(text).toBase64({ alphabet: "base64url" }),
  "in Base64 without padding": (text) => base64(text).replaceAll("=", ""),
};
const ALL = { ...WRAPPINGS, ...ENCODINGS };

/** Each form of each key; filled before the tests run. */
const FORMS: { form: string; pem: string; pair: Pair }[] = [];
Deno.test.beforeAll(async () => {
  for (const [kind, pair] of Object.entries(PAIRS)) {
    await openssl.write("key.pem", pkcs8(pair));
    const request = "openssl req -x509 -key key.pem -subj /CN=natstap -days 1";
    const certificate = new TextDecoder().decode(await openssl.run(request));
    FORMS.push({ form: kind, pem: spki(pair), pair });
    FORMS.push({ form: `a certificate of ${kind}`, pem: certificate, pair });
  }
  FORMS.push({ form: "RSA in PKCS #1", pem: pkcs1(PAIRS.RSA), pair: PAIRS.RSA });
});

for (const [shape, wrap] of Object.entries(ALL)) {
  Deno.test(`parsePem() reads SPKI, PKCS #1 and certificates ${shape}`, () => {
    for (const { form, pem, pair } of FORMS) {
      assertEquals(parsePem(wrap(pem)), jwkOf(pair), form);
      assertEquals(parsePem(wrap(pem.trim())), jwkOf(pair), form);
    }
  });
}

/** Several wrappings, one around another. */
const wrappings = fc.tuple(
  fc.array(fc.constantFrom(...Object.values(WRAPPINGS)), { maxLength: 3 }),
  fc.array(fc.constantFrom(...Object.values(ENCODINGS)), { maxLength: 3 }),
).chain(([some, others]) => fc.shuffledSubarray([...some, ...others]));

Deno.test("parsePem() reads a key in any combination of wrappings", () => {
  fc.assert(
    fc.property(fc.constantFrom(...FORMS), wrappings, ({ pem, pair }, wrap) => {
      assertEquals(parsePem(wrap.reduce((text, next) => next(text), pem)), jwkOf(pair));
    }),
    { numRuns: 500 },
  );
});

Deno.test("parsePem() reads the Base64 between the first and the last line", () => {
  for (const { form, pem, pair } of FORMS) {
    const body = pem.replaceAll(/-----.*-----/g, "");
    for (const text of [body, body.replaceAll("\n", ""), `"${body}"`, base64(body)]) {
      assertEquals(parsePem(text), jwkOf(pair), form);
    }
  }
});

Deno.test("parsePem() ignores text around the PEM, and the rest of a chain of certificates", async () => {
  const [{ pem, pair }, { pem: certificate }] = FORMS as [typeof FORMS[0], typeof FORMS[0]];
  assertEquals(parsePem(`JWT_PUBLIC_KEY=Schlüssel:\n${pem}# the end`), jwkOf(pair));
  assertEquals(parsePem(base64(`Schlüssel:\n${pem}`)), jwkOf(pair));
  const chain = FORMS.map(({ pem }) => pem).filter((pem) => pem.includes("CERTIFICATE"));
  assertEquals(parsePem(chain.join("")), jwkOf(pair));
  await openssl.write("certificate.pem", certificate);
  for (const options of ["-text", "-trustout", "-pubkey"]) {
    const text = await openssl.run(`openssl x509 -in certificate.pem ${options}`);
    assertEquals(parsePem(new TextDecoder().decode(text)), jwkOf(pair), options);
  }
});

Deno.test("parsePem() rejects a private key in any combination of wrappings, and shows no part of it", () => {
  const sec1 = PAIRS["P-256"].privateKey.export({ type: "sec1", format: "pem" });
  const traditional = PAIRS.RSA.privateKey.export({ type: "pkcs1", format: "pem" });
  const encrypted = PAIRS.RSA.privateKey.export({
    ...{ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "passphrase" },
  });
  const keys = [...Object.values(PAIRS).map(pkcs8), sec1, traditional, encrypted].map(String);
  const beside = keys.flatMap((key) => [`${FORMS[0]!.pem}${key}`, `${key}${FORMS[0]!.pem}`]);
  // The body of an encrypted key looks like any other Base64.
  const bodies = keys.slice(0, -1).map((key) => key.replaceAll(/-----.*-----/g, ""));
  const cut = keys.map((key) => key.slice(0, -30));
  const texts = [...keys, ...beside, ...bodies, ...cut];
  fc.assert(
    fc.property(fc.constantFrom(...texts), wrappings, (text, wrap) => {
      const wrapped = wrap.reduce((text, next) => next(text), text);
      const { message } = assertThrows(() => parsePem(wrapped), TypeError, "it is a private key");
      for (const line of text.split("\n").filter((line) => line.length > 40)) {
        assert(!message.includes(line.slice(0, 20)), message);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("parsePem() rejects a private key that is labeled as a public one", () => {
  for (const pair of Object.values(PAIRS)) {
    for (const label of ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "KEY"]) {
      assertThrows(() => parsePem(pkcs8(pair).replaceAll("PRIVATE KEY", label)), TypeError);
    }
  }
});

Deno.test("parsePem() names the command that converts a rejected key", async () => {
  const { pem, pair } = FORMS[0]!;
  await openssl.write("private.pem", pkcs8(pair));
  await openssl.write("public.pem", pem);
  await openssl.run("openssl req -new -key private.pem -subj /CN=natstap -out request.pem");
  await openssl.run("openssl req -x509 -key private.pem -subj /CN=natstap -out certificate.pem");
  await openssl.run(
    "openssl crl2pkcs7 -nocrl -certfile certificate.pem -out certificates.p7b",
  );
  const der = await openssl.run("openssl pkey -pubin -in public.pem -outform DER");
  await openssl.write("public.der", der);
  const rejected = [
    pkcs8(pair),
    await openssl.read("request.pem"),
    await openssl.read("certificates.p7b"),
    new TextDecoder().decode(der),
    "/etc/natstap/public.pem",
    pem.split("\n")[0]!,
    pem.slice(0, -20),
  ];
  for (const text of rejected) {
    const { message } = assertThrows(() => parsePem(text), TypeError);
    const [command] = /openssl [^:,]+/.exec(message) ?? [];
    const converted = await openssl.run(command ?? message);
    assertEquals(parsePem(new TextDecoder().decode(converted)), jwkOf(pair), message);
  }
});

const OPENSSH = "AAAAC3NzaC1lZDI1NTE5AAAAIGh2aGVyZSBpcyBubyBrZXkgYXQgYWxsLCBub25l";
const OTHERS: [what: string, text: string, advice: string][] = [
  ["RSA in OpenSSH's format", `ssh-rsa ${OPENSSH} me@host`, "ssh-keygen -e -m PKCS8 -f key.pub"],
  ["P-256 in OpenSSH's format", `ecdsa-sha2-nistp256 ${OPENSSH}`, "ssh-keygen -e -m PKCS8"],
  ["Ed25519 in OpenSSH's format", `"ssh-ed25519 ${OPENSSH}"`, "openssl genpkey -algorithm ed25519"],
  [
    "SSH2's format",
    `---- BEGIN SSH2 PUBLIC KEY ----\n${OPENSSH}\n---- END SSH2 PUBLIC KEY ----`,
    "ssh-keygen -i -f key.ssh2 >key.pub",
  ],
  [
    "OpenSSH's format for private keys",
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${OPENSSH}\n-----END OPENSSH PRIVATE KEY-----`,
    "ssh-keygen -e -m PKCS8 -f id_rsa",
  ],
  ["a JWK", `{"kty":"OKP","crv":"Ed25519","x":"${"A".repeat(43)}"}`, "JWT_JWKS"],
  ["the URL of a key set", "https://login.example.com/jwks.json", "JWT_JWKS_URL"],
  ["a path", "/etc/natstap/key", "not its path"],
  ["a word", "key", "not its path"],
  ["several keys", `${spki(PAIRS.RSA)}${spki(PAIRS["P-256"])}`, "JWT_JWKS"],
  ["a changed letter", spki(PAIRS.RSA).replace("MI", "M!"), "damaged"],
  ["a missing letter", spki(PAIRS.RSA).replace("MI", "M"), "damaged"],
  ["RSA-PSS", spki(generateKeyPairSync("rsa-pss", { modulusLength: 2048 })), "EC P-256"],
];

for (const [what, text, advice] of OTHERS) {
  Deno.test(`parsePem() says what to do about ${what}`, () => {
    for (const shape of [text, text.replaceAll("\n", "\\n"), ` ${text}\r\n`]) {
      assertThrows(() => parsePem(shape), TypeError, advice);
    }
  });
}

Deno.test("parsePublicKey() rejects RSA keys that are too small, or larger than Deno supports, and says so", async () => {
  await openssl.run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4104 -out large.pem");
  const large = await openssl.run("openssl pkey -in large.pem -pubout");
  const certificate = await openssl.run("openssl req -x509 -key large.pem -subj /CN=natstap");
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
  for (const pem of [new TextDecoder().decode(large), new TextDecoder().decode(certificate)]) {
    assertThrows(
      () => parsePublicKey(pem),
      TypeError,
      "RSA from 2048 bits to Deno's maximum of 4096",
    );
  }
  assertThrows(() => parsePublicKey(spki(small)), TypeError, "it has 1024 bits");
});

Deno.test("parsePublicKey() rejects a key of an unsupported kind, and says how to create one", () => {
  const x25519 = generateKeyPairSync("x25519");
  const secp256k1 = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  for (const pair of [x25519, secp256k1]) {
    assertThrows(() => parsePublicKey(spki(pair)), TypeError, "openssl genpkey -algorithm ed25519");
  }
});
