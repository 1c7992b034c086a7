/** The kinds of key a service may be configured with, and an attacker's key of the same kind. */
import { createSecretKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { SECRET } from "../service.ts";

/** A key pair, or a shared secret, which has no public half. */
export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey?: KeyObject;
}

/** A key the service is configured with, and one of the same kind that an attacker generated. */
export interface Kind {
  readonly name: string;
  readonly alg: string;
  readonly own: Pair;
  readonly attacker: Pair;
  /** Name of the service's key in a key set. */
  readonly kid: string;
  /** Algorithms that an attacker claims in place of `alg`, separated by spaces. */
  readonly swaps: string;
  /** Configures the service with the key. */
  readonly env: Record<string, string>;
}

/** All kinds, and a key set of all public keys, which two of the kinds use. */
export interface Keys {
  readonly kinds: Kind[];
  readonly keySet: string;
}

/** Generates the keys; `keysUrl` is where the key set will be served. */
export function createKeys(keysUrl: string): Keys {
  const [rsa, ec, ed] = [rsaPair(), ecPair(), edPair()];
  const keys = [rsa, ec, ed].map((pair, i) => ({ ...publicJwk(pair), kid: `k${i}` }));
  const keySet = JSON.stringify({ keys });
  const es = { alg: "ES256", own: ec, kid: "k1", swaps: "ES384 ES512 ES256K EdDSA RS256 HS1" };
  const kinds = [
    {
      ...{ name: "a shared secret", alg: "HS256", own: secretOf(SECRET), kid: "k" },
      attacker: secretOf("another secret, which is 32 bytes or more"),
      swaps: "HS384 HS512 HS1 RS256",
      env: { JWT_SECRET: SECRET },
    },
    {
      ...{ name: "an RSA public key", alg: "RS256", own: rsa, attacker: rsaPair(), kid: "k0" },
      swaps: "PS256 PS384 PS512 RS384 RS512 RS1 RSA-OAEP ES256",
      env: { JWT_PUBLIC_KEY: pem(rsa.publicKey) },
    },
    {
      ...{ name: "an Ed25519 public key", alg: "EdDSA", own: ed, attacker: edPair(), kid: "k2" },
      swaps: "Ed448 Ed25519ph ES256 RS256",
      env: { JWT_PUBLIC_KEY: pem(ed.publicKey) },
    },
    {
      ...{ ...es, name: "an EC public key", attacker: ecPair() },
      env: { JWT_PUBLIC_KEY: pem(ec.publicKey) },
    },
    { ...es, name: "a key set", attacker: ecPair(), env: { JWT_JWKS: keySet } },
    { ...es, name: "a key set's URL", attacker: ecPair(), env: { JWT_JWKS_URL: keysUrl } },
  ];
  return { kinds, keySet };
}

/** The public half, or the shared secret, as a JSON Web Key. */
export function publicJwk({ privateKey, publicKey }: Pair): JsonWebKey {
  return publicKey ? jwk(publicKey) : { ...jwk(privateKey), alg: "HS256" };
}

/** A key as a JSON Web Key. */
export function jwk(key: KeyObject): JsonWebKey {
  return key.export({ format: "jwk" });
}

/** A public key in PEM. */
export function pem(key: KeyObject): string {
  return String(key.export({ type: "spki", format: "pem" }));
}

/** A public key in DER. */
export function der(key: KeyObject): Uint8Array {
  return key.export({ type: "spki", format: "der" });
}

const rsaPair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const ecPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const edPair = () => generateKeyPairSync("ed25519");
const secretOf = (text: string): Pair => ({ privateKey: createSecretKey(text, "utf8") });
