/**
 * The app that clients reach, on `PORT`.
 *
 * @module
 */
import { Hono } from "hono";
import type { Origins } from "../lib/origins.ts";
import type { Log } from "../lib/telemetry/log.ts";
import type { Metrics } from "../lib/telemetry/metrics.ts";
import { begin, finish } from "./base_app.ts";
import { allowOrigins } from "./cors.ts";
import { respondToError } from "./error_response.ts";
import { healthz } from "./healthz.ts";
import { logs, type LogsOptions } from "./logs.ts";
import { readyz, type ReadyzOptions } from "./readyz.ts";
import type { Bindings, RequestHandler } from "./server/exchange.ts";
import { type Viewer, viewerRoutes } from "./viewer_files.ts";

/** What the routes need. */
export interface AppOptions extends LogsOptions, ReadyzOptions {
  /** The origins whose pages may read `/logs` from a browser. */
  readonly corsOrigins: Origins;
  /** The viewer; `undefined` if it has not been built. */
  readonly viewer: Viewer | undefined;
  /** Logs refused requests and internal errors. */
  readonly log: Log;
  /** Counts refused requests. */
  readonly metrics: Metrics;
}

/** Creates the handler of the port that clients reach. */
export function createHandler(options: AppOptions): RequestHandler {
  const app = new Hono<{ Bindings: Bindings }>();
  const viewer = viewerRoutes(options.viewer);
  for (const { path, headers } of viewer) app.use(path, headers);
  begin(app, respondToError(options.log, options.metrics.refused));
  app.use("/logs", allowOrigins(options.corsOrigins));
  app.get("/logs", logs(options));
  app.get("/healthz", healthz);
  app.get("/readyz", readyz(options));
  for (const { path, handler } of viewer) app.get(path, handler);
  return finish(app, "the log stream is at /logs, the viewer at /");
}
