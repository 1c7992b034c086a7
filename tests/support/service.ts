/** The service under test: the real one, in its own process and with production permissions. */
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { SignJWT } from "jose";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import {
  type LogLine,
  type Service as RunningService,
  serviceCommand as productionCommand,
  startService as start,
} from "../../tools/service.ts";
import { read, type Reader } from "./clients/sse_reader.ts";
import { PATIENCE_MS, within } from "./patience.ts";

export type { LogLine };

/** A running service. */
export interface Service extends RunningService {
  /** Lines logged so far. */
  readonly logs: LogLine[];
  /** Resolves to the first log line, past or future, for which `fits` returns true. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
}

/** A service, the nats-server it reads from, and a client that publishes to it. */
export interface Stack extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly service: Service;
  readonly publisher: NatsConnection;
}

/** The shared secret that {@linkcode startService} configures and {@linkcode mint} signs with. */
export const SECRET = "a shared secret for tests: 32 bytes or more";

/** All environment variables of the service: the defaults for tests, overridden by `env`. */
export function serviceEnv(env: Record<string, string>): Record<string, string> {
  return {
    ...inherited(),
    // The values that production uses; see the Dockerfile.
    MALLOC_MMAP_THRESHOLD_: "65536",
    MALLOC_TRIM_THRESHOLD_: "131072",
    HOST: "127.0.0.1",
    PORT: "0",
    METRICS_PORT: "0",
    ...(hasJwtKey(env) ? {} : { JWT_SECRET: SECRET }),
    ...env,
  };
}

/** The command that runs the service; see {@linkcode startService}. */
export function serviceCommand(env: Record<string, string>): Deno.Command {
  return productionCommand({ env: serviceEnv(env) });
}

/**
 * Starts the service on a free port of 127.0.0.1 and resolves once it is listening. Disposing of it
 * kills it.
 *
 * @param env Overrides the variables set for tests, and adds others.
 * @param flags Additional flags for `deno run`.
 * @throws {Error} If it does not start; the message is what it wrote to standard error.
 */
export async function startService(
  env: Record<string, string>,
  flags: string[] = [],
): Promise<Service> {
  const logs: LogLine[] = [];
  const watchers = new Set<() => void>();
  const service = await start({
    env: serviceEnv(env),
    flags,
    onLog: (line) => {
      logs.push(line);
      for (const watch of watchers) watch();
    },
  });
  const logged = (fits: (line: LogLine) => boolean) =>
    new Promise<LogLine>((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(`${reason}: ${service.stderr()}`));
      const timer = setTimeout(
        () => fail(`No matching log line within a minute, only ${JSON.stringify(logs)}`),
        PATIENCE_MS,
      );
      const watch = () => {
        const line = logs.find(fits);
        if (line === undefined) return;
        watchers.delete(watch);
        clearTimeout(timer);
        resolve(line);
      };
      watchers.add(watch);
      watch();
      service.status.then(() => {
        clearTimeout(timer);
        fail("The service has exited");
      });
    });
  const stop = (signal: Deno.Signal = "SIGTERM") =>
    within(service.stop(signal), `The service did not exit after ${signal}`);
  return {
    ...service,
    logs,
    logged,
    stop,
    [Symbol.asyncDispose]: async () => void await stop("SIGKILL"),
  };
}

/** Starts the service, see {@linkcode startService}, and resolves once it is connected to NATS. */
export async function startConnected(...args: Parameters<typeof startService>): Promise<Service> {
  await using started = new AsyncDisposableStack();
  const service = started.use(await startService(...args));
  await service.logged(({ msg }) => msg === "NATS connected");
  started.move();
  return service;
}

/**
 * Starts a nats-server and a service connected to it.
 *
 * @param env See {@linkcode startService}; the publisher signs in as the same user.
 * @param natsConfig Text to append to nats-server's configuration.
 */
