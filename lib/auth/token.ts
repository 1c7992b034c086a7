/**
 * Verifies a JWT and reads its claims.
 *
 * @module
 */
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose";
import type { Keys } from "./keys.ts";
import { Problem } from "../problem.ts";
import { ALL_APPS, isName, nameRule, type Permission } from "../nats/subject.ts";

/** What a verified token grants. */
export interface Grant extends Permission {
  /** When the grant ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The user that the token was issued for; for the log only. */
  readonly sub?: string | undefined;
  /** The ID of the token; for the log only. */
  readonly jti?: string | undefined;
}

/** What is required of every token. */
export interface TokenRules {
  /** The required `aud`; `undefined` if any is accepted. */
  readonly audience?: string | undefined;
  /** The required `iss`; `undefined` if any is accepted. */
  readonly issuer?: string | undefined;
  /** Maximum remaining lifetime of a token, in seconds, to which the clock tolerance is added. */
  readonly maxTtl: number;
  /** The claim that names the permitted apps. */
  readonly appClaim: string;
  /** Whether `"*"` is accepted as the app. */
  readonly allowAllApps: boolean;
}

/** Verifies a token in JWS compact serialization; rejects with a {@linkcode Problem}. */
export type Verify = (token: string) => Promise<Grant>;

/** Maximum number of characters of a token. Longer ones are rejected without being parsed. */
const MAX_TOKEN_LENGTH = 8_192;
/** Base64url of RFC 7515, section 2: no padding, no whitespace, no unused bits. */
const BASE64URL = "(?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?";
/** Stricter than jose, which accepts several spellings of the same token. */
const COMPACT = new RegExp(`^${BASE64URL}\\.${BASE64URL}\\.${BASE64URL}$`);
/** Tolerated difference between the clocks of signer and verifier, for `nbf`, `iat` and `maxTtl`. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** What to do about a missing or invalid claim. */
const CLAIMS = {
  exp: 'Set the claim "exp" to the time when the token expires, in seconds since 1970.',
  nbf: 'Set the claim "nbf" to a time in seconds since 1970, or omit it.',
  iat: 'Set the claim "iat" to a time in seconds since 1970, or omit it.',
  aud: 'Set the claim "aud" to the audience that this service expects.',
  iss: 'Set the claim "iss" to the issuer that this service expects.',
} as const;
const OTHER_CLAIM = "Send a token whose claims are a JSON object.";
/** What to do about a token that is refused for a reason other than its claims. */
const ADVICE = {
  token_malformed: "Send a signed JWT in compact form: header.payload.signature.",
  token_signature:
    "Sign the token with a key and an algorithm that this service is configured for.",
  token_expired: "The token has expired: get a new one.",
  token_not_yet_valid: "The token is not valid yet: check the clock of its issuer.",
} as const;

/**
 * Creates the function that verifies tokens.
 *
 * @example
 * ```ts
 * const verify = createVerify(keys, { maxTtl: 3600, appClaim: "app", allowAllApps: false });
 * const { apps, expiresAt } = await verify(token);
 * ```
 */
export function createVerify(keys: Keys, rules: TokenRules): Verify {
  const options: JWTVerifyOptions = {
    algorithms: keys.algorithms,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ["exp"],
    ...(rules.audience !== undefined && { audience: rules.audience }),
    ...(rules.issuer !== undefined && { issuer: rules.issuer }),
  };
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) {
      const advice = `Use a token of at most ${MAX_TOKEN_LENGTH} characters.`;
      throw new Problem("token_malformed", advice);
    }
    if (!COMPACT.test(token)) throw refusal("token_malformed");
    return toGrant(await verifySignature(token, keys, options), rules);
  };
}

async function verifySignature(token: string, keys: Keys, options: JWTVerifyOptions) {
  try {
    return (await jwtVerify(token, keys.resolve, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      return await verifyWithEach(token, error, options);
    }
    throw toProblem(error);
  }
}

/** A token without a `kid` may be signed with any key of the set. */
async function verifyWithEach(
  token: string,
  candidates: AsyncIterable<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let failure: unknown = new errors.JWKSNoMatchingKey();
  for await (const key of candidates) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      failure = error;
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  throw toProblem(failure);
}

function toGrant(claims: JWTPayload, rules: TokenRules): Grant {
  const { exp, iat, sub, jti } = claims;
  // jose applies the clock tolerance to `exp` too. A stream ends at that moment, and its reader must
  // not be able to open another one with the same token.
  const now = Date.now() / 1000;
  if (!Number.isFinite(exp)) throw new Problem("token_claims", CLAIMS.exp);
  if (exp! <= now) throw refusal("token_expired");
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE_SECONDS) {
    throw refusal("token_not_yet_valid");
  }
  if (exp! - now > rules.maxTtl + CLOCK_TOLERANCE_SECONDS) {
    throw new Problem(
      "token_ttl",
      `Use a token whose "exp", in seconds since 1970, is at most ${rules.maxTtl} seconds away.`,
    );
  }
  return {
    apps: parseApps(claims[rules.appClaim], rules),
    region: parseRestriction("region", claims.region),
    machine: parseRestriction("machine", claims.machine),
    expiresAt: exp! * 1000,
    sub: typeof sub === "string" ? sub : undefined,
    jti: typeof jti === "string" ? jti : undefined,
  };
}

function parseApps(claim: unknown, { appClaim, allowAllApps }: TokenRules): Permission["apps"] {
  if (claim === ALL_APPS) {
    if (allowAllApps) return ALL_APPS;
    throw new Problem(
      "app_forbidden",
      "Use a token that names its apps: this service does not accept one for all apps.",
    );
  }
  const names = Array.isArray(claim) ? claim : [claim];
  if (names.length > 0 && names.every((name) => isName("app", name))) return [...new Set(names)];
  const values = `the name of the permitted app, or to an array of names: ${nameRule("app")}`;
  throw new Problem("token_claims", `Set the claim ${JSON.stringify(appClaim)} to ${values}.`);
}

function parseRestriction(claim: "region" | "machine", value: unknown): string | undefined {
  if (value === undefined || isName(claim, value)) return value;
  throw new Problem("token_claims", `Set "${claim}" to a single name, or omit the claim.`);
}

/** Converts an error of jose to a problem. */
function toProblem(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return refusal("token_expired");
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "nbf" && error.reason === "check_failed") {
      return refusal("token_not_yet_valid");
    }
    const known = Object.hasOwn(CLAIMS, error.claim);
    const advice = known ? CLAIMS[error.claim as keyof typeof CLAIMS] : OTHER_CLAIM;
    return new Problem("token_claims", advice);
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JOSEAlgNotAllowed
  ) {
    return refusal("token_signature");
  }
  if (error instanceof errors.JOSEError) return refusal("token_malformed");
  return error;
}

function refusal(code: keyof typeof ADVICE): Problem {
  return new Problem(code, ADVICE[code]);
}
