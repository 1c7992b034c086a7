/**
 * The service in a process of its own, as the demo runs it.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { readLines } from "./lines.ts";
import { sendSignal } from "./signal.ts";

/** A service that runs until it is stopped. */
export interface Service extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** Settles when the process has ended, whoever ended it. */
  readonly status: Promise<Deno.CommandStatus>;
}

/**
 * Starts the service and resolves once it listens. What it warns of is shown on standard error.
 *
 * @param env Its configuration; nothing of this process's own configuration reaches it.
 * @param kill Ends it at once.
 * @throws {Error} If it does not start; the message is the reason that it gave.
 */
export async function startService(
  env: Record<string, string>,
  kill: AbortSignal,
): Promise<Service> {
  const child = new Deno.Command(Deno.execPath(), {
    // Quiet, or Deno's own warnings would stand between the demo's lines.
    args: ["run", "--quiet", "-P", "main.ts"],
    cwd: new URL("..", import.meta.url),
    clearEnv: true,
    env: { ...foreignVariables(), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C in a terminal would reach it too, and stop it before its turn.
    detached: true,
  }).spawn();
  kill.addEventListener("abort", () => sendSignal(child, "SIGKILL"));

  const listening = Promise.withResolvers<string>();
  const reasons: string[] = [];
  const ended = Promise.all([
    readLog(child.stdout, listening.resolve),
    readErrors(child.stderr, reasons, listening.promise),
  ]).then(async () => {
    const { code, signal } = await child.status;
    const reason = reasons.join("\n") || `it ended with ${signal ?? `code ${code}`}`;
    listening.reject(new Error(`Cannot start the service: ${reason}`));
  });
  return {
    url: await listening.promise,
    status: child.status,
    async [Symbol.asyncDispose]() {
      sendSignal(child, "SIGTERM");
      await ended;
    },
  };
}

/** The environment without the variables that the service reads. */
function foreignVariables(): Record<string, string> {
  const own = new Set(config.permissions.default.env);
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !own.has(name)));
}

async function readLog(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
  onListening: (url: string) => void,
): Promise<void> {
  for await (const line of readLines(stdout)) {
    const { level, msg, host, port } = JSON.parse(line);
    if (msg === "listening") onListening(`http://${host}:${port}`);
    if (level === "warn" || level === "error") console.error(line);
  }
}

/** Collects what is written before the service listens, and shows what is written later. */
async function readErrors(
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>,
  reasons: string[],
  listening: Promise<string>,
): Promise<void> {
  let tell = (line: string): void => void reasons.push(line);
  listening.then(() => tell = console.error, () => {});
  for await (const line of readLines(stderr)) tell(line);
}
