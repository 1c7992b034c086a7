/**
 * The handler of `METRICS_PORT`: `GET /metrics` and `GET /healthz`.
 *
 * @module
 */
import { type Handler as Step, Hono } from "hono";
import type { Registry } from "prom-client";
import type { Log } from "../lib/telemetry/log.ts";
import { begin, end, toHandler } from "./common.ts";
import { healthz } from "./healthz.ts";
import { respondToError } from "./error_response.ts";
import type { Handler } from "./server/client.ts";

/** Creates the handler. Requests that it refuses are not counted in the metrics. */
export function createMetricsHandler(registry: Registry, log: Log): Handler {
  const app = new Hono();
  begin(app, respondToError(log));
  app.get("/metrics", metrics(registry));
  app.get("/healthz", healthz);
  end(app, ["/metrics", "/healthz"], "the metrics are at /metrics");
  return toHandler(app);
}

/** `GET /metrics`, in Prometheus's text format 0.0.4. */
function metrics(registry: Registry): Step {
  return async (c) =>
    c.body(await registry.metrics(), 200, {
      "Content-Type": registry.contentType,
      "Cache-Control": "no-store",
    });
}
