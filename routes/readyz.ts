/**
 * Whether the service takes streams.
 *
 * @module
 */
import type { Handler } from "hono";
import type { Keys } from "../lib/auth/keys.ts";
import type { Nats } from "../lib/nats/connection.ts";
import { keysUnavailable } from "../lib/auth/remote_keys.ts";
import type { Streams } from "../lib/stream/streams.ts";
import { respond } from "./error_response.ts";

/** What a stream needs. */
export interface Parts {
  readonly keys: Keys;
  readonly nats: Nats;
  readonly streams: Streams;
}

/**
 * `GET /readyz`: whether a stream could be opened now, but for `MAX_STREAMS`. A full service stays ready:
 * a proxy that took it out would keep its own answer, which says when to try again, from clients. Each
 * part is `"ok"`, or says what is wrong with it; if the service is not ready, the body is a problem too.
 */
export function readyz({ keys, nats, streams }: Parts): Handler {
  return (c) => {
    const keysMissing = keys.known?.() === false ? keysUnavailable() : undefined;
    const parts = {
      nats: nats.unavailable ?? "ok",
      keys: keysMissing?.message ?? "ok",
      capacity: streams.quota.unavailable === undefined ? "ok" : "full",
    };
    const problem = keysMissing ?? streams.unavailable;
    if (problem !== undefined) return respond(c, problem, { ready: false, ...parts });
    return c.json({ ready: true, ...parts }, 200, { "Cache-Control": "no-store" });
  };
}
