/**
 * The signature algorithms of each kind of key (RFC 7518 section 3.1, RFC 8037, RFC 9864).
 *
 * @module
 */
import type { JWK } from "jose";

const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const CURVES: Readonly<Record<string, readonly string[]>> = {
  "P-256": ["ES256"],
  "P-384": ["ES384"],
  "P-521": ["ES512"],
  Ed25519: ["EdDSA", "Ed25519"],
};

/** The supported kinds of public keys, for messages. */
export const SUPPORTED_KEYS =
  "RSA from 2048 bits to Deno's maximum of 4096, EC P-256, P-384 or P-521, or Ed25519";

/** The algorithms for a shared secret. */
export const SYMMETRIC: readonly string[] = ["HS256", "HS384", "HS512"];

/** The algorithms for all kinds of public keys. */
export const ASYMMETRIC: readonly string[] = [...RSA, ...Object.values(CURVES).flat()];

/** Returns the algorithms for a public or private key, the usual one first; none for an unsupported kind. */
export function algorithmsOf({ kty, crv }: JWK): readonly string[] {
  if (kty === "RSA") return RSA;
  return crv !== undefined && Object.hasOwn(CURVES, crv) ? CURVES[crv]! : [];
}
