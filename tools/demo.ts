/**
 * The demo, `deno task demo`: starts a nats-server and the service, publishes sample logs, the
 * first of them from the recent past, waits for the first line, and prints links to open and `curl` commands to try.
 *
 * @module
 */
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { requireDeno } from "../lib/deno_version.ts";
import { build } from "./bundle.ts";
import { isFree } from "./free_port.ts";
import { createHistoryStream, STREAM } from "./history_stream.ts";
import { readLines } from "./lines.ts";
import { hasProxy } from "./loopback.ts";
import { startNatsServer } from "./nats_server.ts";
import { SAMPLE_APPS, sampleBacklog, sampleLines } from "./sample_logs.ts";
import { localEnv, type LogLine, startService, waitUntilReady } from "./service.ts";
import { parseSecret } from "./signing_key.ts";
import { mintToken } from "./print_token.ts";

/** The preferred ports of the service and its metrics. */
const PORT = 8080;
const METRICS_PORT = 9091;
/** How long to wait for the first line. */
const FIRST_LINE_TIMEOUT_MS = 10_000;
/** How long to wait until the lines of the recent past are stored. */
const STORE_TIMEOUT_MS = 10_000;
/** Lifetime of the printed tokens. */
const TOKEN_TTL_SECONDS = 3_600;
/** How often each app may log, and the probability that it does. */
const TICK_MS = 50;
const CHANCE = 0.15;

// The terminal that the commands are pasted into probably uses the same proxy as this one.
const CURL = hasProxy() ? "curl --noproxy 127.0.0.1" : "curl";

/** How to stop: gracefully after the first Ctrl-C, immediately after the second. */
interface Stop {
  readonly gracefully: AbortSignal;
  readonly immediately: AbortSignal;
}

async function runDemo(stop: Stop): Promise<void> {
  const secret = crypto.getRandomValues(new Uint8Array(36)).toBase64();
  const key = parseSecret(secret);

  await build();
  await using nats = await startNatsServer({ jetstream: true, detached: true });
  stop.immediately.addEventListener("abort", () => nats.stop("SIGKILL"));
  await using _samples = await publishSamples(nats.url);
  const start = (port: number, metricsPort: number) =>
    startService({
      env: {
        ...localEnv(nats.url, secret),
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        HISTORY_STREAM: STREAM,
        SHUTDOWN_SECONDS: "2",
      },
      detached: true,
      kill: stop.immediately,
      onLog: showWarning,
      onStderr: (text) => console.error(text.trimEnd()),
    });
  let metricsPort = isFree(METRICS_PORT) ? METRICS_PORT : 0;
  await using service = await start(isFree(PORT) ? PORT : 0, metricsPort).catch((error) => {
    if (!error.message.includes("in use")) throw error;
    // Another program, such as a second demo, has taken one of the ports in the meantime.
    metricsPort = 0;
    return start(0, metricsPort);
  });

  const { url } = service;
  const tokens = await Promise.all(SAMPLE_APPS.map(({ name }) => {
    return mintToken(key, { app: [name], ttl: TOKEN_TTL_SECONDS, sub: "demo" });
  }));
  const line = await readFirstLine(url, tokens[0]!, stop.gracefully);
  console.log(`natstap is running at ${url}. The first log line it delivered:\n\n${line}\n`);
  console.log(describeLinks(url, tokens));
  console.log(describeCommands(url, metricsPort, tokens));
  await Promise.race([
    aborted(stop.gracefully),
    failOnExit("nats-server", nats.status),
    failOnExit("The service", service.status),
  ]);
  console.log("\nStopping");
}

function showWarning(line: LogLine): void {
  if (line.level === "warn" || line.level === "error") console.error(JSON.stringify(line));
}

/** Stores sample lines of the recent past, then publishes others of every app until disposed. */
async function publishSamples(url: string): Promise<AsyncDisposable> {
  const connection = await connect({ servers: url, name: "natstap demo" });
  await createHistoryStream(connection);
  await publishBacklog(connection);
  const timer = setInterval(() => {
    const lines = SAMPLE_APPS.filter(() => Math.random() < CHANCE).flatMap((app) =>
      sampleLines(app)
    );
    for (const { subject, payload } of lines) connection.publish(subject, payload);
  }, TICK_MS);
  return {
    [Symbol.asyncDispose]() {
      clearInterval(timer);
      return connection.close();
    },
  };
}

/** Resolves once the stream has stored all lines of the recent past. */
async function publishBacklog(connection: NatsConnection): Promise<void> {
  const lines = sampleBacklog();
  const last = lines.pop()!;
  for (const { subject, payload } of lines) connection.publish(subject, payload);
  // The stream acknowledges lines that have a reply subject, in the order in which it stores them.
  await connection.request(last.subject, last.payload, { timeout: STORE_TIMEOUT_MS });
}

/** @throws {Error} If no line arrives in time. */
async function readFirstLine(url: string, token: string, stop: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(FIRST_LINE_TIMEOUT_MS);
  const signal = AbortSignal.any([stop, timeout]);
  try {
    await waitUntilReady(url, signal);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/logs?format=text`, { headers, signal });
    if (!response.ok) throw new Error(`Cannot read ${url}/logs: ${await response.text()}`);
    for await (const line of readLines(response.body!)) {
      if (line !== "" && !line.startsWith("# ")) return line;
    }
  } catch (error) {
    if (!timeout.aborted) throw error;
  }
  throw new Error(`Cannot show the service: no log line arrived from ${url}/logs`);
}

/** The tokens are in the fragment, which browsers do not send to servers. */
function describeLinks(url: string, tokens: readonly string[]): string {
  const links = SAMPLE_APPS.map(({ name }, i) => `# ${name}\n${url}/#token=${tokens[i]}`);
  return `Open in a browser (the tokens are valid for an hour):\n\n${links.join("\n\n")}\n`;
}

function describeCommands(url: string, metricsPort: number, tokens: readonly string[]): string {
  const command = (title: string, query = "", token = tokens[0]) =>
    `# ${title}\n${CURL} -N -H 'Authorization: Bearer ${token}' '${url}/logs${query}'`;
  const { name, machines } = SAMPLE_APPS[0]!;
  const { region } = machines[0]!;
  const commands = [
    ...SAMPLE_APPS.map(({ name }, i) => command(name, "", tokens[i])),
    command(`${name} in ${region} only`, `?region=${region}`),
    command(`the last 20 lines of ${name}, then live`, "?tail=20"),
    command(`the last 10 minutes of ${name}, then live`, "?since=10m"),
    command(`${name} as plain text`, "?format=text"),
  ];
  // If another program has the port, the service runs without metrics.
  if (metricsPort !== 0) {
    commands.push(`# metrics for Prometheus\n${CURL} http://127.0.0.1:${metricsPort}/metrics`);
  }
  return `Or in another terminal:\n\n${commands.join("\n\n")}\n\nPress Ctrl-C to stop`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

async function failOnExit(name: string, status: Promise<Deno.CommandStatus>): Promise<never> {
  const { code, signal } = await status;
  throw new Error(`${name} exited with ${signal ?? `code ${code}`}`);
}

if (import.meta.main) {
  requireDeno();
  const gracefully = new AbortController();
  const immediately = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      (gracefully.signal.aborted ? immediately : gracefully).abort();
    });
  }
  try {
    await runDemo({ gracefully: gracefully.signal, immediately: immediately.signal });
  } catch (error) {
    if (!gracefully.signal.aborted) {
      console.error(error instanceof Error ? error.message : error);
      Deno.exit(1);
    }
  }
  Deno.exit(0);
}
