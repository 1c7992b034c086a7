/**
 * A key set behind a URL, which may be slow, away, or full of anything.
 *
 * @module
 */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTVerifyGetKey,
} from "jose";
import { Problem } from "../problem.ts";
import { type OnIgnored, sortKeys } from "./public_keys.ts";

/** A fetch of a key set that takes longer than this has failed. Milliseconds. */
const FETCH_TIMEOUT = 2_500;
/** After a fetch none is tried for this long, however many tokens ask. Milliseconds. */
const FETCH_PAUSE = 5_000;
/** A larger key set is none. Bytes. */
const FETCH_LIMIT = 1_048_576;

/** The keys of a set that is fetched, kept, and fetched anew for a `kid` that it lacks. */
export interface RemoteKeys {
  /** The key for a token's header; rejects with `keys_unavailable` where it cannot be known. */
  readonly resolve: JWTVerifyGetKey;
  /** Whether any set is known yet. */
  readonly known: () => boolean;
  /** Fetches the set anew; what is known stays known where that fails. */
  readonly refresh: () => Promise<void>;
}

/** Makes the keys of the set behind `url`; nothing is fetched yet. */
export function createRemoteKeys(url: URL, onIgnored: OnIgnored): RemoteKeys {
  let pausedUntil = -Infinity;
  const fetchKeys = boundedFetch(withChangesOnly(onIgnored));
  const remote = createRemoteJWKSet(url, {
    // Stale keys still verify while the URL is out of reach; `refresh` keeps them fresh.
    cacheMaxAge: Infinity,
    timeoutDuration: FETCH_TIMEOUT,
    // jose's own pause is by the clock that may be set: where that steps back an hour, it lasts an hour.
    cooldownDuration: Infinity,
    [customFetch]: async (...request) => {
      const response = await fetchKeys(...request);
      pausedUntil = performance.now() + FETCH_PAUSE;
      return response;
    },
  });
  const find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    // Where a set has just come it is asked again: what was looked up above may be the one before.
    if (remote.reloading || performance.now() >= pausedUntil) await remote.reload();
    return await remote(header, token);
  };
  return {
    known: () => remote.jwks() !== undefined,
    refresh: () => remote.reload(),
    resolve: async (header, token) => {
      try {
        return await find(header, token);
      } catch (error) {
        if (concernsToken(error)) throw error;
        throw keysUnavailable();
      }
    },
  };
}

/** The keys that verify tokens are out of reach. */
export function keysUnavailable(): Problem {
  return new Problem(
    "keys_unavailable",
    "Try again: the keys that verify tokens are out of reach.",
  );
}

/** Whether the key set was there, and the fault is the token's. */
function concernsToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported;
}

/** A `fetch` that pauses after a failure and reads no more than {@linkcode FETCH_LIMIT}. */
function boundedFetch(onIgnored: OnIgnored): typeof fetch {
  let failed: { readonly error: unknown; readonly until: number } | undefined;
  return async (input, init) => {
    if (failed !== undefined && performance.now() < failed.until) throw failed.error;
    try {
      const response = await readBounded(await fetch(input, init), onIgnored);
      failed = undefined;
      return response;
    } catch (error) {
      failed = { error, until: performance.now() + FETCH_PAUSE };
      throw error;
    }
  };
}

async function readBounded(response: Response, onIgnored: OnIgnored): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > FETCH_LIMIT) {
      throw new RangeError(`Cannot read a key set over ${FETCH_LIMIT} bytes`);
    }
    chunks.push(chunk);
  }
  const { status } = response;
  if (status !== 200) throw new TypeError(`Cannot read a key set: its URL answered ${status}`);
  // Throws where it is no key set, so that such an answer too counts as a failed fetch.
  const set = createLocalJWKSet(JSON.parse(await new Blob(chunks).text())).jwks();
  const { jwks, ignored } = sortKeys(set);
  onIgnored(ignored);
  return Response.json(jwks);
}

/** Passes on what differs from the last call, unless it is empty: a set is fetched again and again. */
function withChangesOnly(onIgnored: OnIgnored): OnIgnored {
  let last = "[]";
  return (ignored) => {
    const text = JSON.stringify(ignored);
    if (text !== last && ignored.length > 0) onIgnored(ignored);
    last = text;
  };
}
