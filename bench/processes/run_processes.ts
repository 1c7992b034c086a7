/**
 * The processes of one run, all newly started: a server, a publisher and readers.
 *
 * @module
 */
import { freePort } from "../../tools/free_port.ts";
import type { NatsServer } from "../../tools/nats_server.ts";
import { waitUntilReady } from "../../tools/service.ts";
import type { Publication } from "../load/due_lines.ts";
import type { commands as publisherCommands } from "../load/line_publisher.ts";
import type { commands as readersCommands } from "../load/readers.ts";
import type { commands as floorCommands } from "../servers/floor.ts";
import { Child } from "./child.ts";
import type { Commands } from "./commands.ts";

/**
 * The servers that can be measured: `live` is natstap without history on a NATS without JetStream, and
 * `before` another version of natstap.
 */
export type ServerName = "natstap" | "unscraped" | "live" | "before" | "floor" | "naive";

/** What to start. */
export interface ProcessOptions {
  server: ServerName;
  nats: Pick<NatsServer, "pid" | "port">;
  /** The path of NATS's CA certificate, if natstap uses TLS. */
  ca?: string | undefined;
  /** Environment variables that differ from natstap's defaults. */
  settings: Record<string, string>;
  /** Number of lines per chunk that the floor sends. */
  linesPerChunk: number;
  /** Whether natstap's metrics are scraped. */
  scraped: boolean;
  /** The folder of the other version of natstap. */
  before: string | undefined;
}

/** Shorter than usual, so that the cost of scraping shows. */
const SCRAPE_INTERVAL_MS = 1_000;

/** The processes of a run; disposing of it kills all of them. */
export interface Processes extends AsyncDisposable {
  /** Process ID of the server. */
  readonly pid: number;
  /** Process ID of its nats-server. */
  readonly natsPid: number;
  /** Port of the server. */
  readonly port: number;
  readonly readers: Child<typeof readersCommands>;
  /** Starts another process of natstap, with the same configuration. */
  startServer(): Child<Commands>;
  /** Starts another process. */
  start<Available extends Commands>(...program: string[]): Child<Available>;
  /** Publishes lines to the server's readers. */
  publish(publication: Publication): Promise<void>;
}

/** Starts the processes of a run and resolves once the server accepts streams. */
export async function startProcesses(options: ProcessOptions): Promise<Processes> {
  const { server: name, nats, ca, settings, linesPerChunk } = options;
  await using stack = new AsyncDisposableStack();
  const metricsPort = name === "natstap" && options.scraped ? freePort() : 0;
  const env = {
    ...settings,
    HOST: "127.0.0.1",
    PORT: "0",
    METRICS_PORT: String(metricsPort),
    NATS_URL: `nats://127.0.0.1:${nats.port}`,
    NATS_PORT: String(nats.port),
    JWT_SECRET: crypto.randomUUID(),
    ...(ca && { NATS_TLS_CA: ca }),
  };
  const start = <Available extends Commands>(...program: string[]) =>
    stack.use(new Child<Available>(program, env));
  if (name === "floor") {
    const server = start<typeof floorCommands>("--allow-all", "bench/servers/floor.ts");
    return await startReaders(
      server,
      (publication) => server.call("publish", { ...publication, linesPerChunk }),
    );
  }
  const publisher = start<typeof publisherCommands>("--allow-all", "bench/load/line_publisher.ts");
  const flags = ca ? [`--allow-read=${ca}`] : [];
  const server = start(...flags, ...PROGRAMS[name](options.before));
  if (metricsPort !== 0) stack.use(scrape(metricsPort));
  return await startReaders(server, (publication) => publisher.call("publish", publication));

  async function startReaders(
    server: Child<Commands>,
    publish: Processes["publish"],
  ): Promise<Processes> {
    // Readers treat the end of a stream as an error. Processes are killed in reverse order, so start them last.
    const readers = start<typeof readersCommands>("--allow-all", "bench/load/readers.ts");
    const port = await server.port;
    if (name !== "floor" && name !== "naive") await waitUntilReady(`http://127.0.0.1:${port}`);
    const processes = stack.move();
    return {
      pid: server.pid,
      natsPid: nats.pid,
      port,
      readers,
      publish,
      startServer: () => processes.use(new Child(PROGRAMS.natstap(), env)),
      start: (...program) => processes.use(new Child(program, env)),
      [Symbol.asyncDispose]: () => processes.disposeAsync(),
    };
  }
}

/** Arguments of `deno run` for each server. */
const PROGRAMS = {
  natstap: () => ["-P", "main.ts"],
  unscraped: () => ["-P", "main.ts"],
  live: () => ["-P", "main.ts"],
  before: (folder = ".") => ["-P", "--config", `${folder}/deno.json`, `${folder}/main.ts`],
  naive: () => ["--allow-all", "bench/servers/naive.ts"],
};

/** Scrapes the metrics repeatedly until disposed. */
function scrape(port: number): Disposable {
  const timer = setInterval(async () => {
    // Fails before the server is listening and after it has been killed.
    await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text())
      .catch(() => {});
  }, SCRAPE_INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
