/** Invalid tokens. */
import type { Keys } from "./signing_keys.ts";
import { LOUD } from "./line.ts";

/** A kind of invalid token. */
export interface Forgery {
  readonly name: string;
  /** Codes with which the service may refuse it. */
  readonly codes: readonly string[];
  readonly make: (keys: Keys) => string | Promise<string>;
}

/** All kinds of invalid tokens. */
export const FORGERIES: readonly Forgery[] = [
  {
    name: "a signature with an unpublished key under a known kid",
    codes: ["token_signature"],
    make: (keys) => keys.forge({ app: LOUD }),
  },
  {
    name: "a key with an unknown kid",
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
