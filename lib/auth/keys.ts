/**
 * The keys that tokens are verified with, and the algorithms that they accept.
 *
 * @module
 */
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from "jose";
import { algorithmsOf, ASYMMETRIC, SYMMETRIC } from "./algorithms.ts";
import type { KeySet, OnIgnored } from "./public_keys.ts";
import { createRemoteKeys, type RemoteKeys } from "./remote_keys.ts";

/** The configured key or keys. */
export type KeySource =
  | { readonly kind: "secret"; readonly secret: Uint8Array<ArrayBuffer> }
  | { readonly kind: "public"; readonly jwk: JWK }
  | { readonly kind: "set"; readonly set: KeySet }
  | { readonly kind: "url"; readonly url: URL };

/** The keys and algorithms that signatures are verified with. `known` and `refresh` exist for a URL only. */
export interface Keys extends Partial<RemoteKeys> {
  /** The accepted values of `alg` in the header of a token. */
  readonly algorithms: string[];
  /** Returns the key for the header of a token. */
  readonly resolve: JWTVerifyGetKey;
}

/**
 * Creates {@linkcode Keys}.
 *
 * The kind of the configured key determines the accepted algorithms, never the header of a token, so that
 * a public key can never be used as an HMAC secret (RFC 8725, section 3.1).
 *
 * @param onIgnored Called with the keys of a set that cannot verify a token, if there are any. For a set
 * behind a URL, called whenever they change.
 *
 * @example
 * ```ts
 * const keys = createKeys({ kind: "secret", secret: new TextEncoder().encode(secret) });
 * ```
 */
export function createKeys(source: KeySource, onIgnored: OnIgnored = () => {}): Keys {
  switch (source.kind) {
    case "secret":
      return secretKeys(source.secret);
    case "public":
      return publicKeys(source.jwk);
    case "set": {
      const { jwks, ignored } = source.set;
      if (ignored.length > 0) onIgnored(ignored);
      return { algorithms: [...ASYMMETRIC], resolve: createLocalJWKSet(jwks) };
    }
    case "url":
      return { algorithms: [...ASYMMETRIC], ...createRemoteKeys(source.url, onIgnored) };
  }
}

function secretKeys(secret: Uint8Array<ArrayBuffer>): Keys {
  // Imported once per algorithm, because jose would import the bytes again for each token.
  const imported = new Map<string, Promise<CryptoKey>>();
  return {
    algorithms: [...SYMMETRIC],
    resolve: ({ alg }) => {
      const key = imported.get(alg!) ?? importHmac(secret, alg!);
      imported.set(alg!, key);
      return key;
    },
  };
}

function importHmac(secret: Uint8Array<ArrayBuffer>, alg: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: alg.replace("HS", "SHA-") };
  return crypto.subtle.importKey("raw", secret, algorithm, false, ["verify"]);
}

function publicKeys(jwk: JWK): Keys {
  const set = createLocalJWKSet({ keys: [jwk] });
  return {
    algorithms: [...algorithmsOf(jwk)],
    // There is only one key, so the `kid` of a token is ignored.
    resolve: ({ kid: _, ...header }) => set(header),
  };
}
