/**
 * The processes of one run, each a new one: a server, its publisher and its load.
 *
 * @module
 */
import { freePort } from "../tools/free_port.ts";
import { Child } from "./child.ts";
import type { orders as floorOrders } from "./floor.ts";
import type { Orders } from "./orders.ts";
import type { Publication } from "./due_lines.ts";
import type { orders as publisherOrders } from "./line_publisher.ts";
import type { orders as readerOrders } from "./load.ts";

/** The servers that are measured; `before` is another version of natstap. */
export type ServerName = "natstap" | "unscraped" | "before" | "floor" | "naive";

/** Who stands on the stage. */
export interface Cast {
  server: ServerName;
  natsPort: number;
  /** The path of the CA that has issued NATS's certificate, where natstap is to use TLS. */
  ca?: string | undefined;
  /** natstap's settings, where they are not the defaults. */
  settings: Record<string, string>;
  /** Lines that the floor puts into a chunk. */
  chunk: number;
  /** Whether natstap's metrics are read, every {@linkcode SCRAPE}. */
  scraped: boolean;
  /** Where the other version of natstap is. */
  before: string | undefined;
}

/** More often than anybody does it. Milliseconds. */
const SCRAPE = 1_000;

/** A run's processes; all end with it. */
export interface Stage extends AsyncDisposable {
  /** The server's process. */
  readonly pid: number;
  /** Where the server listens. */
  readonly port: number;
  readonly reader: Child<typeof readerOrders>;
  /** Starts a further process, which ends with the others. */
  start<Ordered extends Orders>(...program: string[]): Child<Ordered>;
  /** Publishes to the server's readers. */
  publish(publication: Publication): Promise<{ seconds: number }>;
}

/** Starts a run's processes, and resolves once the server takes streams. */
export async function openStage(cast: Cast): Promise<Stage> {
  const { server: name, natsPort, settings, chunk } = cast;
  await using stack = new AsyncDisposableStack();
  const metricsPort = name === "natstap" && cast.scraped ? freePort() : 0;
  const env = {
    ...settings,
    HOST: "127.0.0.1",
    PORT: "0",
    METRICS_PORT: String(metricsPort),
    NATS_URL: `nats://127.0.0.1:${natsPort}`,
    NATS_PORT: String(natsPort),
    JWT_SECRET: crypto.randomUUID(),
    ...(cast.ca && { NATS_TLS_CA: cast.ca }),
  };
  const start = <Ordered extends Orders>(...program: string[]) =>
    stack.use(new Child<Ordered>(program, env));
  if (name === "floor") {
    const server = start<typeof floorOrders>("--allow-all", "bench/floor.ts");
    return await stage(server, (publication) => server.ask("publish", { ...publication, chunk }));
  }
  const publisher = start<typeof publisherOrders>("--allow-all", "bench/line_publisher.ts");
  const flags = cast.ca ? [`--allow-read=${cast.ca}`] : [];
  const server = start(...flags, ...PROGRAM[name](cast.before));
  if (metricsPort !== 0) stack.use(scrape(metricsPort));
  return await stage(server, (publication) => publisher.ask("publish", publication));

  async function stage(server: Child<Orders>, publish: Stage["publish"]): Promise<Stage> {
    // The last to start is the first to end: it takes the end of a stream for a fault.
    const reader = start<typeof readerOrders>("--allow-all", "bench/load.ts");
    const port = await server.port;
    if (name !== "floor" && name !== "naive") await connected(port);
    const processes = stack.move();
    const close = () => processes.disposeAsync();
    return {
      pid: server.pid,
      port,
      reader,
      publish,
      start: (...program) => processes.use(new Child(program, env)),
      [Symbol.asyncDispose]: close,
    };
  }
}

/** How each is started. */
const PROGRAM = {
  natstap: () => ["-P", "main.ts"],
  unscraped: () => ["-P", "main.ts"],
  before: (folder = ".") => ["-P", "--config", `${folder}/deno.json`, `${folder}/main.ts`],
  naive: () => ["--allow-all", "bench/naive.ts"],
};

/** Reads the metrics there, again and again, until it is disposed of. */
function scrape(port: number): Disposable {
  const timer = setInterval(async () => {
    // The server may not be there yet, or no more.
    await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text())
      .catch(() => {});
  }, SCRAPE);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Resolves once natstap has NATS: it listens before. */
async function connected(port: number): Promise<void> {
  while (true) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.body?.cancel();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
