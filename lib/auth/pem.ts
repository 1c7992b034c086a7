/**
 * Parses public keys in PEM, in every form in which platforms pass them on.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { JWK } from "jose";
import { SUPPORTED_KEYS } from "./algorithms.ts";

/** Maximum number of layers of Base64 around the DER of a key. PEM is one of them. */
const MAX_LAYERS = 4;
/** First byte of every key in DER. */
const DER_SEQUENCE = 0x30;
const BLOCK = /-----BEGIN ([A-Z\d ]+)-----([^-]*)-----END [A-Z\d ]+-----/g;

/** Advice for text that contains no public key. The first matching row applies. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/BEGIN OPENSSH PRIVATE KEY/, privateKey("ssh-keygen -e -m PKCS8 -f id_rsa")],
  [/PRIVATE KEY/, privateKey("openssl pkey -in private.pem -pubout")],
  [
    /^ssh-ed25519 /,
    "it is an Ed25519 key in OpenSSH's format, which ssh-keygen cannot convert: create a key with " +
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
    "its last line is missing: put it on one line with openssl base64 -A -in public.pem, which is also accepted",
  ],
  [/^[{[]/, 'it is JSON: set JWT_JWKS to {"keys":[…]} with the JWK in it'],
  [/^https?:/, "it is a URL: set JWT_JWKS_URL to the URL of a key set"],
  [
    /BEGIN|^M[\w+/ -]+=*$/,
    `it is damaged, or its key is not ${SUPPORTED_KEYS}: ` +
    "check it with openssl pkey -pubin -in public.pem -noout -text",
  ],
  [
    // deno-lint-ignore no-control-regex
    /[\0-\x08\ufffd]/,
    "it is binary: convert it with openssl pkey -pubin -inform DER -in public.der -pubout",
  ],
  [
    /^/,
    "it must be the text of the key, not its path: print it with openssl pkey -in private.pem -pubout",
  ],
];

function privateKey(command: string): string {
  return `it is a private key: print the public one with ${command}`;
}

/**
 * Parses the public key in `text`: SPKI, PKCS #1, or a certificate, of which only the key is used.
 * Whitespace, quotes, escapes and Base64 around the PEM are ignored, as is text before and after it. The
 * first and last line of the PEM are optional.
 *
 * @throws {TypeError} If `text` contains no public key, several keys, or a private key. The message says
 * what to do and contains no part of `text`.
 */
export function parsePem(text: string): JWK {
  const pem = unwrap(text);
  const [first, ...others] = pem.matchAll(BLOCK);
  const jwk = pem.includes("PRIVATE KEY") ? undefined : toJwk(first?.[2]);
  if (jwk === undefined) throw new TypeError(ADVICE.find(([pattern]) => pattern.test(pem))![1]);
  // A certificate chain starts with the certificate of the key's owner.
  if (others.some(([, label]) => !label!.endsWith("CERTIFICATE"))) {
    throw new TypeError("it contains several keys: set JWT_JWKS instead");
  }
  return jwk;
}

/** Undoes what platforms do to a PEM in a variable. */
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

/** Replaces each run of whitespace, quotes, and escapes of JSON or a shell with one space. */
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
      // It has another form, or is of a kind that has no JWK. The error might quote it.
    }
  }
  return undefined;
}

/** Each accepts a single form. None of them accepts a private key. */
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
