/**
 * What to do after a visit: come back, and when; or give up, and why.
 *
 * @module
 */
import type { Outcome } from "./visit.ts";

/** Why no further try makes sense. */
export type EndedReason =
  | "expired"
  | "denied"
  | "forbidden"
  | "unauthorized"
  | "bad-request"
  | "no-token";

/** What comes after a visit: another, or none. */
export type Verdict = Again | { readonly end: EndedReason; readonly detail: string };

/** Another try. Times in milliseconds. */
export interface Again {
  /** Why, in words for the page's reader. */
  readonly again: string;
  /** After just so long; by the backoff, where there is none. */
  readonly at?: number | undefined;
  /** What the backoff is added to, lest all pages come back at once. */
  readonly after?: number | undefined;
  /** With another token. */
  readonly renew?: boolean;
}

/** What is known of the token that the visit was made with. */
export interface TokenFacts {
  /** Whether there may be another. */
  readonly canRenew: boolean;
  /** Whether it was asked for just now. */
  readonly isFresh: boolean;
}

type Refusal = Extract<Outcome, { kind: "refused" }>;

/**
 * What `outcome` asks for.
 *
 * @param mayBeBarred Whether the service may be one that does not permit the page's origin, which a
 * browser does not tell from one that is away.
 */
export function judge(outcome: Outcome, token: TokenFacts, mayBeBarred = false): Verdict {
  switch (outcome.kind) {
    case "ended":
      return judgeEnd(outcome.reason, outcome.retry, token);
    case "lost":
      return { again: isUnreachable(outcome) && mayBeBarred ? BARRED : LOST[outcome.why] };
    case "refused":
      return judgeRefusal(outcome, token);
  }
}

const LOST = {
  unreachable: "The log service cannot be reached from this page.",
  cut: "The connection was cut.",
  silent: "The connection fell silent.",
} as const;

const BARRED =
  "The log service cannot be reached from this page, or does not permit this page's origin.";

/** Whether there was no answer, or none that the page may read. */
export function isUnreachable(outcome: Outcome): boolean {
  return outcome.kind === "lost" && outcome.why === "unreachable";
}

const EXPIRED = "The token has expired.";

function judgeEnd(reason: string, retry: number | undefined, { canRenew }: TokenFacts): Verdict {
  switch (reason) {
    case "expired":
      if (canRenew) return { again: EXPIRED, at: 0, renew: true };
      return { end: "expired", detail: EXPIRED };
    case "denied":
      return {
        end: "denied",
        detail: "NATS no longer permits these logs: ask who runs the service.",
      };
    case "shutdown":
      // 0 is no time: it would be asked as fast as it answers.
      return { again: "The log service restarts.", at: retry || undefined };
    case "stalled":
      return { again: "This page was too slow to read." };
    default:
      return { again: `The log service has ended the stream: ${reason}.` };
  }
}

function judgeRefusal(refusal: Refusal, token: TokenFacts): Verdict {
  const { status, detail, retryAfter } = refusal;
  if (status === 401) return judgeToken(refusal, token);
  if (status === 403) return { end: "forbidden", detail };
  if (status === 408 || status === 429 || status >= 500) {
    return { again: detail, after: retryAfter };
  }
  return { end: "bad-request", detail };
}

/** Refusals that clocks which differ can cause: the next token may pass. Any other fault it would have too. */
const CLOCK_ERRORS = ["token_expired", "token_not_yet_valid", "token_ttl"];

function judgeToken({ code, detail }: Refusal, { canRenew, isFresh }: TokenFacts): Verdict {
  if (canRenew && !isFresh) return { again: detail, at: 0, renew: true };
  if (canRenew && CLOCK_ERRORS.includes(code)) return { again: detail, renew: true };
  if (code === "token_expired") return { end: "expired", detail };
  if (code === "token_missing") return { end: "no-token", detail };
  return { end: "unauthorized", detail };
}
