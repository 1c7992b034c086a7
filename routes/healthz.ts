/**
 * `GET /healthz`: whether the process is serving.
 *
 * @module
 */
import type { Context } from "hono";

/** Answers `ok` as long as the process is serving. Does not depend on NATS. */
export function healthz(c: Context): Response {
  return c.text("ok", 200, { "Cache-Control": "no-store" });
}
