/**
 * The listening socket: HTTP/1.1 through `node:http`.
 *
 * Not `Deno.serve`: it reads ahead of a handler without limit (denoland/deno#36869), does not tell what it
 * holds for a stalled reader, can neither close that reader's socket nor time out a slow request, and
 * takes four times as much memory per stream.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Log } from "../../lib/telemetry/log.ts";
import { Connection, type Handler } from "./client.ts";
import { listen } from "./listener.ts";

/** Where to listen, and how many connections to take. */
export interface ServeOptions {
  /** An address of this machine. */
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Maximum number of open connections; further ones are closed at once. */
  readonly maxConnections: number;
  /** What the log says once the socket listens. */
  readonly message: string;
}

/** A listening socket and its connections. */
export interface Server {
  /** Accepts no more connections, and resolves once all requests have been answered. */
  shutdown(): Promise<void>;
}

/** Maximum size of a request's head. Bytes. */
const MAX_HEAD_BYTES = 65_536;
/** How often connections are checked. */
const TICK_MS = 1_000;

const OPTIONS = {
  maxHeaderSize: MAX_HEAD_BYTES,
  // Connections check these themselves: the timeouts of `node:http` restart with each empty line.
  headersTimeout: 0,
  requestTimeout: 0,
  keepAliveTimeout: 0,
  requireHostHeader: false,
  // Requests have no body here. Without this, each client that leaves costs an error with its stack trace.
  optimizeEmptyRequests: true,
};

/**
 * Listens on a socket and has each request answered by `handler`.
 *
 * @throws {Error} If the address cannot be listened on.
 */
export async function serve(
  { hostname, port, maxConnections, message }: ServeOptions,
  handler: Handler,
  log: Log,
): Promise<Server> {
  const server = createServer(OPTIONS);
  server.maxConnections = maxConnections;
  // No limit besides that of the head: headers above the limit would be ignored in silence.
  server.maxHeadersCount = 0;
  // Not in the types: a client that closes its own side gets the responses to what it has sent.
  Object.assign(server, { httpAllowHalfOpen: true });
  const connections = new Map<Socket, Connection>();
  server.on("connection", (socket: Socket) => {
    connections.set(socket, new Connection(socket, handler, log));
    socket.once("close", () => connections.delete(socket));
  });
  const take = (request: IncomingMessage, response: ServerResponse) =>
    connections.get(request.socket)?.take(request, response);
  server.on("request", take);
  // With an Expect header; nobody is told to continue, since no body is ever read.
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
