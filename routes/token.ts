/**
 * Where a request's token stands.
 *
 * @module
 */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { Problem } from "../lib/problem.ts";

/**
 * The request's token, from the first place that has one: the `Authorization` header (RFC 6750),
 * the query parameter `token`, since a browser's `EventSource` sets no headers, and the cookie
 * `natstap_token`.
 *
 * @throws {Problem} `token_missing` where there is none, `token_malformed` where there are two.
 */
export function findToken(c: Context): string {
  const bearer = /^Bearer +(.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const [token, ...more] = c.req.queries("token") ?? [];
  if (more.length > 0) throw new Problem("token_malformed", "Send one token, not several.");
  const found = token || getCookie(c, "natstap_token");
  if (found) return found;
  throw new Problem(
    "token_missing",
    "Send a token: Authorization: Bearer TOKEN, or ?token=TOKEN, or the cookie natstap_token.",
  );
}
