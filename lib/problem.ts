/**
 * Every error that a request can be answered with, each with a stable code.
 *
 * @module
 */

/** The HTTP status of each code. A caller switches on the code, never on a message. */
const STATUS = {
  app_required: 400,
  body_not_allowed: 400,
  filter_invalid: 400,
  format_unknown: 400,
  history_invalid: 400,
  token_missing: 401,
  token_malformed: 401,
  token_signature: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  token_claims: 401,
  token_ttl: 401,
  app_forbidden: 403,
  filter_forbidden: 403,
  subscription_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  too_many_streams: 429,
  internal: 500,
  at_capacity: 503,
  nats_unavailable: 503,
  shutting_down: 503,
  keys_unavailable: 503,
  viewer_missing: 503,
} as const;

/** Number of seconds to wait before retrying (RFC 9110, section 10.2.3). */
const RETRY_AFTER_SECONDS: Partial<Record<ProblemCode, number>> = {
  too_many_streams: 10,
  at_capacity: 10,
  nats_unavailable: 2,
  shutting_down: 1,
  keys_unavailable: 5,
  viewer_missing: 5,
};

/** Identifies a problem to clients. */
export type ProblemCode = keyof typeof STATUS;

/** All codes. */
export const PROBLEM_CODES = Object.keys(STATUS) as ProblemCode[];

/** The HTTP status of a problem. */
export type ProblemStatus = (typeof STATUS)[ProblemCode];

/**
 * A request that cannot be served.
 *
 * @example
 * ```ts
 * throw new Problem("not_acceptable", "Accept text/event-stream.");
 * ```
 */
export class Problem extends Error {
  override readonly name = "Problem";
  /** Identifies the problem to clients. */
  readonly code: ProblemCode;
  /** The HTTP status of the response. */
  readonly status: ProblemStatus;
  /** Number of seconds to wait before retrying; `undefined` if retrying does not help. */
  readonly retryAfter: number | undefined;
  /** Additional members of the response's body. */
  readonly more: Readonly<Record<string, unknown>>;

  /**
   * @param code Identifies the problem.
   * @param detail One sentence that says what to do. It is sent to the client and must not be secret.
   * @param more Additional members of the response's body, which must not be secret either.
   */
  constructor(code: ProblemCode, detail: string, more: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.more = more;
    this.code = code;
    this.status = STATUS[code];
    this.retryAfter = RETRY_AFTER_SECONDS[code];
  }
}
