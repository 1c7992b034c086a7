/**
 * Cross-origin requests (Fetch Standard, section 3.3).
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { includesOrigin, type Origins } from "../lib/origins.ts";

/**
 * Allows pages of these origins to read responses: named origins with credentials, and with `"*"` any
 * origin without credentials. Other origins get no CORS headers, so the browser blocks the response.
 */
export function allowOrigins(origins: Origins): MiddlewareHandler {
  const options = {
    allowMethods: ["GET", "HEAD"],
    // As `allowHeaders` is not set, a preflight permits all headers that it asks for. Tracing libraries
    // add headers to every request of a page, and none of them has an effect here.
    // The viewer compares the expiry of its token with `Date`: the browser's clock may be wrong.
    exposeHeaders: ["Date", "Retry-After", "WWW-Authenticate"],
    maxAge: 600,
  };
  if (origins === "*") return cors({ ...options, origin: "*" });
  const named = cors({ ...options, origin: (origin) => origin, credentials: true });
  return async (c, next) => {
    if (includesOrigin(origins, c.req.header("Origin") ?? "")) return await named(c, next);
    await next();
    if (origins.length > 0) c.header("Vary", "Origin", { append: true });
  };
}
