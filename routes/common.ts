/**
 * What all of the service's answers have in common, on either port.
 *
 * @module
 */
import type { Env, ErrorHandler, Hono, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { Problem } from "../lib/problem.ts";
import type { Handler } from "./server/client.ts";
import { hasBody } from "./server/exchange.ts";

/** Begins `app`: what goes before any path. */
export function begin<E extends Env>(app: Hono<E>, onError: ErrorHandler<E>): void {
  app.use(secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: "DENY",
    // Whether a domain is for HTTPS alone is for the proxy in front to say, which has the certificate.
    strictTransportSecurity: false,
  }));
  app.use(refuseBody);
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

/** Makes the handler that {@linkcode serve} takes. */
export function toHandler<E extends Env>(app: Hono<E>): Handler {
  return (request, bindings) => app.fetch(request, bindings);
}

/** No route takes a body, and nobody reads it. */
const refuseBody: MiddlewareHandler = async (c, next) => {
  if (!hasBody(c.req.raw.headers)) return await next();
  throw new Problem("body_not_allowed", "Send the request without a body.");
};

/** The methods of every path here. */
const ALLOW = "GET, HEAD, OPTIONS";

const otherMethods: MiddlewareHandler = async (c) => {
  c.header("Allow", ALLOW);
  if (c.req.method === "OPTIONS") return await Promise.resolve(c.body(null, 204));
  throw new Problem("method_not_allowed", `Use one of the methods ${ALLOW}.`);
};
