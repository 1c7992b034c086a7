/**
 * A key set that is fetched from a URL, which may be slow, unavailable, or return anything.
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
import { type OnIgnored, selectKeys } from "./public_keys.ts";

/** Maximum duration of a fetch. */
const FETCH_TIMEOUT_MS = 2_500;
/** Minimum time between two fetches that tokens cause, and after a failed fetch. */
const FETCH_PAUSE_MS = 5_000;
/** Larger key sets are rejected. */
const MAX_SET_BYTES = 1_048_576;

/** A key set that is fetched, cached, and fetched again for an unknown `kid`. */
export interface RemoteKeys {
  /** Returns the key for the header of a token. Rejects with `keys_unavailable` if the fetch fails. */
  readonly resolve: JWTVerifyGetKey;
  /** Returns whether the set has been fetched. */
  readonly known: () => boolean;
  /** Fetches the set again; if that fails, the current one is kept. */
  readonly refresh: () => Promise<void>;
}

/** Creates the keys of the set behind `url`. Nothing is fetched yet. */
export function createRemoteKeys(url: URL, onIgnored: OnIgnored): RemoteKeys {
  let pausedUntil = -Infinity;
  const fetchKeys = boundedFetch(onlyChanges(onIgnored));
  const remote = createRemoteJWKSet(url, {
    // Keys are used for as long as the URL is unavailable; `refresh` keeps them current.
    cacheMaxAge: Infinity,
    timeoutDuration: FETCH_TIMEOUT_MS,
    // jose measures its own pause by the system time: if that is set back an hour, the pause lasts an hour.
    cooldownDuration: Infinity,
    [customFetch]: async (...request) => {
      const response = await fetchKeys(...request);
      pausedUntil = performance.now() + FETCH_PAUSE_MS;
      return response;
    },
  });
  const find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    // After a recent fetch, only look again: the first attempt may have used the previous set.
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

/** Returns the problem that the keys cannot be fetched. */
export function keysUnavailable(): Problem {
  const advice = "Try again: the keys that verify tokens cannot be fetched.";
  return new Problem("keys_unavailable", advice);
}

/** Returns whether an error is the fault of the token and not of the key set. */
function concernsToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported;
}

/** Creates a `fetch` that pauses after a failure and reads at most {@linkcode MAX_SET_BYTES}. */
function boundedFetch(onIgnored: OnIgnored): typeof fetch {
  let failed: { readonly error: unknown; readonly until: number } | undefined;
  return async (input, init) => {
    if (failed !== undefined && performance.now() < failed.until) throw failed.error;
    try {
      const response = await readBounded(await fetch(input, init), onIgnored);
      failed = undefined;
      return response;
    } catch (error) {
      failed = { error, until: performance.now() + FETCH_PAUSE_MS };
      throw error;
    }
  };
}

async function readBounded(response: Response, onIgnored: OnIgnored): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_SET_BYTES) {
      throw new RangeError(`Cannot read a key set of more than ${MAX_SET_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const { status } = response;
  if (status !== 200) throw new TypeError(`Cannot read a key set: its URL returned ${status}`);
  // Throws if it is not a key set, so that such a response also counts as a failed fetch.
  const set = createLocalJWKSet(JSON.parse(await new Blob(chunks).text())).jwks();
  const { jwks, ignored } = selectKeys(set);
  onIgnored(ignored);
  return Response.json(jwks);
}

/** Calls `onIgnored` only if the keys differ from the last call and there are any. */
function onlyChanges(onIgnored: OnIgnored): OnIgnored {
  let last = "[]";
  return (ignored) => {
    const text = JSON.stringify(ignored);
    if (text !== last && ignored.length > 0) onIgnored(ignored);
    last = text;
  };
}
