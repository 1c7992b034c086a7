/**
 * A real nats-server on a free port, for the tests, the demo and the benchmark.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { findOrInstall, type Machine } from "./install.ts";
import { bypassProxyForLoopback } from "./loopback.ts";
import { sendSignal } from "./signal.ts";

/** How to start a nats-server. */
export interface NatsServerOptions {
  /** The port for clients. Default: a free one. */
  port?: number;
  /** Text to append to the server's configuration file, such as users, TLS or `max_payload`. */
  config?: string;
  /** Whether the server has JetStream, which stores its data in the server's temporary folder. */
  jetstream?: boolean;
  /** The folder in which the server's own folder is created; by default, that of the system. */
  tempDir?: string;
  /** Whether the server ignores Ctrl-C in a terminal, so that its parent decides when to stop it. */
  detached?: boolean;
}

/** A client connection, as reported by the server. */
export interface NatsConnection {
  /** The server's ID for the connection. */
  cid: number;
  /** The name that the client chose. */
  name?: string;
  /** Number of subscriptions. */
  subscriptions: number;
  /** Subjects of the subscriptions; absent if there are none. */
  subscriptions_list?: string[];
  /** The TLS version; absent without TLS. */
  tls_version?: string;
  /** Bytes waiting to be sent because the client reads too slowly. */
  pending_bytes: number;
}

/** A nats-server that runs until it is stopped. */
export interface NatsServer extends AsyncDisposable {
  /** The process ID. */
  readonly pid: number;
  /** The port for clients, on 127.0.0.1. */
  readonly port: number;
  /** The URL for clients: `nats://127.0.0.1:PORT`. */
  readonly url: string;
  /** The URL of the monitoring endpoint: `http://127.0.0.1:PORT`. */
  readonly monitorUrl: string;
  /** Settles when the process has exited, for whatever reason. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Resolves to the current client connections. */
  connections(): Promise<NatsConnection[]>;
  /** Resolves to the number of subscriptions of all clients. */
  subscriptions(): Promise<number>;
  /** Replaces `config` and makes the server reload its configuration. */
  reload(config: string): Promise<void>;
  /** Stops the process, waits for it to exit and removes its files. May be called repeatedly. */
  stop(signal?: Deno.Signal): Promise<void>;
}

/**
 * Resolves to the path of nats-server: the value of `NATS_SERVER`, or the first on `PATH` and in the
 * usual folders. Installs it if it is missing.
 *
 * @throws {Error} If it is missing and cannot be installed; the message says what to run.
 */
export function findNatsServer(machine?: Machine): Promise<string> {
  return findOrInstall({
    name: "nats-server",
    paths: ["/usr/sbin/nats-server", "/usr/local/bin/nats-server", "/opt/homebrew/bin/nats-server"],
  }, machine);
}

/**
 * Starts a nats-server on 127.0.0.1 and resolves once it accepts clients.
 *
 * @throws {Error} If it does not start; the message contains the server's reason.
 *
 * @example
 * ```ts
 * await using nats = await startNatsServer({ config: "max_payload: 8MB" });
 * console.log(nats.url);
 * ```
 */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  bypassProxyForLoopback();
  const program = await findNatsServer();
  const { tempDir = tmpdir() } = options;
  const folder = await Deno.makeTempDir({ dir: tempDir, prefix: "natstap-nats-" });
  const configPath = `${folder}/server.conf`;
  await Deno.writeTextFile(configPath, configText(folder, options));

  const child = new Deno.Command(program, {
    args: ["-c", configPath],
    stdin: "null",
    stdout: "null",
    // Only configuration errors are written here, so the pipe never fills up.
    stderr: "piped",
    detached: options.detached ?? false,
  }).spawn();
  const { ports, reason } = await started(child, folder);
  if (ports === undefined) {
    await Deno.remove(folder, { recursive: true });
    throw new Error(`Cannot start nats-server: ${reason}`);
  }

  const port = Number(new URL(ports.nats[0]!).port);
  const monitorUrl = ports.monitoring[0]!;
  let ended: Promise<void> | undefined;

  async function connections(): Promise<NatsConnection[]> {
    const response = await fetch(`${monitorUrl}/connz?subs=1&limit=1000000`);
    return (await response.json()).connections;
  }

  async function end(): Promise<void> {
    await child.status;
    await child.stderr.cancel();
    await Deno.remove(folder, { recursive: true });
  }

  const server: NatsServer = {
    pid: child.pid,
    port,
    url: `nats://127.0.0.1:${port}`,
    monitorUrl,
    status: child.status,
    connections,
    subscriptions: async () =>
      (await connections()).reduce((sum, { subscriptions }) => sum + subscriptions, 0),
    async reload(config) {
      const { length } = await readText(`${folder}/log`);
      await Deno.writeTextFile(configPath, configText(folder, { ...options, config }));
      sendSignal(child, "SIGHUP");
      await reloaded(child, folder, length);
    },
    stop(signal = "SIGTERM") {
      sendSignal(child, signal);
      return ended ??= end();
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
  return server;
}

function configText(folder: string, options: NatsServerOptions): string {
  const { port = -1, config = "", jetstream = false } = options;
  // With -1, the server itself binds a free port and writes it to the ports file. If this process
  // chose the port, another one could take it first.
  return `listen: "127.0.0.1:${port}"
http: "127.0.0.1:-1"
ports_file_dir: "${folder}"
log_file: "${folder}/log"
${jetstream ? `jetstream { store_dir: "${folder}" }` : ""}
${config}
`;
}

interface Ports {
  nats: string[];
  monitoring: string[];
}

async function started(
  child: Deno.ChildProcess,
  folder: string,
): Promise<{ ports?: Ports; reason?: string }> {
  let running = true;
  child.status.then(() => running = false);
  while (running) {
    const ports = await readPorts(`${folder}/nats-server_${child.pid}.ports`);
    if (ports !== undefined) return { ports };
    await pause();
  }
  const log = await readText(`${folder}/log`);
  const lines = `${log}\n${await new Response(child.stderr).text()}`.trim().split("\n");
  return { reason: lines.at(-1) || "it exited without giving a reason" };
}

async function readPorts(path: string): Promise<Ports | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch {
    return undefined; // Missing or incomplete.
  }
}

async function reloaded(child: Deno.ChildProcess, folder: string, from: number): Promise<void> {
  let running = true;
  child.status.then(() => running = false);
  while (running) {
    const lines = (await readText(`${folder}/log`)).slice(from).split("\n");
    const failure = lines.find((line) => line.includes("Failed to reload"));
    if (failure !== undefined) throw new Error(`Cannot reload nats-server: ${failure}`);
    if (lines.some((line) => line.includes("Reloaded server configuration"))) return;
    await pause();
  }
  throw new Error("Cannot reload nats-server: it has exited");
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return ""; // The server has not created it yet.
  }
}

/** Waits before polling a file again. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
