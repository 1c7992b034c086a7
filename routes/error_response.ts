/**
 * Errors as problem details (RFC 9457).
 *
 * @module
 */
import { STATUS_CODES } from "node:http";
import type { Context, ErrorHandler } from "hono";
import type { Log } from "../lib/telemetry/log.ts";
import { Problem, type ProblemCode } from "../lib/problem.ts";
import { traceRefusal } from "../lib/telemetry/trace.ts";

/**
 * Turns whatever a route has thrown into a response that tells what to do, and nothing secret.
 *
 * @param onRefused Told of each.
 */
export function respondToError(log: Log, onRefused?: (code: ProblemCode) => void): ErrorHandler {
  return (error, c) => {
    const problem = error instanceof Problem ? error : toInternal(error, log);
    // Not the path: who mistypes the query has put the token there.
    log.debug("request refused", { code: problem.code });
    onRefused?.(problem.code);
    traceRefusal(problem.code);
    return respond(c, problem);
  };
}

/** @param more Further members of the body (section 3.2). */
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
  // No page describes the problem type: the title is then the status's own (section 4.2.1).
  const body = { type: "about:blank", title: STATUS_CODES[status], status, detail, code, ...more };
  return c.body(JSON.stringify(body), status);
}

function toInternal(error: Error, log: Log): Problem {
  log.error("request failed", { error: error.stack ?? String(error) });
  return new Problem("internal", "Something went wrong here: try again, and tell who runs this.");
}

/** RFC 6750, section 3: no error code where the request has no token at all. */
function challenge({ code, message }: Problem): string {
  if (code === "token_missing") return `Bearer realm="natstap"`;
  return `Bearer realm="natstap", error="invalid_token", error_description="${
    message.replaceAll(/["\\]/g, "'")
  }"`;
}
