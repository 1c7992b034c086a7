/**
 * The HTTP service: which path goes where.
 *
 * @module
 */
import { Hono } from "hono";
import type { Keys } from "../lib/auth/keys.ts";
import type { Log } from "../lib/telemetry/log.ts";
import type { Metrics } from "../lib/telemetry/metrics.ts";
import type { Nats } from "../lib/nats/connection.ts";
import type { Origins } from "../lib/origins.ts";
import type { Streams } from "../lib/stream/streams.ts";
import type { Verify } from "../lib/auth/token.ts";
import { begin, end, toHandler } from "./common.ts";
import { allowOrigins } from "./cors.ts";
import { healthz } from "./healthz.ts";
import { logs, type LogsEnv } from "./logs.ts";
import { respondToError } from "./error_response.ts";
import { readyz } from "./readyz.ts";
import type { Handler } from "./server/client.ts";
import { type Viewer, viewerRoutes } from "./viewer.ts";

/** What the routes are made of. */
export interface AppOptions {
  /** What tokens are verified with. */
  readonly keys: Keys;
  /** Tells what a token permits. */
  readonly verify: Verify;
  /** Where the lines come from. */
  readonly nats: Nats;
  /** Where a stream is opened. */
  readonly streams: Streams;
  /** The subject's first token or tokens. */
  readonly subjectPrefix: string;
  /** The origins whose pages may read `/logs` from a browser. */
  readonly corsOrigins: Origins;
  /** What `deno task build` has built, where it has. */
  readonly viewer: Viewer | undefined;
  /** Where refusals and faults go. */
  readonly log: Log;
  /** Where refusals are counted. */
  readonly metrics: Metrics;
}

/** Makes the handler of the port that clients reach. */
export function createHandler(options: AppOptions): Handler {
  const app = new Hono<LogsEnv>();
  const viewer = viewerRoutes(options.viewer);
  for (const { path, last } of viewer) app.use(path, last);
  begin(app, respondToError(options.log, options.metrics.refused));
  app.use("/logs", allowOrigins(options.corsOrigins));
  app.get("/logs", ...logs(options));
  app.get("/healthz", healthz);
  app.get("/readyz", readyz(options));
  for (const { path, handler } of viewer) app.get(path, handler);
  const paths = ["/logs", "/healthz", "/readyz", ...viewer.map(({ path }) => path)];
  end(app, paths, "the log stream is at /logs, the viewer at /");
  return toHandler(app);
}
