/**
 * Whether the service takes streams.
 *
 * @module
 */
import type { Handler } from "hono";
import type { Keys } from "../lib/keys.ts";
import { keysUnavailable } from "../lib/remote_keys.ts";
import type { Streams } from "../lib/streams.ts";

/** `GET /readyz`: whether a stream could be opened now, and why not. */
export function readyz(streams: Streams, keys: Keys): Handler {
  return (c) => {
    if (keys.known?.() === false) throw keysUnavailable();
    if (streams.unavailable !== undefined) throw streams.unavailable;
    return c.text("ready", 200, { "Cache-Control": "no-store" });
  };
}
