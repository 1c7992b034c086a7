/**
 * The HTTP service: which path goes where.
 *
 * @module
 */
import { Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Keys } from "../lib/keys.ts";
import type { Log } from "../lib/log.ts";
import { Problem } from "../lib/problem.ts";
import type { Streams } from "../lib/streams.ts";
import type { Verify } from "../lib/token.ts";
import { allowOrigins } from "./cors.ts";
import { healthz } from "./healthz.ts";
import { logs, type LogsEnv } from "./logs.ts";
import { respondToError } from "./problem.ts";
import { readyz } from "./readyz.ts";

/** What the routes are made of. */
export interface AppOptions {
  /** What tokens are verified with. */
  readonly keys: Keys;
  /** Tells what a token permits. */
  readonly verify: Verify;
  /** Where a stream is opened. */
  readonly streams: Streams;
  /** The subject's first token or tokens. */
  readonly subjectPrefix: string;
  /** The origins that may read `/logs` from a browser, or `"*"` for any. */
  readonly corsOrigins: readonly string[] | "*";
  /** Where refusals and faults go. */
  readonly log: Log;
}

/** Makes the handler for `Deno.serve`. */
export function createHandler(options: AppOptions): Deno.ServeHandler {
  const app = createApp(options);
  return async (request, info) => {
    const response = await app.fetch(request, info);
    return request.method === "HEAD" ? withoutLength(response) : response;
  };
}

/** Deno would give a HEAD a length of 0, whatever a GET's is (RFC 9110, section 8.6). */
function withoutLength(response: Response): Response {
  return new Response(ReadableStream.from([]), response);
}

function createApp(options: AppOptions): Hono<LogsEnv> {
  const app = new Hono<LogsEnv>();
  app.use(secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: "DENY",
    // Whether a domain is for HTTPS alone is for the proxy in front to say, which has the certificate.
    strictTransportSecurity: false,
  }));
  app.use(refuseHostWithPath);
  app.use("/logs", allowOrigins(options.corsOrigins));
  app.get("/logs", ...logs(options));
  app.get("/healthz", healthz);
  app.get("/readyz", readyz(options.streams, options.keys));
  for (const path of ["/logs", "/healthz", "/readyz"]) app.all(path, otherMethods);
  app.all("*", () => {
    throw new Problem("not_found", "There is nothing at this path: the log stream is at /logs.");
  });
  app.onError(respondToError(options.log));
  return app;
}

/**
 * Deno puts `Host` as it came before the path to make the URL: one with a path or a query in it would
 * choose what is answered, past whatever a proxy in front lets through by path.
 */
const refuseHostWithPath: MiddlewareHandler = async (c, next) => {
  if (!/[/?#]/.test(c.req.header("Host") ?? "")) return await next();
  throw new Problem("not_found", "Send a Host that is a host's name, and a port, alone.");
};

/** The methods of every path here. */
const ALLOW = "GET, HEAD, OPTIONS";

const otherMethods: MiddlewareHandler = async (c) => {
  c.header("Allow", ALLOW);
  if (c.req.method === "OPTIONS") return await Promise.resolve(c.body(null, 204));
  throw new Problem("method_not_allowed", `Use one of the methods ${ALLOW}.`);
};