export async function startStack(
  env: Record<string, string> = {},
  natsConfig = "",
): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  const nats = started.use(await startNatsServer({ config: natsConfig }));
  const service = started.use(await startConnected({ NATS_URL: nats.url, ...env }));
  const publisher = await connect({
    servers: nats.url,
    ...("NATS_USER" in env && { user: env.NATS_USER!, pass: env.NATS_PASSWORD! }),
  });
  started.defer(() => publisher.close());
  const all = started.move();
  return { nats, service, publisher, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** The URL of a stream of `service`, with a token that carries `claims` and with `query`. */
export async function logsUrl(
  { url }: Pick<Service, "url">,
  claims: Record<string, unknown>,
  query: Record<string, string> = {},
): Promise<string> {
  return `${url}/logs?${new URLSearchParams({ token: await mint(claims), ...query })}`;
}

/** Opens a stream with a token that carries `claims` and waits for its `ready` event. */
export async function openStream(
  service: Pick<Service, "url">,
  claims: Record<string, unknown>,
  query?: Record<string, string>,
  init?: Parameters<typeof read>[1],
): Promise<Reader> {
  const reader = await read(await logsUrl(service, claims, query), init);
  await reader.control("ready");
  return reader;
}

/** Like {@linkcode openStream}, but retries while a stream that just ended still counts. */
export async function openWhenFree(...request: Parameters<typeof openStream>): Promise<Reader> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await openStream(...request);
    } catch (error) {
      const full = /"(too_many_streams|at_capacity)"/.test(String(error));
      if (!full || performance.now() > deadline) throw error;
    }
  }
}

/** `"ready"` if `service` accepts streams, otherwise the code of its refusal. */
export async function readiness({ url }: Pick<Service, "url">): Promise<string> {
  const response = await fetch(`${url}/readyz`);
  const { code, capacity } = await response.json();
  if (!response.ok) return code;
  return capacity === "full" ? "at_capacity" : "ready";
}

/** The subjects that the service subscribes to, sorted. */
export async function subjects({ connections }: NatsServer): Promise<string[]> {
  const natstap = (await connections()).filter(({ name }) => name === "natstap");
  return natstap.flatMap(({ subscriptions_list }) => subscriptions_list ?? []).toSorted();
}

/**
 * The subject of an app's lines or, with `>` as the region or the machine, of a stream.
 *
 * @example
 * ```ts
 * publisher.publish(subjectOf("web"), "a line");
 * assertEquals(await subjects(nats), [subjectOf("web", ">")]);
 * ```
 */
export function subjectOf(app: string, region = "dfw", machine = "m1"): string {
  return region === ">" ? `logs.${app}.>` : `logs.${app}.${region}.${machine}`;
}

/** Publishes one line per app with a separate client, as {@linkcode USER} if the server requires one. */
export async function publish({ url }: NatsServer, lines: Record<string, string>): Promise<void> {
  const { NATS_USER: user, NATS_PASSWORD: pass } = USER;
  const publisher = await connect({ servers: url, user, pass });
  for (const [app, line] of Object.entries(lines)) publisher.publish(subjectOf(app), line);
  await publisher.flush();
  await publisher.close();
}

/** Variables with which the service signs in as a user of {@linkcode permitting}. */
export const USER = { NATS_USER: "tap", NATS_PASSWORD: "the password for NATS" };

/** Text for nats-server's configuration: permits {@linkcode USER} to subscribe except to `deny`. */
export function permitting({ deny = "none", password = USER.NATS_PASSWORD } = {}): string {
  const permissions = `{ subscribe: { allow: ">", deny: "${deny}" } }`;
  return `authorization { users = [{
    user: "tap", password: "${password}", permissions: ${permissions}
  }] }`;
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

/** A token for the service of {@linkcode startService}, valid unless `claims` say otherwise. */
export function mint(claims: Record<string, unknown>, ttl = 600): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + ttl;
  return new SignJWT({ exp, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(SECRET));
}

/** The variables that Deno needs to find its cache and npm; none that configure the service. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "NPM_CONFIG_REGISTRY"];
  const found = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(
    found.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function hasJwtKey(env: Record<string, string>): boolean {
  return ["JWT_SECRET", "JWT_PUBLIC_KEY", "JWT_JWKS", "JWT_JWKS_URL"].some((name) => name in env);
}
