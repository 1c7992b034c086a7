/**
 * The key that tokens are signed with, and the algorithms that fit it.
 *
 * The algorithms are pinned by the kind of key that is configured, never by what a token's header
 * says, so that a public key can never serve as an HMAC secret (RFC 8725, section 3.1).
 *
 * @module
 */
import { createPublicKey } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
} from "jose";
import { Problem } from "./problem.ts";

/** What the service is configured to verify tokens with. */
export type KeySource =
  | { readonly kind: "secret"; readonly secret: Uint8Array<ArrayBuffer> }
  | { readonly kind: "public"; readonly jwk: JWK }
  | { readonly kind: "set"; readonly jwks: JSONWebKeySet }
  | { readonly kind: "url"; readonly url: URL };

/** How a token's signature is verified. */
export interface Keys {
  /** The permitted values of a token's `alg`. */
  readonly algorithms: string[];
  /** The key for a token's header. */
  readonly resolve: JWTVerifyGetKey;
  /** Fetches a key set anew; what is known stays known where that fails. */
  readonly refresh?: () => Promise<void>;
}

const HMAC: Readonly<Record<string, string>> = {
  HS256: "SHA-256",
  HS384: "SHA-384",
  HS512: "SHA-512",
};
const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const CURVES: Readonly<Record<string, string[]>> = {
  "P-256": ["ES256"],
  "P-384": ["ES384"],
  "P-521": ["ES512"],
  Ed25519: ["EdDSA", "Ed25519"],
};
const ASYMMETRIC = [...RSA, ...Object.values(CURVES).flat()];

/** A fetch of a key set that takes longer than this has failed. Milliseconds. */
const FETCH_TIMEOUT = 2_500;
/** After a failed fetch none is tried for this long, however many tokens ask. Milliseconds. */
const FETCH_PAUSE = 5_000;
/** A larger key set is none. Bytes. */
const FETCH_LIMIT = 1_048_576;

/** Makes {@linkcode Keys} of what is configured. */
export function createKeys(source: KeySource): Keys {
  switch (source.kind) {
    case "secret":
      return secretKeys(source.secret);
    case "public":
      return publicKeys(source.jwk);
    case "set":
      return { algorithms: ASYMMETRIC, resolve: createLocalJWKSet(source.jwks) };
    case "url":
      return remoteKeys(source.url);
  }
}

/**
 * Reads a public key in PEM (SPKI, RFC 7468 section 13).
 *
 * @throws {TypeError} Where it is none, is a private one, or is of a kind that no algorithm fits.
 */
export function parsePublicKey(pem: string): JWK {
  // createPublicKey() would take a private key too, and keep silent about it.
  if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) {
    throw new TypeError("a public key in PEM begins with -----BEGIN PUBLIC KEY-----");
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
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new TypeError(`a JWK Set has "keys", an array of one key or more`);
  }
  return { keys: keys.map(parsePublicJwk) };
}

function parsePublicJwk(jwk: JWK): JWK {
  if (jwk.k !== undefined || jwk.d !== undefined) {
    throw new TypeError("it holds a secret or a private key: give public keys only");
  }
  const fits = jwk.kty === "RSA" || (jwk.crv !== undefined && Object.hasOwn(CURVES, jwk.crv));
  if (!fits) throw new TypeError("a key is RSA, EC (P-256, P-384, P-521) or Ed25519");
  const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  if ((key.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048) {
    throw new TypeError("an RSA key has 2048 bits or more");
  }
  return jwk;
}

function secretKeys(secret: Uint8Array<ArrayBuffer>): Keys {
  // Imported once an algorithm: jose would import the bytes again for each token.
  const imported = new Map<string, Promise<CryptoKey>>();
  return {
    algorithms: Object.keys(HMAC),
    resolve: ({ alg }) => {
      const key = imported.get(alg!) ?? importHmac(secret, alg!);
      imported.set(alg!, key);
      return key;
    },
  };
}

function importHmac(secret: Uint8Array<ArrayBuffer>, alg: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: HMAC[alg]! };
  return crypto.subtle.importKey("raw", secret, algorithm, false, ["verify"]);
}

function publicKeys(jwk: JWK): Keys {
  const set = createLocalJWKSet({ keys: [jwk] });
  return {
    algorithms: jwk.kty === "RSA" ? RSA : CURVES[jwk.crv!]!,
    // There is one key only: a token's `kid` has nothing to choose.
    resolve: ({ kid: _, ...header }) => set(header),
  };
}

function remoteKeys(url: URL): Keys {
  const remote = createRemoteJWKSet(url, {
    // Stale keys still verify while the URL is out of reach; `refresh` keeps them fresh.
    cacheMaxAge: Infinity,
    timeoutDuration: FETCH_TIMEOUT,
    [customFetch]: boundedFetch(),
  });
  return {
    algorithms: ASYMMETRIC,
    refresh: () => remote.reload(),
    resolve: async (header, token) => {
      try {
        return await remote(header, token);
      } catch (error) {
        if (concernsToken(error)) throw error;
        throw new Problem(
          "keys_unavailable",
          "The keys that verify this token cannot be fetched now: try again.",
        );
      }
    },
  };
}

/** Whether the key set was there, and the fault is the token's. */
function concernsToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported;
}

/** A `fetch` that pauses after a failure and reads no more than {@linkcode FETCH_LIMIT}. */
function boundedFetch(): typeof fetch {
  let failed: { readonly error: unknown; readonly until: number } | undefined;
  return async (input, init) => {
    if (failed !== undefined && performance.now() < failed.until) throw failed.error;
    try {
      const response = await readBounded(await fetch(input, init));
      failed = undefined;
      return response;
    } catch (error) {
      failed = { error, until: performance.now() + FETCH_PAUSE };
      throw error;
    }
  };
}

async function readBounded(response: Response): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > FETCH_LIMIT) {
      throw new RangeError(`Cannot read a key set over ${FETCH_LIMIT} bytes`);
    }
    chunks.push(chunk);
  }
  const { status, headers } = response;
  if (status !== 200) throw new TypeError(`Cannot read a key set: its URL answered ${status}`);
  return new Response(new Blob(chunks), { status, headers });
}
