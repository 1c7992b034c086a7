/**
 * The app that monitoring reaches, on `METRICS_PORT`: `GET /metrics` and `GET /healthz`.
 *
 * @module
 */
import { type Handler, Hono } from "hono";
import { Exposition } from "../lib/telemetry/exposition.ts";
import type { Log } from "../lib/telemetry/log.ts";
import { preferred } from "./accept.ts";
import { begin, finish } from "./base_app.ts";
import { respondToError } from "./error_response.ts";
import { healthz } from "./healthz.ts";
import type { RequestHandler } from "./server/exchange.ts";

/** Creates the handler of the port for monitoring. Requests that it refuses are not counted. */
export function createMetricsHandler(exposition: Exposition, log: Log): RequestHandler {
  const app = new Hono();
  begin(app, respondToError(log));
  app.get("/metrics", metrics(exposition));
  app.get("/healthz", healthz);
  return finish(app, "the metrics are at /metrics");
}

/** `GET /metrics`: Prometheus text, or OpenMetrics if `Accept` prefers it. */
function metrics(exposition: Exposition): Handler {
  return async (c) => {
    const type = preferred(c, Exposition.MEDIA_TYPES) ?? "";
    const { contentType, body } = await exposition.write(type);
    return c.body(body, 200, { "Content-Type": contentType, "Cache-Control": "no-store" });
  };
}
