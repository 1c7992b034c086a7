/**
 * Responds to errors with problem details (RFC 9457).
 *
 * @module
 */
import { STATUS_CODES } from "node:http";
import type { Context, ErrorHandler } from "hono";
import type { Log } from "../lib/telemetry/log.ts";
import { Problem, type ProblemCode } from "../lib/problem.ts";
import { traceRefusal } from "../lib/telemetry/trace.ts";

/**
 * Creates a handler that turns whatever a route throws into a response, which says what to do and
 * contains nothing secret.
 *
 * @param onRefused Called with the code of each refused request.
 */
export function respondToError(log: Log, onRefused?: (code: ProblemCode) => void): ErrorHandler {
  return (error, c) => {
    const problem = error instanceof Problem ? error : toInternal(error, log);
    // The path is not logged, because it contains the token if the query is mistyped.
    log.debug("request refused", { code: problem.code });
    onRefused?.(problem.code);
    traceRefusal(problem.code);
    return respond(c, problem);
  };
}

/**
 * Responds with a problem.
 *
 * @param more Additional members of the body (section 3.2), besides those of the problem.
 */
export function respond(
  c: Context,
  problem: Problem,
  more: Record<string, unknown> = {},
): Response {
  const { code, status, message: detail, retryAfter } = problem;
  if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
  if (status === 401) c.header("WWW-Authenticate", challenge(problem));
  c.header("Content-Type", "application/problem+json");
  c.header("Cache-Control", "no-store");
  // No page describes the type, so the title is that of the status (section 4.2.1).
  const body = {
    type: "about:blank",
    title: STATUS_CODES[status],
    status,
    detail,
    code,
    ...problem.more,
    ...more,
  };
  return c.body(JSON.stringify(body), status);
}

function toInternal(error: Error, log: Log): Problem {
  log.error("request failed", { error: error.stack ?? String(error) });
  return new Problem("internal", "Something went wrong: try again, or contact the operator.");
}

/** Returns the challenge, which names no error if the request has no token (RFC 6750, section 3). */
function challenge({ code, message }: Problem): string {
  if (code === "token_missing") return `Bearer realm="natstap"`;
  return `Bearer realm="natstap", error="invalid_token", error_description="${
    message.replaceAll(/["\\]/g, "'")
  }"`;
}
