/**
 * What the apps of both ports have in common.
 *
 * @module
 */
import type { Env, ErrorHandler, Handler, Hono, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { Problem } from "../lib/problem.ts";
import { hasBody, type RequestHandler } from "./server/exchange.ts";

/** Adds what applies to every request to `app`. Call it before routes are added. */
export function begin<E extends Env>(app: Hono<E>, onError: ErrorHandler<E>): void {
  app.use(secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: "DENY",
    // Whether a domain only supports HTTPS is decided by the proxy in front, which has the certificate.
    strictTransportSecurity: false,
  }));
  app.use(rejectBody);
  app.onError(onError);
}

/**
 * Adds responses for all other methods and paths to `app`, and returns its handler. Call it after all
 * routes are added.
 *
 * @param hint Says where to find what this port serves.
 */
export function finish<E extends Env>(app: Hono<E>, hint: string): RequestHandler {
  const routes = app.routes.filter(({ method }) => method !== "ALL");
  for (const [path, onPath] of Map.groupBy(routes, ({ path }) => path)) {
    app.all(path, handleOtherMethods(onPath.map(({ method }) => method)));
  }
  app.all("*", () => {
    throw new Problem("not_found", `There is nothing at this path: ${hint}.`);
  });
  return (request, bindings) => app.fetch(request, bindings);
}

/** No route takes a body, and none is ever read. */
const rejectBody: MiddlewareHandler = async (c, next) => {
  if (hasBody(c.req.raw.headers)) {
    throw new Problem("body_not_allowed", "Send the request without a body.");
  }
  await next();
};

/** Answers OPTIONS, and rejects every method that the path has no route for. */
function handleOtherMethods(methods: readonly string[]): Handler {
  // Hono answers HEAD with the route for GET.
  const withHead = methods.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]);
  const allow = [...withHead, "OPTIONS"].join(", ");
  return (c) => {
    c.header("Allow", allow);
    if (c.req.method === "OPTIONS") return c.body(null, 204);
    throw new Problem("method_not_allowed", `Use one of the methods ${allow}.`);
  };
}
