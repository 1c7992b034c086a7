/**
 * Decides what follows the end of a stream: another attempt and when, or none and why.
 *
 * @module
 */
import type { Text } from "../texts/texts.ts";
import type { Outcome } from "./stream/stream_request.ts";

/** Why no further attempt can succeed. */
export type EndedReason =
  | "expired"
  | "denied"
  | "forbidden"
  | "unauthorized"
  | "bad-request"
  | "app-required"
  | "no-token";

/** Another attempt, or the end. */
export type Decision = Retry | {
  readonly end: EndedReason;
  readonly detail: string;
  /** The apps to choose from, if the reason is `app-required`. */
  readonly apps?: readonly string[] | undefined;
};

/** Another attempt. Times in milliseconds. */
export interface Retry {
  /** Shown to the user. */
  readonly text: Text;
  /** For developers. Default: the text. */
  readonly reason?: string;
  /** Exact delay. Default: a random backoff. */
  readonly delay?: number | undefined;
  /** Minimum delay, to which the random backoff is added, so that pages do not all return at once. */
  readonly minDelay?: number | undefined;
  readonly renewToken?: boolean;
}

/** The state of the token that was used. */
export interface TokenState {
  /** Whether there may be another token. */
  readonly canRenew: boolean;
  /** Whether the token came from the provider and has not opened a stream yet. */
  readonly isFresh: boolean;
}

type Refusal = Extract<Outcome, { kind: "refused" }>;

/**
 * Decides what follows `outcome`.
 *
 * @param mayLackCors Whether the service may reject the page's origin, which a browser does not
 * distinguish from a service that is down.
 */
export function decide(outcome: Outcome, token: TokenState, mayLackCors = false): Decision {
  switch (outcome.kind) {
    case "ended":
      return afterEnd(outcome.reason, outcome.retry, token);
    case "lost":
      return isUnreachable(outcome) && mayLackCors
        ? { reason: NO_CORS, text: LOST.unreachable }
        : { text: LOST[outcome.why] };
    case "refused":
      return afterRefusal(outcome, token);
  }
}

const LOST = {
  unreachable: "The log service cannot be reached from this page.",
  cut: "The connection was interrupted.",
  silent: "The connection timed out.",
} as const;

const NO_CORS =
  "The log service cannot be reached from this page, or does not permit this page's origin.";

/** Whether there was no response, or none that the page may read. */
export function isUnreachable(outcome: Outcome): boolean {
  return outcome.kind === "lost" && outcome.why === "unreachable";
}

const EXPIRED = "The token has expired.";
const RENEWING: Text = "Your access is being renewed.";
const DENIED = "NATS no longer permits access to these logs: contact the operator of this service.";

function afterEnd(reason: string, retry: number | undefined, token: TokenState): Decision {
  switch (reason) {
    case "expired":
      // The next token may be there already.
      if (token.canRenew) {
        return { reason: EXPIRED, text: RENEWING, delay: 0, renewToken: !token.isFresh };
      }
      return { end: "expired", detail: EXPIRED };
    case "denied":
      return { end: "denied", detail: DENIED };
    case "shutdown":
      // A delay of 0 would be a busy loop.
      return { text: "The log service is restarting.", delay: retry || undefined };
    case "stalled":
      return { text: "This page read the stream too slowly." };
    default:
      return { reason: `The log service ended the stream: ${reason}.`, text: UNAVAILABLE };
  }
}

const TOO_MANY: Text = "Too many views of these logs are open.";
const UNAVAILABLE: Text = "The log service is not available at the moment.";

function afterRefusal(refusal: Refusal, token: TokenState): Decision {
  const { status, code, detail, retryAfter, apps } = refusal;
  if (status === 401) return afterUnauthorized(refusal, token);
  if (status === 403) return { end: "forbidden", detail };
  if (status === 408 || status === 429 || status >= 500) {
    return { reason: detail, text: status === 429 ? TOO_MANY : UNAVAILABLE, minDelay: retryAfter };
  }
  return { end: code === "app_required" ? "app-required" : "bad-request", detail, apps };
}

/** Errors that differing clocks can cause: the next token may pass. It would share any other fault. */
const CLOCK_ERRORS = ["token_expired", "token_not_yet_valid", "token_ttl"];

function afterUnauthorized({ code, detail }: Refusal, token: TokenState): Decision {
  const { canRenew, isFresh } = token;
  if (canRenew && !isFresh) {
    return { reason: detail, text: RENEWING, delay: 0, renewToken: true };
  }
  if (canRenew && CLOCK_ERRORS.includes(code)) {
    return { reason: detail, text: RENEWING, renewToken: true };
  }
  if (code === "token_expired") return { end: "expired", detail };
  if (code === "token_missing") return { end: "no-token", detail };
  return { end: "unauthorized", detail };
}
