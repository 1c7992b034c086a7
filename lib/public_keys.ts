/**
 * Public keys, as they are configured or fetched.
 *
 * @module
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { algorithmsOf } from "./algorithms.ts";

/**
 * Reads a public key in PEM (SPKI, RFC 7468 section 13).
 *
 * @throws {TypeError} Where it is none, is a private one, or is of a kind that no algorithm fits.
 */
export function parsePublicKey(pem: string): JWK {
  // createPublicKey() would take a private key too, and keep silent about it.
  if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) {
    throw new TypeError("the PEM itself, from -----BEGIN PUBLIC KEY----- on, not its path");
  }
  return parsePublicJwk(createPublicKey(pem).export({ format: "jwk" }) as JWK);
}

/**
 * Reads a JWK Set of public keys (RFC 7517, section 5).
 *
 * @throws {TypeError} Where it is none, is empty, or holds a secret, a private key or one that no
 * algorithm fits.
 * @throws {SyntaxError} Where it is not JSON.
 */
export function parseKeySet(json: string): JSONWebKeySet {
  const set: unknown = JSON.parse(json);
  const keys = typeof set === "object" && set !== null && "keys" in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject)) {
    throw new TypeError(`a JWK Set has "keys", an array of one key or more`);
  }
  return { keys: keys.map(parsePublicJwk) };
}

/** The keys of a set that can verify a token; the others are ignored (RFC 7517, section 5). */
export function usableKeys({ keys }: JSONWebKeySet): JSONWebKeySet {
  return { keys: keys.filter(isUsable) };
}

function isUsable(jwk: JWK): boolean {
  try {
    parsePublicJwk(jwk);
    return true;
  } catch {
    return false;
  }
}

function parsePublicJwk(jwk: JWK): JWK {
  if (jwk.k !== undefined || jwk.d !== undefined) {
    throw new TypeError("it holds a secret or a private key: give public keys only");
  }
  if (algorithmsOf(jwk).length === 0) {
    throw new TypeError("a key is RSA, EC (P-256, P-384, P-521) or Ed25519");
  }
  const key = toKeyObject(jwk);
  if ((key.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048) {
    throw new TypeError("an RSA key has 2048 bits or more");
  }
  return jwk;
}

function toKeyObject(jwk: JWK): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    // Its own error would quote what it cannot read, which may be a secret in the wrong place.
    throw new TypeError("a key lacks a member that its kind has, or has a malformed one");
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
