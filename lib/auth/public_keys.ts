/**
 * Public keys, as they are configured or fetched.
 *
 * @module
 */
import { createPublicKey } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { algorithmsOf, SUPPORTED_KEYS } from "./algorithms.ts";
import { parsePem } from "./pem.ts";

/** The keys of a set that can verify a token, and those that are ignored (RFC 7517, section 5). */
export interface KeySet {
  readonly jwks: JSONWebKeySet;
  readonly ignored: readonly IgnoredKey[];
}

/** A key that cannot verify a token. Its strings have at most {@linkcode MAX_LABEL} characters. */
export interface IgnoredKey {
  readonly kid: string | undefined;
  readonly kty: string | undefined;
  readonly reason: string;
}

/** Called with the keys of a set that cannot verify a token. */
export type OnIgnored = (ignored: readonly IgnoredKey[]) => void;

/** A key set may name its keys at any length. Characters. */
const MAX_LABEL = 128;
/** Sizes of RSA keys. Deno's Web Crypto supports none above the maximum. Bits. */
const [MIN_RSA, MAX_RSA] = [2048, 4096];
/** Members that only a private key or a secret has, as IANA lists them for JSON Web Keys. */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
const HOLDS_SECRET = "it holds a secret or a private key: give public keys only";

/**
 * Reads a public key in PEM, in any shape that {@linkcode parsePem} takes.
 *
 * @throws {TypeError} If it is none, is a private one, or is of a kind that no algorithm fits.
 */
export function parsePublicKey(pem: string): JWK {
  const jwk = parsePem(pem);
  const reason = whyUnusable(jwk);
  if (reason !== undefined) {
    throw new TypeError(`${reason}: make one with openssl genpkey -algorithm ed25519`);
  }
  return jwk;
}

/**
 * Reads a JWK Set of public keys (RFC 7517, section 5).
 *
 * @throws {TypeError} If it is none, holds a secret or a private key, or has no key that can verify a
 * token.
 * @throws {SyntaxError} If it is not JSON.
 */
export function parseKeySet(json: string): KeySet {
  const set: unknown = JSON.parse(json);
  const keys = typeof set === "object" && set !== null && "keys" in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject)) {
    throw new TypeError(`a JWK Set has "keys", an array of one key or more`);
  }
  if (keys.some(holdsSecret)) throw new TypeError(HOLDS_SECRET);
  const sorted = sortKeys({ keys });
  if (sorted.jwks.keys.length > 0) return sorted;
  const { reason = "its keys are for encryption" } = sorted.ignored[0] ?? {};
  throw new TypeError(`no key in it can verify a token: ${reason}`);
}

/** Separates the keys that can verify a token. Keys for encryption are left out and not listed. */
export function sortKeys({ keys }: JSONWebKeySet): KeySet {
  const usable: JWK[] = [];
  const ignored: IgnoredKey[] = [];
  for (const jwk of keys) {
    const reason = whyUnusable(jwk);
    if (reason !== undefined) {
      ignored.push({ kid: toLabel(jwk.kid), kty: toLabel(jwk.kty), reason });
    } else if (isForSignatures(jwk)) {
      usable.push(jwk);
    }
  }
  return { jwks: { keys: usable }, ignored };
}

/** Why no token can be verified with a key; `undefined` if one can. Repeats nothing of the key. */
function whyUnusable(jwk: JWK): string | undefined {
  if (holdsSecret(jwk)) return HOLDS_SECRET;
  const algorithms = algorithmsOf(jwk);
  if (algorithms.length === 0) return `a key is ${SUPPORTED_KEYS}`;
  try {
    const bits = jwk.kty === "RSA" ? bitsOf(jwk.n!) : MIN_RSA;
    if (bits < MIN_RSA || bits > MAX_RSA) {
      return `it has ${bits} bits, and a key is ${SUPPORTED_KEYS}`;
    }
    createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    // The error might quote what cannot be read, which may be a secret in the wrong place.
    return "it lacks a member that its kind has, or has a malformed one";
  }
  const { alg } = jwk;
  if (typeof alg !== "string" || algorithms.includes(alg) || !isForSignatures(jwk)) {
    return undefined;
  }
  return `its "alg" is not one of ${algorithms.join(", ")}`;
}

function holdsSecret(jwk: object): boolean {
  return PRIVATE.some((member) => Object.hasOwn(jwk, member));
}

function isForSignatures({ use, key_ops }: JWK): boolean {
  return (typeof use !== "string" || use === "sig") &&
    (!Array.isArray(key_ops) || key_ops.includes("verify"));
}

function bitsOf(modulus: string): number {
  const bytes = Uint8Array.fromBase64(modulus, { alphabet: "base64url" });
  return BigInt(`0x${bytes.toHex()}`).toString(2).length;
}

function toLabel(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, MAX_LABEL) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
