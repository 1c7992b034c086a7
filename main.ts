/**
 * natstap: one app's log lines, from NATS to a browser, behind a signed token.
 *
 * @module
 */
import { type Config, ConfigError, readConfig } from "./lib/config.ts";
import { routeConsole } from "./lib/telemetry/console.ts";
import { requireDeno } from "./lib/deno_version.ts";
import { Exposition } from "./lib/telemetry/exposition.ts";
import { createKeys, type Keys } from "./lib/auth/keys.ts";
import { createLog, formatWarning, type Log, type LogStyle } from "./lib/telemetry/log.ts";
import { LogQueue } from "./lib/telemetry/log_queue.ts";
import { createMetrics } from "./lib/telemetry/metrics.ts";
import { ConnectionPool } from "./lib/nats/connection_pool.ts";
import { exposeLog, exposeProcess, exposeService } from "./lib/telemetry/gauges.ts";
import { StreamRecorder } from "./lib/telemetry/stream_recorder.ts";
import { limitRepeats } from "./lib/telemetry/repeated_lines.ts";
import { Streams } from "./lib/stream/streams.ts";
import { createVerify } from "./lib/auth/token.ts";
import { keepSecretsOutOfSpans } from "./lib/telemetry/trace.ts";
import { createHandler } from "./routes/app.ts";
import { createMetricsHandler } from "./routes/metrics.ts";
import type { Handler } from "./routes/server/client.ts";
import { serve, type Server } from "./routes/server/serve.ts";
import type { Viewer } from "./routes/viewer.ts";

/** How often a key set behind a URL is fetched anew. Milliseconds. */
const KEYS_REFRESH = 300_000;
/** How soon where that has failed. Milliseconds. */
const KEYS_RETRY = 10_000;
/** Maximum number of ignored keys that are named in the log. */
const LISTED_KEYS = 10;
/** How many connections there may be besides streams: checks, refusals, and the viewer's files. */
const SPARE_CONNECTIONS = 1_000;
/** How often to look for a viewer that has not been built. Milliseconds. */
const VIEWER_RETRY = 1_000;
/** Of the time that a stop may take, what is kept for the way out. Milliseconds. */
const EXIT_MARGIN = 500;

async function main(): Promise<void> {
  requireDeno();
  const config = readConfigOrExit();
  const style = logStyle();
  const queue = new LogQueue(
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
  const exposition = new Exposition();
  const metrics = createMetrics(exposition);
  const nats = new ConnectionPool(config.nats, log);
  const recorder = new StreamRecorder(unlimited, metrics);
  const streams = new Streams(nats, config.streams, { recorder, metrics });
  exposeService(exposition, nats, streams);
  exposeLog(exposition, queue);
  exposeProcess(exposition);
  const createApp = (viewer: Viewer | undefined) =>
    createHandler({
      keys,
      verify: createVerify(keys, config.token),
      nats,
      streams,
      subjectPrefix: config.subjectPrefix,
      corsOrigins: config.corsOrigins,
      viewer,
      log,
      metrics,
    });
  const viewer = await importViewer(log);
  let app = createApp(viewer);
  if (viewer === undefined) awaitViewer().then((viewer) => app = createApp(viewer));
  if (config.metricsPort !== 0) {
    await listenOrExit(config, "METRICS_PORT", createMetricsHandler(exposition, log), log, queue);
  }
  const server = await listenOrExit(
    config,
    "PORT",
    (request, bindings) => app(request, bindings),
    log,
    queue,
  );
  keepFresh(keys, log);

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info("stopping", { signal });
    const ended = async () => {
      await streams.stop();
      await nats.close();
      await server.shutdown();
      return "all streams ended";
    };
    // A reader that does not read cannot hold up the stop.
    const late = delay(config.shutdownMs - EXIT_MARGIN).then(() => "time is up");
    const reason = await Promise.race([ended(), late]);
    streams.abandon();
    recorder.flush();
    log.flush();
    log.info("stopped", { reason });
    await queue.drain();
    Deno.exit(0);
  };
  // SIGHUP: the terminal has been closed.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => stop(signal));
  }
}

/** Lines for eyes where somebody looks, with colours unless `NO_COLOR` is set. */
function logStyle(): LogStyle {
  if (!Deno.stdout.isTerminal()) return "json";
  return Deno.noColor ? "plain" : "coloured";
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

/** A module, so that the program that is built contains it. Lines stream without it. */
async function importViewer(log: Log): Promise<Viewer | undefined> {
  try {
    return (await import("./web/dist/viewer.json", { with: { type: "json" } })).default;
  } catch (error) {
    log.warn("no viewer: deno task build makes it", { reason: String(error) });
    return undefined;
  }
}

/** Resolves once the viewer has been built. Deno would not repeat an import that has failed. */
async function awaitViewer(): Promise<Viewer> {
  const file = new URL("web/dist/viewer.json", import.meta.url);
  for (;;) {
    await delay(VIEWER_RETRY);
    const text = await Deno.readTextFile(file).catch(() => undefined);
    if (text !== undefined) return JSON.parse(text);
  }
}

async function listenOrExit(
  { host, port, metricsPort, streams }: Config,
  variable: "PORT" | "METRICS_PORT",
  handler: Handler,
  log: Log,
  queue: LogQueue,
): Promise<Server> {
  const chosen = variable === "PORT" ? port : metricsPort;
  const message = variable === "PORT" ? "listening" : "metrics listening";
  const maxConnections = SPARE_CONNECTIONS + (variable === "PORT" ? streams.maxStreams : 0);
  try {
    return await serve(
      { hostname: host, port: chosen, message, maxConnections },
      handler,
      log,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The console writes to the log by now.
    const text = `Cannot listen on HOST "${host}" and ${variable} "${chosen}": ${reason}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    await queue.drain();
    Deno.exit(1);
  }
}

async function keepFresh({ refresh }: Keys, log: Log): Promise<void> {
  while (refresh !== undefined) {
    const fetched = await refresh().then(() => true, (error) => {
      // The code of the cause, not its text, which may hold the URL.
      log.warn("key set not refreshed", { reason: String(error), code: error?.cause?.code });
      return false;
    });
    await delay(fetched ? KEYS_REFRESH : KEYS_RETRY);
  }
}

function delay(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

if (import.meta.main) await main();
