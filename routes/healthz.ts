/**
 * Whether the process serves.
 *
 * @module
 */
import type { Context } from "hono";

/** `GET /healthz`: the process serves. It never asks NATS. */
export function healthz(c: Context): Response {
  return c.text("ok", 200, { "Cache-Control": "no-store" });
}
