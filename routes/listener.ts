/**
 * A listening socket that goes on accepting connections.
 *
 * @module
 */
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import type { Log } from "../lib/log.ts";

/** How often the socket is probed. */
const PROBE_INTERVAL_MS = 5_000;
/** How long accepting a probe may take. */
const PROBE_TIMEOUT_MS = 5_000;
/** How much longer, if the process itself was held up meanwhile. */
const PROBE_GRACE_MS = 500;

/** A socket that listens. */
export interface Listener {
  /** Where it listens. */
  readonly address: AddressInfo;
  /** Stops watching it. */
  stop(): void;
}

/**
 * Listens, and sees to it that the socket goes on accepting.
 *
 * Once the process has run out of open files, Deno 2.9 never accepts another connection, even if files
 * are free again: after a failed accept, nothing wakes its listener. So the socket is probed, and opened
 * anew if it does not accept.
 *
 * @throws {Error} If the address cannot be listened on.
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
  const timer = setInterval(async () => {
    if (probing) return;
    probing = true;
    if (server.listening && !await accepts(server, address)) {
      log.warn("cannot accept connections, listening again", { port: address.port });
      server.close();
    }
    // Fails for as long as no file is free.
    if (!server.listening) await open(server, host, address.port).catch(() => {});
    probing = false;
  }, PROBE_INTERVAL_MS);
  return { address, stop: () => clearInterval(timer) };
}

function open(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Whether `server` accepts a connection; assumed if none can be made. */
function accepts(server: Server, { address, port }: AddressInfo): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ host: address, port });
    const accepted = new Set<number | undefined>();
    const settle = (accepts: boolean) => {
      clearTimeout(timer);
      server.off("connection", onConnection);
      server.off("drop", onDrop);
      probe.destroy();
      resolve(accepts);
    };
    // The server may have the connection before the probe knows its own port.
    const compare = () => accepted.has(probe.localPort) && settle(true);
    const onConnection = ({ remotePort }: Socket) => {
      accepted.add(remotePort);
      compare();
    };
    const onDrop = () => settle(true);
    let timer = setTimeout(() => {
      timer = setTimeout(() => settle(false), PROBE_GRACE_MS);
    }, PROBE_TIMEOUT_MS);
    server.on("connection", onConnection);
    server.on("drop", onDrop);
    probe.on("connect", compare);
    // No file is free for the probe either.
    probe.on("error", () => settle(true));
  });
}
