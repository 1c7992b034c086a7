/**
 * An HTTP/1.1 server that is built on `node:http`.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Log } from "../../lib/telemetry/log.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import { ClientConnection } from "./client_connection.ts";
import type { RequestHandler } from "./exchange.ts";
import { listen } from "./listener.ts";

/** Where to listen, and how many connections to accept. */
export interface ServeOptions {
  /** An address of this machine. */
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Maximum number of open connections; further ones are closed immediately. */
  readonly maxConnections: number;
  /** The message that is logged once the server listens. */
  readonly message: string;
}

/** A running server. */
export interface Server {
  /** Accepts no more connections, and resolves once all requests have been answered. */
  shutdown(): Promise<void>;
}

/** Maximum size of the head of a request. */
const MAX_HEAD_BYTES = 65_536;
/** How often connections are checked. */
const TICK_MS = 1_000;

const OPTIONS = {
  maxHeaderSize: MAX_HEAD_BYTES,
  // Each connection has its own timeouts, because those of `node:http` restart with each empty line.
  headersTimeout: 0,
  requestTimeout: 0,
  keepAliveTimeout: 0,
  requireHostHeader: false,
  // Requests have no body. Without this option, each client that leaves costs an error with a stack trace.
  optimizeEmptyRequests: true,
};

/**
 * Starts a server whose requests `handler` answers.
 *
 * `Deno.serve` is not used because it reads ahead of a handler without limit (denoland/deno#36869), does
 * not tell how much it buffers for a stalled reader, can neither close the socket of that reader nor time
 * out a slow request, and takes four times as much memory per stream.
 *
 * @throws {Error} If the server cannot listen on the address.
 */
export async function serve(
  { hostname, port, maxConnections, message }: ServeOptions,
  handler: RequestHandler,
  log: Log,
): Promise<Server> {
  const server = createServer(OPTIONS);
  server.maxConnections = maxConnections;
  // Headers above this limit would be ignored silently. The size of the head limits their number.
  server.maxHeadersCount = 0;
  // Missing from the types. A client that closes its side still gets the responses to its requests.
  Object.assign(server, { httpAllowHalfOpen: true });
  const parts = { handler, chunks: new ChunkWriter(), log };
  const connections = new Map<Socket, ClientConnection>();
  server.on("connection", (socket: Socket) => {
    connections.set(socket, new ClientConnection(socket, parts));
    socket.once("close", () => connections.delete(socket));
  });
  const take = (request: IncomingMessage, response: ServerResponse) =>
    connections.get(request.socket)?.take(request, response);
  server.on("request", take);
  // Requests with an Expect header. No client is told to continue, because no body is ever read.
  server.on("checkContinue", take);
  server.on("checkExpectation", take);
  server.on("clientError", ({ code }: NodeJS.ErrnoException, socket: Socket) => {
    connections.get(socket)?.refuse(code === "HPE_HEADER_OVERFLOW" ? 431 : 400);
  });
  const listener = await listen(server, hostname, port, log);
  server.on("error", (error) => log.warn("cannot accept connections", { reason: error.message }));
  log.info(message, { host: listener.address.address, port: listener.address.port });
  const timer = setInterval(() => {
    for (const connection of connections.values()) connection.tick();
  }, TICK_MS);
  return {
    async shutdown() {
      listener.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      for (const [socket, connection] of connections) if (connection.idle) socket.destroy();
      await closed;
      clearInterval(timer);
    },
  };
}
