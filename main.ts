/**
 * natstap: streams the log lines of one app from NATS to a browser, authorized by a signed token.
 *
 * @module
 */
import { Registry } from "prom-client";
import { keepKeysCurrent } from "./lib/auth/key_refresh.ts";
import { createKeys } from "./lib/auth/keys.ts";
import { createVerify } from "./lib/auth/token.ts";
import { type Config, ConfigError, readConfig } from "./lib/config.ts";
import { requireDeno } from "./lib/deno_version.ts";
import { createHistory } from "./lib/history/create_history.ts";
import { ConnectionPool } from "./lib/nats/connection_pool.ts";
import { LiveSource } from "./lib/stream/live_source.ts";
import { Streams } from "./lib/stream/streams.ts";
import { routeConsole } from "./lib/telemetry/console.ts";
import { DeliveryLagSampler } from "./lib/telemetry/delivery_lag.ts";
import { createLog, formatWarning, type LogStyle } from "./lib/telemetry/log.ts";
import { createMetrics } from "./lib/telemetry/metrics.ts";
import { limitRepeats } from "./lib/telemetry/log_repeat_limit.ts";
import {
  addLogMetrics,
  addProcessMetrics,
  addServiceMetrics,
} from "./lib/telemetry/state_metrics.ts";
import { StdoutQueue } from "./lib/telemetry/stdout_queue.ts";
import { StreamLifecycleLog } from "./lib/telemetry/stream_lifecycle_log.ts";
import { keepSecretsOutOfSpans } from "./lib/telemetry/trace.ts";
import { createHandler } from "./routes/app.ts";
import { awaitViewer, importViewer } from "./routes/load_viewer.ts";
import { createMetricsHandler } from "./routes/metrics_app.ts";
import type { RequestHandler } from "./routes/server/exchange.ts";
import { serve, type ServeOptions, type Server } from "./routes/server/serve.ts";
import type { Viewer } from "./routes/viewer_files.ts";

/** Maximum number of ignored keys that are named in the log. */
const LISTED_KEYS = 10;
/** Number of connections allowed besides streams, for health checks, refused requests and the viewer. */
const SPARE_CONNECTIONS = 1_000;
/** The part of the time for a shutdown that is reserved for the exit itself. */
const EXIT_MARGIN_MS = 500;

async function main(): Promise<void> {
  requireDeno();
  const config = readConfigOrExit();
  const style = logStyle();
  const queue = new StdoutQueue(
    Deno.stdout,
    (count) => formatWarning(style, "log lines dropped", { count }),
  );
  const unlimited = createLog(config.logLevel, queue.write, style);
  const log = limitRepeats(unlimited);
  routeConsole(log);
  keepSecretsOutOfSpans();
  const keys = createKeys(config.keys, (ignored) => {
    log.warn("keys ignored", { count: ignored.length, keys: ignored.slice(0, LISTED_KEYS) });
  });
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const nats = new ConnectionPool(config.nats, log);
  const lifecycleLog = new StreamLifecycleLog(unlimited, metrics);
  const budget = { used: 0, total: config.streams.bufferTotalBytes };
  const lagSampler = new DeliveryLagSampler(metrics.lagged);
  const live = new LiveSource(nats, (payload) => lagSampler.observe(payload));
  const history = createHistory(config, { nats, live, budget, log, metrics });
  const streams = new Streams({
    nats,
    source: history ?? live,
    budget,
    limits: config.streams,
    telemetry: { lifecycleLog, metrics },
  });
  addServiceMetrics(registry, nats, streams);
  addLogMetrics(registry, queue);
  addProcessMetrics(registry);

  let server: Server | undefined = undefined;
  onFirstSignal(async (signal) => {
    log.info("stopping", { signal });
    const ended = async () => {
      await streams.stop();
      await Promise.all([history?.close(), nats.close()]);
      await server?.shutdown();
      return "all streams ended";
    };
    // A reader that takes nothing must not delay the exit.
    const timeUp = delay(config.shutdownMs - EXIT_MARGIN_MS).then(() => "time is up");
    const reason = await Promise.race([ended(), timeUp]);
    streams.abandon();
    lifecycleLog.flush();
    log.flush();
    log.info("stopped", { reason });
    await queue.drain();
    Deno.exit(0);
  });

  const listen = async (
    variable: "PORT" | "METRICS_PORT",
    options: Omit<ServeOptions, "hostname">,
    handler: RequestHandler,
  ) => {
    try {
      return await serve({ hostname: config.host, ...options }, handler, log);
    } catch (error) {
      const place = `HOST "${config.host}" and ${variable} "${options.port}"`;
      const reason = error instanceof Error ? error.message : String(error);
      // Not console.error(), which writes to the log by now.
      Deno.stderr.writeSync(new TextEncoder().encode(`Cannot listen on ${place}: ${reason}\n`));
      await queue.drain();
      Deno.exit(1);
    }
  };
  const verify = createVerify(keys, config.token);
  const createApp = (viewer: Viewer | undefined) =>
    createHandler({ ...config, keys, verify, nats, streams, history, viewer, log, metrics });
  const viewer = await importViewer(log);
  let app = createApp(viewer);
  if (viewer === undefined) awaitViewer().then((viewer) => app = createApp(viewer));
  const { port, metricsPort, streams: { maxStreams } } = config;
  if (metricsPort !== 0) {
    await listen(
      "METRICS_PORT",
      { port: metricsPort, message: "metrics listening", maxConnections: SPARE_CONNECTIONS },
      createMetricsHandler(registry, log),
    );
  }
  server = await listen(
    "PORT",
    { port, message: "listening", maxConnections: maxStreams + SPARE_CONNECTIONS },
    (request, bindings) => app(request, bindings),
  );
  keepKeysCurrent(keys, log);
}

function readConfigOrExit(): Config {
  try {
    return readConfig({ env: (name) => Deno.env.get(name), readFile: Deno.readTextFileSync });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}

/** Human-readable lines on a terminal, in color unless `NO_COLOR` is set. */
function logStyle(): LogStyle {
  if (!Deno.stdout.isTerminal()) return "json";
  return Deno.noColor ? "plain" : "colored";
}

function onFirstSignal(stop: (signal: Deno.Signal) => void): void {
  let stopping = false;
  // SIGHUP is sent if the terminal is closed.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      if (!stopping) stop(signal);
      stopping = true;
    });
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) await main();
