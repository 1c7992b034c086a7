/**
 * Keeps a listening socket accepting connections.
 *
 * @module
 */
import { type AddressInfo, connect, type Server } from "node:net";
import type { Log } from "../../lib/telemetry/log.ts";

/** How often the socket is probed. */
const PROBE_INTERVAL_MS = 5_000;
/** How long the socket may take to accept a connection. */
const PROBE_TIMEOUT_MS = 5_000;
/** Additional time, in case the process itself was blocked in the meantime. */
const PROBE_GRACE_MS = 500;

/** A socket that listens. */
export interface Listener {
  /** The address that it listens on. */
  readonly address: AddressInfo;
  /** Stops probing the socket, which stays open. */
  stop(): void;
}

/**
 * Listens, and reopens the socket if it stops accepting connections.
 *
 * Once the process has run out of file descriptors, Deno 2.9 never accepts another connection, even if
 * descriptors become available again, because nothing wakes its listener after a failed accept. So the
 * socket is probed at regular intervals.
 *
 * @throws {Error} If the server cannot listen on the address.
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  log: Log,
): Promise<Listener> {
  await open(server, host, port);
  const address = server.address() as AddressInfo;
  let probing = false;
  let stopped = false;
  const timer = setInterval(async () => {
    if (probing) return;
    probing = true;
    if (server.listening && !await accepts(server, address) && !stopped) {
      log.warn("cannot accept connections, listening again", { port: address.port });
      server.close();
    }
    // Fails as long as no file descriptor is available.
    if (!server.listening && !stopped) await open(server, host, address.port).catch(() => {});
    probing = false;
  }, PROBE_INTERVAL_MS);
  return {
    address,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

function open(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      server.off("listening", settle);
      server.off("error", settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    server.on("listening", settle);
    server.on("error", settle);
    server.listen({ host, port });
  });
}

/** Resolves to whether `server` accepts a connection, the probe or any other; `true` if the probe fails. */
function accepts(server: Server, { address, port }: AddressInfo): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ host: address, port });
    const settle = (accepts: boolean) => {
      clearTimeout(timer);
      server.off("connection", onAccepted);
      probe.destroy();
      resolve(accepts);
    };
    const onAccepted = () => settle(true);
    let timer = setTimeout(() => {
      timer = setTimeout(() => settle(false), PROBE_GRACE_MS);
    }, PROBE_TIMEOUT_MS);
    server.on("connection", onAccepted);
    probe.on("error", () => {});
    // Closed by the server because of too many connections, or because no file descriptor is available.
    probe.on("close", onAccepted);
  });
}
