/**
 * From a JWT to what it permits.
 *
 * @module
 */
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose";
import type { Keys } from "./keys.ts";
import { Problem } from "../problem.ts";
import { ALL_APPS, isName, nameRule, type Permission } from "../nats/subject.ts";

/** A verified token. */
export interface Grant extends Permission {
  /** When the permission ends: milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whom the token was made for; for the log only. */
  readonly sub?: string | undefined;
  /** The token's own name; for the log only. */
  readonly jti?: string | undefined;
}

/** What every token is held against. */
export interface TokenRules {
  /** The `aud` that is required, where it is set. */
  readonly audience?: string | undefined;
  /** The `iss` that is required, where it is set. */
  readonly issuer?: string | undefined;
  /** Maximum remaining lifetime of a token, to which the clock tolerance is added. Seconds. */
  readonly maxTtl: number;
  /** Whether `app: "*"` is honoured. */
  readonly allowAllApps: boolean;
}

/** Verifies a token in JWS compact serialization; rejects with a {@linkcode Problem}. */
export type Verify = (token: string) => Promise<Grant>;

/** A longer token is refused unread. Characters. */
const MAX_TOKEN_LENGTH = 8_192;
/** Base64url as RFC 7515 (section 2) has it: no padding, no white space, no bits left over. */
const BASE64URL = "(?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?";
/** jose reads base64url with some of these too: a token would then have many spellings. */
const COMPACT = new RegExp(`^${BASE64URL}\\.${BASE64URL}\\.${BASE64URL}$`);
/** Tolerated difference between the clocks of signer and verifier (`nbf`, `iat`, `maxTtl`). Seconds. */
const CLOCK_TOLERANCE = 5;

/** What to do about a claim that is missing or wrong. */
const CLAIMS: Readonly<Record<string, string>> = {
  exp: 'Give the claim "exp": when the token expires, in seconds since 1970.',
  app: 'Give the claim "app": the name of the permitted app, or an array of names.',
  nbf: 'Give the claim "nbf" in seconds since 1970, or leave it out.',
  iat: 'Give the claim "iat" in seconds since 1970, or leave it out.',
  aud: 'Give the claim "aud" the audience that this service expects.',
  iss: 'Give the claim "iss" the issuer that this service expects.',
};
const OTHER_CLAIM = "Give the token a set of claims, as a JSON object.";

/** Makes the function that verifies tokens. */
export function createVerify(keys: Keys, rules: TokenRules): Verify {
  const options: JWTVerifyOptions = {
    algorithms: keys.algorithms,
    clockTolerance: CLOCK_TOLERANCE,
    requiredClaims: ["exp", "app"],
    ...(rules.audience !== undefined && { audience: rules.audience }),
    ...(rules.issuer !== undefined && { issuer: rules.issuer }),
  };
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new Problem(
        "token_malformed",
        `Use a token of ${MAX_TOKEN_LENGTH} characters or fewer.`,
      );
    }
    if (!COMPACT.test(token)) throw malformed();
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

/** A token that names no `kid` may be signed with any key of the set. */
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
  // jose's clock tolerance would let a token live on past `exp`: a stream ends at that moment, and
  // the reader's next try must not be let in again.
  const now = Date.now() / 1000;
  if (!Number.isFinite(exp)) throw new Problem("token_claims", CLAIMS.exp!);
  if (exp! <= now) throw expired();
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE) throw notYetValid();
  if (exp! - now > rules.maxTtl + CLOCK_TOLERANCE) {
    throw new Problem(
      "token_ttl",
      `Use a token whose "exp", in seconds since 1970, is at most ${rules.maxTtl} seconds away.`,
    );
  }
  return {
    apps: parseApps(claims.app, rules.allowAllApps),
    region: parseNarrowing("region", claims.region),
    machine: parseNarrowing("machine", claims.machine),
    expiresAt: exp! * 1000,
    sub: typeof sub === "string" ? sub : undefined,
    jti: typeof jti === "string" ? jti : undefined,
  };
}

function parseApps(claim: unknown, allowAllApps: boolean): Permission["apps"] {
  if (claim === ALL_APPS) {
    if (allowAllApps) return ALL_APPS;
    throw new Problem(
      "app_forbidden",
      "Use a token that names its apps: this service honours no other.",
    );
  }
  const names = Array.isArray(claim) ? claim : [claim];
  if (names.length > 0 && names.every((name) => isName("app", name))) return [...new Set(names)];
  throw new Problem(
    "token_claims",
    `Give "app" as an app's name, or as an array of names: ${nameRule("app")}.`,
  );
}

function parseNarrowing(claim: "region" | "machine", value: unknown): string | undefined {
  if (value === undefined || isName(claim, value)) return value;
  throw new Problem("token_claims", `Give "${claim}" as one name, or leave the claim out.`);
}

/** What jose found wrong, as the service's own error. */
function toProblem(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return expired();
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === "nbf" && error.reason === "check_failed"
      ? notYetValid()
      : new Problem("token_claims", CLAIMS[error.claim] ?? OTHER_CLAIM);
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JOSEAlgNotAllowed
  ) {
    return new Problem(
      "token_signature",
      "Sign the token with the key, and an algorithm, that this service is configured for.",
    );
  }
  if (error instanceof errors.JOSEError) return malformed();
  return error;
}

function malformed(): Problem {
  return new Problem(
    "token_malformed",
    "Send a signed JWT in compact form: header.payload.signature.",
  );
}

function expired(): Problem {
  return new Problem("token_expired", "The token has expired: get a new one.");
}

function notYetValid(): Problem {
  return new Problem(
    "token_not_yet_valid",
    "The token is not valid yet: check the clock that made it.",
  );
}
