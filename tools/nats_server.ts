/**
 * A real nats-server for the tests and the demo: found or installed, started on a free port, watched
 * through its monitoring endpoint, and stopped without a trace.
 *
 * @module
 */
import { findOrInstall, type Machine } from "./install.ts";
import { bypassProxyForLoopback } from "./loopback.ts";
import { sendSignal } from "./signal.ts";

/** How to start a nats-server. */
export interface NatsServerOptions {
  /** The port for clients, for a restart where the last one stood. A free one by default. */
  port?: number;
  /** Text to add to the server's configuration file: users, TLS, `max_payload` and the like. */
  config?: string;
  /** Keeps Ctrl-C in a terminal from the server, so that who started it can stop it in its turn. */
  detached?: boolean;
}

/** One client's connection, as the server reports it. */
export interface NatsConnection {
  /** The server's number for it. */
  cid: number;
  /** The name that the client gave. */
  name?: string;
  /** How many subscriptions it holds. */
  subscriptions: number;
  /** Their subjects; absent where it holds none. */
  subscriptions_list?: string[];
  /** The version of TLS that it speaks; absent where it speaks none. */
  tls_version?: string;
  /** Bytes that the server holds for it because it reads too slowly. */
  pending_bytes: number;
}

/** A nats-server that runs until it is stopped. */
export interface NatsServer extends AsyncDisposable {
  /** The process's number. */
  readonly pid: number;
  /** The port for clients, on 127.0.0.1. */
  readonly port: number;
  /** Where clients connect: `nats://127.0.0.1:PORT`. */
  readonly url: string;
  /** Where monitoring answers: `http://127.0.0.1:PORT`. */
  readonly monitorUrl: string;
  /** Settles when the process has ended, whoever ended it. */
  readonly status: Promise<Deno.CommandStatus>;
  /** The clients that are connected now. */
  connections(): Promise<NatsConnection[]>;
  /** How many subscriptions clients hold now; the server's own are not counted. */
  subscriptions(): Promise<number>;
  /** Puts another text in the place of `config` and has the server apply it. */
  reload(config: string): Promise<void>;
  /** Stops the process, waits for its end and removes its files. May be called again, harder. */
  stop(signal?: Deno.Signal): Promise<void>;
}

/**
 * Finds nats-server: the path in `NATS_SERVER`, on `PATH`, where Debian puts it. Installs it where
 * there is none.
 *
 * @throws {Error} If there is none and it cannot be installed; the message says what to run.
 */
export function findNatsServer(machine?: Machine): Promise<string> {
  return findOrInstall({
    name: "nats-server",
    env: "NATS_SERVER",
    paths: ["/usr/sbin/nats-server", "/usr/local/bin/nats-server", "/opt/homebrew/bin/nats-server"],
    apt: "nats-server",
    brew: "nats-server",
  }, machine);
}

/**
 * Starts a nats-server on 127.0.0.1 and resolves once it takes clients.
 *
 * @throws {Error} If it does not start; the message holds the reason that it gave.
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
  const folder = await Deno.makeTempDir({ prefix: "natstap-nats-" });
  const configPath = `${folder}/server.conf`;
  await Deno.writeTextFile(configPath, configText(folder, options.port, options.config));

  const child = new Deno.Command(program, {
    args: ["-c", configPath],
    stdin: "null",
    stdout: "null",
    // Mistakes in the configuration go here, everything else to the log file: the pipe never fills.
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
      await Deno.writeTextFile(configPath, configText(folder, options.port, config));
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

function configText(folder: string, port = -1, config = ""): string {
  // -1 has the server bind a free port and tell it in the ports file: no other process can take it
  // in between, as it could where this process chose one.
  return `listen: "127.0.0.1:${port}"
http: "127.0.0.1:-1"
ports_file_dir: "${folder}"
log_file: "${folder}/log"
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
  return { reason: lines.at(-1) || "it ended at once and gave no reason" };
}

async function readPorts(path: string): Promise<Ports | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch {
    return undefined; // Not there yet, or not yet written to its end.
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
  throw new Error("Cannot reload nats-server: it has ended");
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return ""; // The server has not come so far as to write it.
  }
}

/** A moment between two looks at a file that nats-server is about to write. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
