/** A nats-server with JetStream, and a stream to read from. */
import { type JetStreamManager, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";

/** A server, a client of it, and its streams. */
export interface JetStreamServer extends AsyncDisposable {
  readonly server: NatsServer;
  readonly connection: NatsConnection;
  readonly api: JetStreamManager;
  /** Name of the stream that was created last. */
  readonly stream: string;
  /**
   * Creates a stream, and deletes the one before. Each has another name, because nats-server 2.15 restores
   * the lines of a stream that is created again at once.
   */
  createStream(config?: Partial<StreamConfig>): Promise<void>;
  /** Stores lines, in this order. */
  store(
    lines: readonly (readonly [subject: string, payload: string | Uint8Array])[],
  ): Promise<void>;
}

/**
 * Starts a server.
 *
 * @param config Text to append to its configuration file. If it contains users, one of them must be `admin` with
 * the password `admin`.
 */
export async function startJetStream(config = ""): Promise<JetStreamServer> {
  const server = await startNatsServer({ config, jetstream: true });
  const connection = await connect({ servers: server.url, user: "admin", pass: "admin" });
  const api = await jetstreamManager(connection);
  let stream = "";
  let count = 0;
  return {
    get stream() {
      return stream;
    },
    server,
    connection,
    api,
    async createStream(config = {}) {
      if (stream !== "") await api.streams.delete(stream);
      stream = `LOGS_${++count}`;
      await api.streams.add({
        name: stream,
        subjects: ["logs.>"],
        republish: { src: ">", dest: "natstap.>" },
        allow_direct: true,
        ...config,
      });
    },
    async store(lines) {
      const options = { timeout: 30_000 };
      await Promise.all(
        lines.map(([subject, payload]) => connection.request(subject, payload, options)),
      );
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      await server.stop();
    },
  };
}
