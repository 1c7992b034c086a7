/**
 * The key that signs a token, and the algorithms that fit it.
 *
 * @module
 */
import { createPrivateKey } from "node:crypto";
import type { JWK } from "jose";
import { algorithmsOf, SYMMETRIC } from "../lib/auth/algorithms.ts";

/** A key to sign with. */
export interface SigningKey {
  /** The key as jose takes it. */
  readonly key: JWK | Uint8Array;
  /** The algorithms that fit it, the usual one first. */
  readonly algorithms: readonly string[];
  /** The key's own name, where it has one. */
  readonly kid?: string | undefined;
}

/**
 * Reads the key from the variables that the service reads, or `JWT_PRIVATE_KEY` where the service
 * verifies with a public key.
 *
 * @throws {TypeError} If no key is set, or two, or one that cannot sign.
 */
export function readSigningKey(env: Record<string, string | undefined>): SigningKey {
  const { JWT_SECRET: secret, JWT_PRIVATE_KEY: privateKey } = env;
  if (secret && privateKey) {
    throw new TypeError("Cannot choose a key: JWT_SECRET and JWT_PRIVATE_KEY are both set");
  }
  if (secret) return parseSecret(secret);
  if (privateKey) return parsePrivateKey(privateKey);
  throw new TypeError(
    "Cannot sign without a key: set JWT_SECRET, as the service has it " +
      "(a new one: openssl rand -base64 48), or JWT_PRIVATE_KEY where the service has a public key " +
      "(a new one: openssl genpkey -algorithm ed25519)",
  );
}

/**
 * Reads a shared secret: its characters are the key, as they are for the service.
 *
 * @throws {TypeError} If it is shorter than 32 bytes.
 */
export function parseSecret(secret: string): SigningKey {
  const key = new TextEncoder().encode(secret);
  if (key.length >= 32) return { key, algorithms: SYMMETRIC };
  throw new TypeError(
    `Cannot sign with JWT_SECRET: it holds ${key.length} bytes, and 32 or more are needed ` +
      "(a new one: openssl rand -base64 48)",
  );
}

/**
 * Reads a private key: PEM, in which a line may end with a literal `\n`, or a JWK in JSON.
 *
 * @throws {TypeError} If it is neither, or of a kind that no algorithm fits.
 */
export function parsePrivateKey(text: string): SigningKey {
  const jwk = text.trimStart().startsWith("{") ? parseJwk(text) : parsePem(text);
  const algorithms = algorithmsOf(jwk);
  if (algorithms.length > 0) return { key: jwk, algorithms, kid: jwk.kid };
  throw new TypeError(
    `Cannot sign with JWT_PRIVATE_KEY: it is ${jwk.crv ?? jwk.kty}, ` +
      "and RSA, EC (P-256, P-384, P-521) or Ed25519 is needed",
  );
}

function parsePem(text: string): JWK {
  try {
    const pem = text.replaceAll("\\n", "\n");
    return createPrivateKey(pem).export({ format: "jwk" }) as JWK;
  } catch {
    throw new TypeError("Cannot sign with JWT_PRIVATE_KEY: it holds no private key in PEM or JSON");
  }
}

function parseJwk(text: string): JWK {
  try {
    const jwk = JSON.parse(text);
    createPrivateKey({ key: jwk, format: "jwk" });
    return jwk;
  } catch {
    throw new TypeError("Cannot sign with JWT_PRIVATE_KEY: it holds no private JWK");
  }
}
