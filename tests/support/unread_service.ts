/** A service whose standard output nobody reads unless the test does. */
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { freePort } from "../../tools/free_port.ts";
import { readLines } from "../../tools/lines.ts";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import { sendSignal } from "../../tools/signal.ts";
import { assertEventually, within } from "./patience.ts";
import { planMetrics } from "./scrape.ts";
import { type LogLine, readiness, serviceEnv } from "./service.ts";

/** A service, the nats-server it reads from, and a client that publishes to it. */
export interface UnreadStack extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly publisher: NatsConnection;
  /** Where the service listens: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Reads standard output line by line, starting with what has not been read yet. */
  lines(): AsyncGenerator<LogLine>;
  /** Closes the read end of standard output. */
  close(): Promise<void>;
  /** The values of all metrics; see `planMetrics()`. */
  scrape(): Promise<Record<string, number>>;
  /** Signals the process to stop and waits for it to exit. */
  stop(): Promise<Deno.CommandStatus>;
}

/**
 * Starts a nats-server and a service connected to it, and resolves once the service is ready.
 *
 * @param env See `startService()`.
 * @param redirection A shell redirection of standard output, such as `>/dev/full`.
 */
export async function startUnread(
  env: Record<string, string> = {},
  redirection = "",
): Promise<UnreadStack> {
  await using started = new AsyncDisposableStack();
  const nats = started.use(await startNatsServer());
  const metrics = planMetrics();
  const port = String(freePort());
  const child = new Deno.Command("sh", {
    args: ["-c", `exec "$0" run --quiet -P main.ts ${redirection}`, Deno.execPath()],
    cwd: new URL("../..", import.meta.url),
    clearEnv: true,
    env: serviceEnv({ ...env, ...metrics.env, PORT: port, NATS_URL: nats.url }),
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stop = (signal: Deno.Signal = "SIGTERM") => {
    sendSignal(child, signal);
    return within(child.status, `The service did not exit after ${signal}`);
  };
  started.defer(async () => {
    await stop("SIGKILL");
    if (!child.stdout.locked) await child.stdout.cancel();
  });
  const publisher = await connect({ servers: nats.url });
  started.defer(() => publisher.close());
  const url = `http://127.0.0.1:${port}`;
  await assertEventually(() => readiness({ url }).catch(() => "not listening"), "ready");
  const all = started.move();
  return {
    nats,
    publisher,
    url,
    async *lines() {
      for await (const line of readLines(child.stdout)) yield JSON.parse(line);
    },
    close: () => child.stdout.cancel(),
    scrape: metrics.scrape,
    stop,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
