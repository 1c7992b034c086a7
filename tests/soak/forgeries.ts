/**
 * Tokens that are no good.
 *
 * @module
 */
import type { Keys } from "./keys.ts";
import { LOUD } from "./line.ts";

/** A way to be refused. */
export interface Forgery {
  readonly name: string;
  /** What the service may answer. */
  readonly codes: readonly string[];
  readonly make: (keys: Keys) => string | Promise<string>;
}

/** All ways that are tried. */
export const FORGERIES: readonly Forgery[] = [
  {
    name: "a stranger's signature",
    codes: ["token_signature"],
    make: (keys) => keys.forge({ app: LOUD }),
  },
  {
    name: "a key that nobody knows",
    codes: ["token_signature", "keys_unavailable"],
    make: (keys) => keys.mintUnknown({ app: LOUD }),
  },
  {
    name: "no signature",
    codes: ["token_malformed", "token_signature"],
    make: () => `${encode({ alg: "none" })}.${encode({ app: LOUD, exp: 9_999_999_999 })}.`,
  },
  {
    name: "an expired token",
    codes: ["token_expired"],
    make: (keys) => keys.mint({ app: LOUD }, -10),
  },
  {
    name: "a token for another app",
    codes: ["app_forbidden"],
    make: (keys) => keys.mint({ app: "quiet-1" }, 60),
  },
  {
    name: "a token with a wildcard in it",
    codes: ["token_claims"],
    make: (keys) => keys.mint({ app: "loud.>" }, 60),
  },
  { name: "garbage", codes: ["token_malformed"], make: () => "e30.e30.e30.e30" },
  { name: "a token of 9 KB", codes: ["token_malformed"], make: () => "x".repeat(9_000) },
];

function encode(value: unknown): string {
  return new TextEncoder().encode(JSON.stringify(value))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}
