/**
 * The listening socket.
 *
 * @module
 */
import type { Log } from "../lib/log.ts";

/** How long until the next try to listen, where the last one failed. Milliseconds. */
const RETRY = 500;

/** Where to listen. */
export interface ServeOptions {
  /** An address of this machine. */
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** What the log says once it listens. */
  readonly message: string;
}

/** What takes requests, until it is told to stop. */
export interface Server {
  /** Takes no more connections, and resolves once those that are open have had their answers. */
  shutdown(): Promise<void>;
}

/**
 * Serves, and goes on where the machine runs out of open files: `Deno.serve` then gives up its socket
 * for good, and ends the process where nobody catches that. What is open stays open.
 *
 * @throws {Error} Where it cannot listen to begin with.
 */
export function serve(
  { hostname, port, message }: ServeOptions,
  handler: Deno.ServeHandler,
  log: Log,
): Server {
  let stopped = false;
  /** Of servers that have given up their sockets: resolve once what they had taken is answered. */
  const closing = new Set<Promise<void>>();
  const listen = (port: number) => {
    const server = Deno.serve({ hostname, port, onListen: () => {}, onError: refuse }, handler);
    server.finished.catch((error) => {
      const closed = server.shutdown().catch(() => {}).finally(() => closing.delete(closed));
      closing.add(closed);
      listenAgain(server.addr.port, error);
    });
    return server;
  };
  const listenAgain = (port: number, error: unknown) => {
    log.warn("cannot accept connections, listening again", { port, reason: String(error) });
    const timer = setInterval(() => {
      try {
        if (!stopped) server = listen(port);
        clearInterval(timer);
      } catch {
        // No file is free yet.
      }
    }, RETRY);
  };
  let server = listen(port);
  log.info(message, { host: server.addr.hostname, port: server.addr.port });
  return {
    async shutdown() {
      stopped = true;
      await Promise.all([server.shutdown(), ...closing]);
    },
  };
}

/**
 * Answers where Deno itself fails before the handler: while it traces, at a `Host` that makes no URL.
 * Else Deno would write that URL to standard error, with the token in it.
 */
function refuse(): Response {
  return new Response(null, { status: 400 });
}
