/**
 * `GET /readyz`: whether streams can be opened.
 *
 * @module
 */
import type { Handler } from "hono";
import type { History } from "../lib/history/history.ts";
import type { Keys } from "../lib/auth/keys.ts";
import type { Nats } from "../lib/nats/connection.ts";
import { keysUnavailable } from "../lib/auth/remote_keys.ts";
import type { Streams } from "../lib/stream/streams.ts";
import { respond } from "./error_response.ts";

/** What a stream depends on. */
export interface ReadyzOptions {
  /** The keys that tokens are verified with. */
  readonly keys: Keys;
  /** Where the lines come from. */
  readonly nats: Nats;
  /** Where lines of the past come from; `undefined` for live lines only. */
  readonly history: History | undefined;
  /** All open streams, and whether another one can be opened. */
  readonly streams: Streams;
}

/**
 * Creates the handler of `GET /readyz`, which answers 200 if a stream could be opened now, or if only
 * `MAX_STREAMS` prevents that. If a proxy took a full service out of rotation, clients would not get its own
 * response, which says when to try again. Each part is `"ok"` or says what is wrong with it. If the
 * service is not ready, the body is also a problem. Without history, streams can still be opened.
 */
export function readyz({ keys, nats, history, streams }: ReadyzOptions): Handler {
  return (c) => {
    const keysMissing = keys.known?.() === false ? keysUnavailable() : undefined;
    const parts = {
      nats: nats.unavailable ?? "ok",
      keys: keysMissing?.message ?? "ok",
      ...(history !== undefined && { history: history.problem ?? "ok" }),
      capacity: streams.quota.unavailable === undefined ? "ok" : "full",
    };
    const problem = keysMissing ?? streams.unavailable;
    if (problem !== undefined) return respond(c, problem, { ready: false, ...parts });
    return c.json({ ready: true, ...parts }, 200, { "Cache-Control": "no-store" });
  };
}
