/**
 * The key that tokens are signed with, and the algorithms that fit it.
 *
 * The algorithms are pinned by the kind of key that is configured, never by what a token's header
 * says, so that a public key can never serve as an HMAC secret (RFC 8725, section 3.1).
 *
 * @module
 */
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from "jose";
import { algorithmsOf, ASYMMETRIC, SYMMETRIC } from "./algorithms.ts";
import type { KeySet, OnIgnored } from "./public_keys.ts";
import { createRemoteKeys } from "./remote_keys.ts";

/** What the service is configured to verify tokens with. */
export type KeySource =
  | { readonly kind: "secret"; readonly secret: Uint8Array<ArrayBuffer> }
  | { readonly kind: "public"; readonly jwk: JWK }
  | { readonly kind: "set"; readonly set: KeySet }
  | { readonly kind: "url"; readonly url: URL };

/** How a token's signature is verified. */
export interface Keys {
  /** The permitted values of a token's `alg`. */
  readonly algorithms: string[];
  /** The key for a token's header. */
  readonly resolve: JWTVerifyGetKey;
  /** Whether a key set that is fetched is known yet. */
  readonly known?: () => boolean;
  /** Fetches a key set anew; what is known stays known where that fails. */
  readonly refresh?: () => Promise<void>;
}

/**
 * Makes {@linkcode Keys} of what is configured.
 *
 * @param onIgnored Called with the keys of a set that cannot verify a token, if it has any: at once, or
 * for a set that is fetched whenever they have changed.
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
  // Imported once an algorithm: jose would import the bytes again for each token.
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
    // There is one key only: a token's `kid` has nothing to choose.
    resolve: ({ kid: _, ...header }) => set(header),
  };
}
