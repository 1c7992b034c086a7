/**
 * The port that monitoring reaches: `GET /metrics`, and `GET /healthz`.
 *
 * @module
 */
import { type Handler as Step, Hono } from "hono";
import { Exposition } from "../lib/telemetry/exposition.ts";
import type { Log } from "../lib/telemetry/log.ts";
import { preferred } from "./accept.ts";
import { begin, end, toHandler } from "./common.ts";
import { healthz } from "./healthz.ts";
import { respondToError } from "./error_response.ts";
import type { Handler } from "./server/client.ts";

/** Makes the handler of that port. What it refuses is not counted among what it shows. */
export function createMetricsHandler(exposition: Exposition, log: Log): Handler {
  const app = new Hono();
  begin(app, respondToError(log));
  app.get("/metrics", metrics(exposition));
  app.get("/healthz", healthz);
  end(app, ["/metrics", "/healthz"], "the metrics are at /metrics");
  return toHandler(app);
}

/** Text for Prometheus, in OpenMetrics where `Accept` likes that better. */
function metrics(exposition: Exposition): Step {
  return async (c) => {
    const { contentType, body } = await exposition.write(
      preferred(c, Exposition.MEDIA_TYPES) ?? "",
    );
    return c.body(body, 200, { "Content-Type": contentType, "Cache-Control": "no-store" });
  };
}
