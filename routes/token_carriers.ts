/**
 * Where a request's token stands.
 *
 * @module
 */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { Problem } from "../lib/problem.ts";

const COOKIE = "natstap_token";

/**
 * The request's token, from the first place that has one: the `Authorization` header (RFC 6750),
 * the query parameter `token`, since a browser's `EventSource` sets no headers, and the cookie
 * `natstap_token`.
 *
 * @throws {Problem} `token_missing` if there is none, `token_malformed` if that place has several.
 */
export function findToken(c: Context): string {
  const bearer = /^Bearer +(.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  // Browsers send every cookie of that name, such as those of two paths, and do not say which is which.
  const found = single(c.req.queries("token")) || single(cookies(c)) && getCookie(c, COOKIE);
  if (found) return found;
  throw new Problem(
    "token_missing",
    `Send a token: Authorization: Bearer TOKEN, or ?token=TOKEN, or the cookie ${COOKIE}.`,
  );
}

function single(values: readonly string[] = []): string | undefined {
  if (values.length > 1) throw new Problem("token_malformed", "Send one token, not several.");
  return values[0];
}

/** The cookies that are named as the token's is. */
function cookies(c: Context): string[] {
  const pairs = (c.req.header("Cookie") ?? "").split(";");
  return pairs.filter((pair) => pair.split("=", 1)[0]!.trim() === COOKIE);
}
