/**
 * Cross-origin reads (Fetch Standard, section 3.3).
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { includesOrigin, type Origins } from "../lib/origins.ts";

/**
 * Lets pages of these origins read: named ones with their credentials, `"*"` any one without. To
 * every other origin the response says nothing, and the browser keeps it from the page.
 */
export function allowOrigins(origins: Origins): MiddlewareHandler {
  const options = {
    allowMethods: ["GET", "HEAD"],
    // No `allowHeaders`: a preflight permits whatever headers it asks for. Tracing adds its own to
    // every request of a page, and none of them has an effect here.
    exposeHeaders: ["Retry-After", "WWW-Authenticate"],
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
