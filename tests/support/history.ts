/** A nats-server with JetStream, services that read history from it, and what their streams deliver. */
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { createHistoryStream, STREAM } from "../../tools/history_stream.ts";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import type { Reader } from "./clients/sse_reader.ts";
import { PATIENCE_MS } from "./patience.ts";
import { type Service, startService, subjectOf } from "./service.ts";

/** A nats-server whose stream survives a restart. */
export interface HistoryServer extends AsyncDisposable {
  /** The running server; another one after {@linkcode restart}. */
  readonly nats: NatsServer;
  /** A client that publishes; another one after {@linkcode restart}. */
  readonly publisher: NatsConnection;
  /** Stores lines of an app; resolves once all are stored. */
  store(app: string, lines: readonly string[], machine?: string): Promise<void>;
  /** Kills the server and starts it again, on the same port and with the same stream. */
  restart(): Promise<void>;
}

/** Starts a nats-server with the stream that the services read from. */
export async function startHistoryServer(): Promise<HistoryServer> {
  const folder = await Deno.makeTempDir({ prefix: "natstap-history-" });
  const config = `jetstream { store_dir: "${folder}" }`;
  let nats = await startNatsServer({ config });
  let publisher = await connect({ servers: nats.url });
  await createHistoryStream(publisher);
  return {
    get nats() {
      return nats;
    },
    get publisher() {
      return publisher;
    },
    async store(app, lines, machine = "m1") {
      await Promise.all(
        lines.map((line) =>
          publisher.request(subjectOf(app, "dfw", machine), line, { timeout: PATIENCE_MS })
        ),
      );
    },
    async restart() {
      await publisher.close();
      await nats.stop("SIGKILL");
      nats = await startNatsServer({ port: nats.port, config });
      publisher = await connect({ servers: nats.url });
    },
    async [Symbol.asyncDispose]() {
      await publisher.close();
      await nats.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Starts a service that reads history from `server`, and resolves once it does. */
export async function startHistoryService(
  { nats }: HistoryServer,
  env: Record<string, string> = {},
): Promise<Service> {
  const service = await startService({ NATS_URL: nats.url, HISTORY_STREAM: STREAM, ...env });
  await service.logged(({ msg }) => msg === "history available");
  return service;
}

/** Resolves to the next lines, as `id line`, and control events, as `[event]`. */
export async function entries(reader: Reader, count: number): Promise<string[]> {
  const all: string[] = [];
  while (all.length < count) {
    const event = await reader.next();
    if (event === undefined) throw new Error(`The stream ended after ${JSON.stringify(all)}`);
    const { event: name, data, id } = event;
    all.push(name === undefined ? `${id ?? ""} ${data}` : `[${name}]`);
  }
  return all;
}
