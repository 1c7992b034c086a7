/**
 * Cross-origin reads (Fetch Standard, section 3.3).
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/**
 * Lets pages of these origins read: named ones with their credentials, `"*"` any one without. To
 * every other origin the response says nothing, and the browser keeps it from the page.
 */
export function allowOrigins(origins: readonly string[] | "*"): MiddlewareHandler {
  const options = {
    allowMethods: ["GET", "HEAD"],
    allowHeaders: ["Authorization", "Cache-Control", "Last-Event-ID"],
    exposeHeaders: ["Retry-After", "WWW-Authenticate"],
    maxAge: 600,
  };
  if (origins === "*") return cors({ ...options, origin: "*" });
  const named = cors({ ...options, origin: [...origins], credentials: true });
  return async (c, next) => {
    if (origins.includes(c.req.header("Origin") ?? "")) return await named(c, next);
    await next();
    if (origins.length > 0) c.header("Vary", "Origin", { append: true });
  };
}
