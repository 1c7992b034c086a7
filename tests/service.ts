/**
 * The service under test: the real one, in a process of its own, with its own permissions and no
 * others.
 *
 * @module
 */
import { SignJWT } from "jose";

/** One line of the service's own log. */
export type LogLine = { time: string; level: string; msg: string } & Record<string, unknown>;

/** A running service. */
export interface Service extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The process's number. */
  readonly pid: number;
  /** What it has logged so far. */
  readonly logs: LogLine[];
  /** What it has written to standard error so far. */
  readonly stderr: () => string;
  /** Settles when the process has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Resolves to the first line, also of those that were logged already, that fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** Asks the process to stop and waits for its end. */
  stop(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** The shared secret that {@linkcode startService} configures and {@linkcode mint} signs with. */
export const SECRET = "a shared secret for tests: 32 bytes or more";

const ROOT = new URL("..", import.meta.url).pathname;

/**
 * Starts the service on a free port of 127.0.0.1 and resolves once it listens.
 *
 * @param env Variables beside, or in the place of, `HOST`, `PORT`, `METRICS_PORT` and `JWT_SECRET`.
 * @param flags Further flags for `deno run`.
 * @throws {Error} Where it does not start; the message is what it wrote to standard error.
 */
export async function startService(
  env: Record<string, string>,
  flags: string[] = [],
): Promise<Service> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P", ...flags, "main.ts"],
    cwd: ROOT,
    clearEnv: true,
    env: {
      ...inherited(),
      HOST: "127.0.0.1",
      PORT: "0",
      METRICS_PORT: "0",
      ...(hasKey(env) ? {} : { JWT_SECRET: SECRET }),
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const logs: LogLine[] = [];
  const watchers = new Set<() => void>();
  let stderr = "";
  const ended = Promise.all([
    readLines(child.stdout, (line) => {
      logs.push(JSON.parse(line));
      for (const watch of watchers) watch();
    }),
    readLines(child.stderr, (line) => void (stderr += `${line}\n`)),
  ]);
  const status = ended.then(() => child.status);
  const logged = (fits: (line: LogLine) => boolean) =>
    new Promise<LogLine>((resolve, reject) => {
      const watch = () => {
        const line = logs.find(fits);
        if (line === undefined) return;
        watchers.delete(watch);
        resolve(line);
      };
      watchers.add(watch);
      watch();
      status.then(() => reject(new Error(`The service has ended: ${stderr}`)));
    });
  const stop = (signal: Deno.Signal = "SIGTERM") => {
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
    return status;
  };
  const { port } = await logged((line) => line.msg === "listening");
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    logs,
    stderr: () => stderr,
    status,
    logged,
    stop,
    [Symbol.asyncDispose]: async () => void await stop("SIGKILL"),
  };
}

/** Resolves to what the service writes to standard error when it refuses to start. */
export async function failToStart(env: Record<string, string>): Promise<string> {
  try {
    await using service = await startService(env);
    throw new Error(`Expected the service not to start, but it listens at ${service.url}`);
  } catch (error) {
    return (error as Error).message;
  }
}

/** A token that {@linkcode startService}'s service accepts, unless `claims` say otherwise. */
export function mint(claims: Record<string, unknown>, ttl = 600): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + ttl;
  return new SignJWT({ exp, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(SECRET));
}

/** Where Deno finds itself and its packages; nothing that configures the service. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "NPM_CONFIG_REGISTRY"];
  const found = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(
    found.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function hasKey(env: Record<string, string>): boolean {
  return ["JWT_SECRET", "JWT_PUBLIC_KEY", "JWT_JWKS", "JWT_JWKS_URL"].some((name) => name in env);
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(onLine);
  }
  if (rest !== "") onLine(rest);
}
