/**
 * Where a request may carry its token.
 *
 * @module
 */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { Problem } from "../lib/problem.ts";

/** A place for a token. */
export interface TokenCarrier {
  readonly kind: "header" | "query" | "cookie";
  /** The name of the header, query parameter or cookie. */
  readonly name: string;
  /** What comes before the token in a header, in any case. */
  readonly scheme?: string;
}

/**
 * All places for a token. The first one that has a token is used.
 *
 * The query parameter is for `EventSource`, which cannot set headers.
 */
export const TOKEN_CARRIERS: readonly TokenCarrier[] = [
  { kind: "header", name: "Authorization", scheme: "Bearer" },
  { kind: "query", name: "token" },
  { kind: "cookie", name: "natstap_token" },
];

/**
 * Returns the token of a request.
 *
 * @throws {Problem} `token_missing` if there is none, `token_malformed` if a place has several.
 */
export function findToken(c: Context): string {
  for (const carrier of TOKEN_CARRIERS) {
    const [token, ...others] = tokensIn(c, carrier);
    if (others.length > 0) throw new Problem("token_malformed", "Send one token, not several.");
    if (token) return token;
  }
  const places = TOKEN_CARRIERS.map(describe).join(", or ");
  throw new Problem("token_missing", `Send a token: ${places}.`);
}

function tokensIn(c: Context, { kind, name, scheme }: TokenCarrier): readonly string[] {
  switch (kind) {
    case "header": {
      const value = c.req.header(name) ?? "";
      if (scheme === undefined) return [value];
      return new RegExp(`^${scheme} +(.+)$`, "i").exec(value)?.slice(1) ?? [];
    }
    case "query":
      return c.req.queries(name) ?? [];
    case "cookie":
      // A browser sends all cookies of that name, such as those of two paths, in no reliable order.
      return cookiesNamed(c, name).map(() => getCookie(c, name) ?? "");
  }
}

function cookiesNamed(c: Context, name: string): string[] {
  const pairs = (c.req.header("Cookie") ?? "").split(";");
  return pairs.filter((pair) => pair.split("=", 1)[0]!.trim() === name);
}

function describe({ kind, name, scheme }: TokenCarrier): string {
  if (kind === "query") return `?${name}=TOKEN`;
  if (kind === "cookie") return `the cookie ${name}`;
  return `${name}: ${scheme === undefined ? "" : `${scheme} `}TOKEN`;
}
