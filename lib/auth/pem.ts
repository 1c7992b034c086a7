/**
 * Public keys in PEM, in whatever shape a platform has passed them on.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { JWK } from "jose";
import { SUPPORTED_KEYS } from "./algorithms.ts";

/** Maximum number of layers of Base64 around a key in DER, of which a PEM is one. */
const MAX_LAYERS = 4;
/** First byte of any key in DER. */
const DER_SEQUENCE = 0x30;
const BLOCK = /-----BEGIN ([A-Z\d ]+)-----([^-]*)-----END [A-Z\d ]+-----/g;

/** What to do about text that holds no public key; the first row that matches applies. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/BEGIN OPENSSH PRIVATE KEY/, privateKey("ssh-keygen -e -m PKCS8 -f id_rsa")],
  [/PRIVATE KEY/, privateKey("openssl pkey -in private.pem -pubout")],
  [
    /^ssh-ed25519 /,
    "it is an Ed25519 key in OpenSSH's format, which ssh-keygen cannot convert: make a key with " +
    "openssl genpkey -algorithm ed25519",
  ],
  [
    /^(ssh|ecdsa-sha2)-/,
    "it is in OpenSSH's format: convert it with ssh-keygen -e -m PKCS8 -f key.pub",
  ],
  [
    /BEGIN SSH2 PUBLIC KEY/,
    "it is in SSH2's format: convert it with ssh-keygen -i -f key.ssh2 >key.pub, then " +
    "ssh-keygen -e -m PKCS8 -f key.pub",
  ],
  [
    /BEGIN (NEW )?CERTIFICATE REQUEST/,
    "it is a certificate request: print its key with openssl req -in request.pem -noout -pubkey",
  ],
  [
    /BEGIN PKCS7/,
    "it is PKCS #7: print its certificates with openssl pkcs7 -in certificates.p7b -print_certs",
  ],
  [
    /BEGIN(?!.*-----END)/,
    "its last line is missing: put it on one line with openssl base64 -A -in public.pem, which is accepted too",
  ],
  [/^[{[]/, 'it is JSON: set JWT_JWKS to {"keys":[…]}, with the JWK in it'],
  [/^https?:/, "it is a URL: set JWT_JWKS_URL to that of a key set"],
  [
    /BEGIN|^M[\w+/ -]+=*$/,
    `it is damaged, or its key is not ${SUPPORTED_KEYS}: ` +
    "openssl pkey -pubin -in public.pem -noout -text tells which",
  ],
  [
    // deno-lint-ignore no-control-regex
    /[\0-\x08\ufffd]/,
    "it is binary: convert it with openssl pkey -pubin -inform DER -in public.der -pubout",
  ],
  [
    /^/,
    "the text of the key is needed, not its path: print it with openssl pkey -in private.pem -pubout",
  ],
];

function privateKey(command: string): string {
  return `it is a private key: print the public one with ${command}`;
}

/**
 * Reads the public key in `text`: SPKI, PKCS #1 or a certificate, of which only the key counts. White
 * space, quotes, escapes, and Base64 around the PEM are ignored, as is text before and after it; the
 * Base64 between the PEM's first and last line suffices.
 *
 * @throws {TypeError} If it holds none, several, or a private key. The message says what to do, and
 * repeats nothing of `text`.
 */
export function parsePem(text: string): JWK {
  const pem = unwrap(text);
  const [first, ...others] = pem.matchAll(BLOCK);
  const jwk = pem.includes("PRIVATE KEY") ? undefined : toJwk(first?.[2]);
  if (jwk === undefined) throw new TypeError(ADVICE.find(([pattern]) => pattern.test(pem))![1]);
  // A chain of certificates begins with that of the key's owner.
  if (others.some(([, label]) => !label!.endsWith("CERTIFICATE"))) {
    throw new TypeError("it holds several keys: give them as JWT_JWKS");
  }
  return jwk;
}

/** Undoes what platforms do to a PEM on its way through a variable. */
function unwrap(text: string): string {
  let pem = tidy(text);
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const bytes = fromBase64(pem);
    if (bytes?.[0] === DER_SEQUENCE) {
      const label = isPrivate(bytes) ? "PRIVATE KEY" : "KEY";
      return `-----BEGIN ${label}-----${pem}-----END ${label}-----`;
    }
    const inner = tidy(new TextDecoder().decode(bytes));
    if (!/-----BEGIN|^[\w+/= -]+$/.test(inner)) break;
    pem = inner;
  }
  return pem;
}

/** Leaves one space for each run of white space, quotes, and escapes as in JSON or in a shell. */
function tidy(text: string): string {
  return text
    .replaceAll(/\\+u([\da-f]{4})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    .replaceAll(/\\+[nrt]/g, " ")
    .replaceAll(/[\s\\"'`]+/g, " ")
    .trim();
}

function toJwk(base64: string | undefined): JWK | undefined {
  const der = fromBase64(base64 ?? "");
  if (der === undefined) return undefined;
  for (const read of READERS) {
    try {
      return read(der).export({ format: "jwk" }) as JWK;
    } catch {
      // It is of another form, or of a kind that has no JWK. The error might quote it.
    }
  }
  return undefined;
}

/** Each takes one form only: none of them takes a private key. */
const READERS: readonly ((der: Buffer) => KeyObject)[] = [
  (key) => createPublicKey({ key, format: "der", type: "spki" }),
  (key) => createPublicKey({ key, format: "der", type: "pkcs1" }),
  (certificate) => new X509Certificate(certificate).publicKey,
];

function isPrivate(key: Buffer): boolean {
  return (["pkcs8", "pkcs1", "sec1"] as const).some((type) => {
    try {
      return createPrivateKey({ key, format: "der", type });
    } catch {
      return false;
    }
  });
}

function fromBase64(text: string): Buffer | undefined {
  const compact = text.replaceAll(" ", "");
  const alphabet = /[-_]/.test(compact) ? "base64url" : "base64";
  try {
    return Buffer.from(Uint8Array.fromBase64(compact, { alphabet }));
  } catch {
    return undefined;
  }
}
