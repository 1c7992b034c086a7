/**
 * Shows the service at work: `deno task demo`. It starts a nats-server, publishes sample logs, starts
 * the service, mints tokens, checks that a line arrives, and prints links to click and `curl` lines to
 * try.
 *
 * @module
 */
import { connect } from "@nats-io/transport-deno";
import { requireDeno } from "../lib/deno_version.ts";
import { build } from "./bundle.ts";
import { readLines } from "./lines.ts";
import { hasProxy } from "./loopback.ts";
import { startNatsServer } from "./nats_server.ts";
import { SAMPLE_APPS, type SampleApp, sampleLines } from "./sample_logs.ts";
import { startService } from "./service.ts";
import { parseSecret, type SigningKey } from "./signing_key.ts";
import { mintToken } from "./print_token.ts";

/** The ports for the service and its metrics, where they are free. */
const PORT = 8080;
const METRICS_PORT = 9091;
/** How long the first line may take. Milliseconds. */
const FIRST_LINE_TIMEOUT = 10_000;
/** How long the printed tokens live. Seconds. */
const TOKEN_TTL = 3_600;
/** How often each app may log something, in milliseconds, and how likely it does. */
const TICK = 50;
const CHANCE = 0.15;

/** The terminal in which the commands are pasted has the same proxy, if any, as this one. */
const CURL = hasProxy() ? "curl --noproxy 127.0.0.1" : "curl";

/** When to stop: in order after the first signal, at once after the second. */
interface Stop {
  readonly soon: AbortSignal;
  readonly now: AbortSignal;
}

async function runDemo(stop: Stop): Promise<void> {
  const secret = crypto.getRandomValues(new Uint8Array(36)).toBase64();
  const key = parseSecret(secret);

  await build();
  await using nats = await startNatsServer({ detached: true });
  stop.now.addEventListener("abort", () => nats.stop("SIGKILL"));
  await using _samples = await publishSamples(nats.url);
  const start = (port: number, metricsPort: number) =>
    startService({
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      NATS_URL: nats.url,
      JWT_SECRET: secret,
      SHUTDOWN_SECONDS: "2",
    }, stop.now);
  let metricsPort = freeOrZero(METRICS_PORT);
  await using service = await start(freeOrZero(PORT), metricsPort).catch((error) => {
    if (!error.message.includes("in use")) throw error;
    // Another program, such as a second demo, has just taken one of the ports.
    metricsPort = 0;
    return start(0, metricsPort);
  });

  console.log(await describeFirstLine(service.url, key, stop.soon));
  console.log(await describeLinks(service.url, key));
  console.log(await describeCommands(service.url, metricsPort, key));
  await Promise.race([
    aborted(stop.soon),
    ended("nats-server", nats.status),
    ended("The service", service.status),
  ]);
  console.log("\nStopping");
}

/** Publishes every app's samples until it is disposed of. */
async function publishSamples(url: string): Promise<AsyncDisposable> {
  const connection = await connect({ servers: url, name: "natstap demo" });
  const timer = setInterval(() => {
    const lines = SAMPLE_APPS.filter(() => Math.random() < CHANCE).flatMap((app) =>
      sampleLines(app)
    );
    for (const { subject, payload } of lines) connection.publish(subject, payload);
  }, TICK);
  return {
    [Symbol.asyncDispose]() {
      clearInterval(timer);
      return connection.close();
    },
  };
}

async function describeFirstLine(url: string, key: SigningKey, stop: AbortSignal): Promise<string> {
  const line = await readFirstLine(url, await mint(key, SAMPLE_APPS[0]!), stop);
  return `natstap runs at ${url}, and this came through it:\n\n${line}\n`;
}

/** @throws {Error} If none arrives: then there is nothing to show. */
async function readFirstLine(url: string, token: string, stop: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(FIRST_LINE_TIMEOUT);
  const signal = AbortSignal.any([stop, timeout]);
  try {
    await ready(url, signal);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/logs?format=text`, { headers, signal });
    if (!response.ok) throw new Error(`Cannot read ${url}/logs: ${await response.text()}`);
    for await (const line of readLines(response.body!)) {
      if (line !== "" && !line.startsWith("# ")) return line;
    }
  } catch (error) {
    if (!timeout.aborted) throw error;
  }
  throw new Error(`Cannot show the service: no log line came through ${url}/logs`);
}

/** Resolves once the service has reached NATS: it listens before that. */
async function ready(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${url}/readyz`, { signal });
  await response.body?.cancel();
  if (response.ok) return;
  await new Promise((resolve) => setTimeout(resolve, TICK));
  await ready(url, signal);
}

/** The token stands in the fragment, which a browser does not send. */
async function describeLinks(url: string, key: SigningKey): Promise<string> {
  const links = await Promise.all(SAMPLE_APPS.map(async (app) => {
    return `# ${app.name}\n${url}/#token=${await mint(key, app)}`;
  }));
  return `Watch it in a browser (the tokens live for an hour):\n\n${links.join("\n\n")}\n`;
}

async function describeCommands(
  url: string,
  metricsPort: number,
  key: SigningKey,
): Promise<string> {
  const app = SAMPLE_APPS[0]!;
  const { region } = app.machines[0]!;
  const commands = await Promise.all([
    ...SAMPLE_APPS.map((app) => describeCommand(app.name, `${url}/logs`, key, app)),
    describeCommand(`${app.name} in ${region} only`, `${url}/logs?region=${region}`, key, app),
    describeCommand(`${app.name} as text, for people`, `${url}/logs?format=text`, key, app),
  ]);
  // Where another program has the port, the service has no metrics to show.
  const metrics =
    `# what it counts, for Prometheus\n${CURL} http://127.0.0.1:${metricsPort}/metrics`;
  if (metricsPort !== 0) commands.push(metrics);
  return `Or in another terminal:\n\n${commands.join("\n\n")}

Ctrl-C stops all of it`;
}

async function describeCommand(title: string, url: string, key: SigningKey, app: SampleApp) {
  return `# ${title}\n${CURL} -N -H 'Authorization: Bearer ${await mint(key, app)}' '${url}'`;
}

function mint(key: SigningKey, app: SampleApp): Promise<string> {
  return mintToken(key, { app: [app.name], ttl: TOKEN_TTL, sub: "demo" });
}

function freeOrZero(port: number): number {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return port;
  } catch {
    return 0;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

async function ended(name: string, status: Promise<Deno.CommandStatus>): Promise<never> {
  const { code, signal } = await status;
  throw new Error(`${name} ended with ${signal ?? `code ${code}`}`);
}

if (import.meta.main) {
  requireDeno();
  const soon = new AbortController();
  const now = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => (soon.signal.aborted ? now : soon).abort());
  }
  try {
    await runDemo({ soon: soon.signal, now: now.signal });
  } catch (error) {
    if (!soon.signal.aborted) {
      console.error(error instanceof Error ? error.message : error);
      Deno.exit(1);
    }
  }
  Deno.exit(0);
}
