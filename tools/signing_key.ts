/**
 * Reads the key that signs tokens.
 *
 * @module
 */
import { createPrivateKey } from "node:crypto";
import type { JWK } from "jose";
import { algorithmsOf, SYMMETRIC } from "../lib/auth/algorithms.ts";

/** A key to sign with. */
export interface SigningKey {
  /** The key in the form that jose expects. */
  readonly key: JWK | Uint8Array;
  /** The algorithms that the key supports, the default first. */
  readonly algorithms: readonly string[];
  /** The key ID, if the key has one. */
  readonly kid?: string | undefined;
}

/**
 * Reads the key from `JWT_SECRET`, or from `JWT_PRIVATE_KEY` if the service has a public key.
 *
 * @throws {TypeError} If none or both are set, or if the key cannot sign.
 */
export function readSigningKey(env: Record<string, string | undefined>): SigningKey {
  const { JWT_SECRET: secret, JWT_PRIVATE_KEY: privateKey } = env;
  if (secret && privateKey) {
    throw new TypeError("Cannot choose a key: JWT_SECRET and JWT_PRIVATE_KEY are both set");
  }
  if (secret) return parseSecret(secret);
  if (privateKey) return parsePrivateKey(privateKey);
  throw new TypeError(
    "Cannot sign without a key: set JWT_SECRET to the service's secret " +
      "(to generate one: openssl rand -base64 48), or JWT_PRIVATE_KEY if the service has a public " +
      "key (to generate one: openssl genpkey -algorithm ed25519)",
  );
}

/**
 * Reads a shared secret. As in the service, its characters are the key.
 *
 * @throws {TypeError} If it is shorter than 32 bytes.
 */
export function parseSecret(secret: string): SigningKey {
  const key = new TextEncoder().encode(secret);
  if (key.length >= 32) return { key, algorithms: SYMMETRIC };
  throw new TypeError(
    `Cannot sign with JWT_SECRET: its length is ${key.length}, but at least 32 bytes are required ` +
      "(to generate one: openssl rand -base64 48)",
  );
}

/**
 * Reads a private key in PEM, whose line breaks may be written as `\n`, or as a JWK in JSON.
 *
 * @throws {TypeError} If it is neither, or if no algorithm supports this kind of key.
 */
export function parsePrivateKey(text: string): SigningKey {
  const jwk = parseKey(text);
  const algorithms = algorithmsOf(jwk);
  if (algorithms.length > 0) return { key: jwk, algorithms, kid: jwk.kid };
  throw new TypeError(
    `Cannot sign with JWT_PRIVATE_KEY: its type is ${jwk.crv ?? jwk.kty}, ` +
      "but must be RSA, EC (P-256, P-384 or P-521) or Ed25519",
  );
}

function parseKey(text: string): JWK {
  const isJwk = text.trimStart().startsWith("{");
  try {
    if (!isJwk) {
      const pem = text.replaceAll("\\n", "\n");
      return createPrivateKey(pem).export({ format: "jwk" }) as JWK;
    }
    const jwk = JSON.parse(text);
    createPrivateKey({ key: jwk, format: "jwk" });
    return jwk;
  } catch {
    const expected = isJwk ? "a private JWK" : "a private key in PEM or JSON";
    throw new TypeError(`Cannot sign with JWT_PRIVATE_KEY: it is not ${expected}`);
  }
}
