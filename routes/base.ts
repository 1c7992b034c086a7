/**
 * What all of the service's answers have in common, on either port.
 *
 * @module
 */
import type { Env, ErrorHandler, Hono, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { Problem } from "../lib/problem.ts";

/** Begins `app`: what goes before any path. */
export function begin<E extends Env>(app: Hono<E>, onError: ErrorHandler<E>): void {
  app.use(secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: "DENY",
    // Whether a domain is for HTTPS alone is for the proxy in front to say, which has the certificate.
    strictTransportSecurity: false,
  }));
  app.use(refuseHostWithPath);
  app.onError(onError);
}

/**
 * Ends `app`: other methods, and other paths.
 *
 * @param paths Those that `app` has.
 * @param hint Where the thing is that this port is for.
 */
export function end<E extends Env>(app: Hono<E>, paths: readonly string[], hint: string): void {
  for (const path of paths) app.all(path, otherMethods);
  app.all("*", () => {
    throw new Problem("not_found", `There is nothing at this path: ${hint}.`);
  });
}

/** Makes the handler for `Deno.serve`. */
export function toHandler<E extends Env>(app: Hono<E>): Deno.ServeHandler {
  return async (request, info) => {
    const response = await app.fetch(request, info);
    return request.method === "HEAD" ? withoutLength(response) : response;
  };
}

/** Deno would give a HEAD a length of 0, whatever a GET's is (RFC 9110, section 8.6). */
function withoutLength(response: Response): Response {
  return new Response(ReadableStream.from([]), response);
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
