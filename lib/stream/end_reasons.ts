/**
 * Every reason for which a stream ends.
 *
 * @module
 */

/** One row of {@linkcode END_REASONS}. The texts are Markdown for the documentation. */
interface EndReasonInfo {
  /** Why the service ends the stream. */
  readonly cause: string;
  /** What the client should do. */
  readonly remedy: string;
  /** If set, the `end` event carries a random `retry` between these two times, in milliseconds. */
  readonly retryMs?: readonly [minimum: number, maximum: number];
}

/** Every reason that an `end` event can give, and what is documented about it. */
export const END_REASONS = {
  expired: {
    cause: "the token's `exp` has passed",
    remedy: "get a new token; the old one now gets a 401",
  },
  shutdown: {
    cause: "this instance is stopping",
    remedy: "reconnect after the `retry:` in the event",
    // Random, so that the clients of an instance do not all reconnect in the same second.
    retryMs: [500, 5_000],
  },
  stalled: {
    cause: "the reader took nothing for `STALL_SECONDS`",
    remedy: "read faster, then reconnect",
  },
  denied: {
    cause: "NATS no longer permits the subject",
    remedy: "contact the operator of the service",
  },
} as const satisfies Record<string, EndReasonInfo>;

/** One of the keys of {@linkcode END_REASONS}. */
export type EndReason = keyof typeof END_REASONS;

/** Why a stream was closed: the service ended it, or the client disconnected. */
export type CloseReason = EndReason | "client";

/** Every {@linkcode CloseReason}. */
export const CLOSE_REASONS = [...Object.keys(END_REASONS), "client"] as CloseReason[];

/** Returns the `retry` of an `end` event with this reason, in milliseconds; `undefined` if it has none. */
export function retryAfter(reason: EndReason): number | undefined {
  const { retryMs }: EndReasonInfo = END_REASONS[reason];
  if (retryMs === undefined) return undefined;
  const [minimum, maximum] = retryMs;
  return Math.round(minimum + Math.random() * (maximum - minimum));
}
