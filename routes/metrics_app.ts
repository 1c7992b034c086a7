/**
 * The app that monitoring reaches, on `METRICS_PORT`: `GET /metrics` and `GET /healthz`.
 *
 * @module
 */
import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { Log } from "../lib/telemetry/log.ts";
import { begin, finish } from "./base_app.ts";
import { respondToError } from "./error_response.ts";
import { healthz } from "./healthz.ts";
import type { RequestHandler } from "./server/exchange.ts";

/** Creates the handler of the port for monitoring. Requests that it refuses are not counted. */
export function createMetricsHandler(registry: Registry, log: Log): RequestHandler {
  const app = new Hono();
  begin(app, respondToError(log));
  app.get("/metrics", async (c) =>
    c.body(await registry.metrics(), 200, {
      // Prometheus's text format 0.0.4.
      "Content-Type": registry.contentType,
      "Cache-Control": "no-store",
    }));
  app.get("/healthz", healthz);
  return finish(app, "the metrics are at /metrics");
}
