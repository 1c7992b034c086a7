/**
 * The service in its own process, as the demo and the tests run it.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { readLines } from "./lines.ts";
import { bypassProxyForLoopback } from "./loopback.ts";
import { sendSignal } from "./signal.ts";

/** How often to ask whether the service is ready. */
const POLL_MS = 50;

/** A line of the service's own log. */
export type LogLine = { time: string; level: string; msg: string } & Record<string, unknown>;

/** How to run the service. */
export interface ServiceOptions {
  /** All environment variables of the process; it inherits none. */
  readonly env: Record<string, string>;
  /** Additional flags for `deno run`. */
  readonly flags?: readonly string[];
  /** Whether the process ignores Ctrl-C in a terminal, so that its parent decides when to stop it. */
  readonly detached?: boolean;
  /** Kills the process as soon as it is aborted, even before the service is listening. */
  readonly kill?: AbortSignal;
  /** Called with each line that the service logs. */
  readonly onLog?: (line: LogLine) => void;
  /** Called with what the service writes to standard error once it is listening. */
  readonly onStderr?: (text: string) => void;
}

/** A service that runs until it is stopped. */
export interface Service extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The process ID. */
  readonly pid: number;
  /** Everything written to standard error so far. */
  readonly stderr: () => string;
  /** Settles when the process has exited and all of its output has been read. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Signals the process to stop, with SIGTERM by default, and waits for it to exit. */
  stop(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/**
 * The environment of a service on free ports of 127.0.0.1 without metrics. It inherits the variables
 * of this process, except for those that configure the service.
 */
export function localEnv(natsUrl: string, secret: string): Record<string, string> {
  const own = new Set(config.permissions.default.env);
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !own.has(name));
  const address = { HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0" };
  return { ...Object.fromEntries(inherited), ...address, NATS_URL: natsUrl, JWT_SECRET: secret };
}

/** The command that runs the service with its production permissions. */
export function serviceCommand(options: ServiceOptions): Deno.Command {
  const { env, flags = [], detached = false } = options;
  return new Deno.Command(Deno.execPath(), {
    // Quiet, so that Deno's own warnings do not mix with the service's output.
    args: ["run", "--quiet", "-P", ...flags, "main.ts"],
    cwd: new URL("..", import.meta.url),
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached,
  });
}

/**
 * Starts the service and resolves once it is listening. Disposing of it stops it with SIGTERM.
 *
 * @throws {Error} If it does not start; the message contains what it wrote to standard error.
 *
 * @example
 * ```ts
 * await using service = await startService({ env: localEnv(nats.url, secret) });
 * await waitUntilReady(service.url);
 * ```
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { kill, onLog, onStderr } = options;
  bypassProxyForLoopback();
  const child = serviceCommand(options).spawn();
  kill?.addEventListener("abort", () => sendSignal(child, "SIGKILL"));
  const listening = Promise.withResolvers<string>();
  let isListening = false;
  let stderr = "";
  const readLog = async () => {
    for await (const text of readLines(child.stdout)) {
      const line: LogLine = JSON.parse(text);
      if (line.msg === "listening") {
        isListening = true;
        listening.resolve(`http://${line.host}:${line.port}`);
      }
      onLog?.(line);
    }
  };
  const readStderr = async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      if (isListening) onStderr?.(text);
    }
  };
  const status = Promise.all([readLog(), readStderr()]).then(() => child.status);
  status.then(({ code, signal }) => {
    const reason = stderr.trim() || `it exited with ${signal ?? `code ${code}`}`;
    listening.reject(new Error(`Cannot start the service: ${reason}`));
  }, listening.reject);
  const stop = (signal: Deno.Signal = "SIGTERM") => {
    sendSignal(child, signal);
    return status;
  };
  return {
    url: await listening.promise,
    pid: child.pid,
    stderr: () => stderr,
    status,
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

/** Resolves once the service is connected to NATS, which may happen after it starts to listen. */
export async function waitUntilReady(url: string, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/readyz`, { signal: signal ?? null });
    await response.body?.cancel();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
