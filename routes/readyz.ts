/**
 * Whether the service takes streams.
 *
 * @module
 */
import type { Handler } from "hono";
import type { Streams } from "../lib/streams.ts";

/** `GET /readyz`: whether a stream could be opened now, and why not. */
export function readyz(streams: Streams): Handler {
  return (c) => {
    if (streams.unavailable !== undefined) throw streams.unavailable;
    return c.text("ready", 200, { "Cache-Control": "no-store" });
  };
}
