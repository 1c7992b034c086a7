/**
 * Validates public keys that are configured or fetched.
 *
 * @module
 */
import { createPublicKey } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { algorithmsOf, SUPPORTED_KEYS } from "./algorithms.ts";
import { parsePem } from "./pem.ts";

/** A key set, divided into keys that can verify a token and ignored ones (RFC 7517, section 5). */
export interface KeySet {
  readonly jwks: JSONWebKeySet;
  readonly ignored: readonly IgnoredKey[];
}

/** A key that cannot verify a token. Names are truncated to {@linkcode MAX_LABEL_LENGTH}. */
export interface IgnoredKey {
  readonly kid: string | undefined;
  readonly kty: string | undefined;
  readonly reason: string;
}

/** Called with the keys of a set that cannot verify a token. */
export type OnIgnored = (ignored: readonly IgnoredKey[]) => void;

/** Maximum number of characters of `kid` and `kty` that are logged. */
const MAX_LABEL_LENGTH = 128;
/** Allowed sizes of RSA keys. Deno's Web Crypto does not support larger ones. */
const [MIN_RSA_BITS, MAX_RSA_BITS] = [2048, 4096];
/** Members that only a secret or a private key has, according to IANA's registry for JSON Web Keys. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
const HAS_SECRET = "it contains a secret or a private key: use public keys only";

/**
 * Parses a public key in any form that {@linkcode parsePem} accepts.
 *
 * @throws {TypeError} If there is no public key, or if it cannot verify a token.
 */
export function parsePublicKey(pem: string): JWK {
  const jwk = parsePem(pem);
  const reason = findDefect(jwk);
  if (reason !== undefined) {
    throw new TypeError(`${reason}: create one with openssl genpkey -algorithm ed25519`);
  }
  return jwk;
}

/**
 * Parses a JWK Set of public keys (RFC 7517, section 5).
 *
 * @throws {TypeError} If it is not a JWK Set, contains a secret or a private key, or has no key that can
 * verify a token.
 * @throws {SyntaxError} If it is not JSON.
 */
export function parseKeySet(json: string): KeySet {
  const value: unknown = JSON.parse(json);
  const keys = isObject(value) && "keys" in value ? value.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject)) {
    throw new TypeError(`a JWK Set has "keys", an array of at least one key`);
  }
  if (keys.some(hasSecret)) throw new TypeError(HAS_SECRET);
  const set = selectKeys({ keys });
  if (set.jwks.keys.length > 0) return set;
  const { reason = "its keys are for encryption" } = set.ignored[0] ?? {};
  throw new TypeError(`no key in it can verify a token: ${reason}`);
}

/** Selects the keys that can verify a token. Keys for encryption are not listed as ignored. */
export function selectKeys({ keys }: JSONWebKeySet): KeySet {
  const usable: JWK[] = [];
  const ignored: IgnoredKey[] = [];
  for (const jwk of keys) {
    const reason = findDefect(jwk);
    if (reason !== undefined) {
      ignored.push({ kid: toLabel(jwk.kid), kty: toLabel(jwk.kty), reason });
    } else if (isForSignatures(jwk)) {
      usable.push(jwk);
    }
  }
  return { jwks: { keys: usable }, ignored };
}

/** Returns why a key cannot verify a token; `undefined` if it can. Contains no part of the key. */
function findDefect(jwk: JWK): string | undefined {
  if (hasSecret(jwk)) return HAS_SECRET;
  const algorithms = algorithmsOf(jwk);
  if (algorithms.length === 0) return `a key must be ${SUPPORTED_KEYS}`;
  try {
    const bits = jwk.kty === "RSA" ? bitsOf(jwk.n!) : MIN_RSA_BITS;
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      return `it has ${bits} bits, but must be ${SUPPORTED_KEYS}`;
    }
    createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    // The error might quote the text that cannot be parsed, which may be a misplaced secret.
    return "it lacks a required member or has a malformed one";
  }
  const { alg } = jwk;
  if (typeof alg !== "string" || algorithms.includes(alg) || !isForSignatures(jwk)) {
    return undefined;
  }
  return `its "alg" is not one of ${algorithms.join(", ")}`;
}

function hasSecret(jwk: object): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member));
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
  return typeof value === "string" ? value.slice(0, MAX_LABEL_LENGTH) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
