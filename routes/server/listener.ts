/**
 * A listening socket that goes on accepting connections.
 *
 * @module
 */
import { type AddressInfo, connect, type Server } from "node:net";
import type { Log } from "../../lib/telemetry/log.ts";

/** How often the socket is probed. */
const PROBE_INTERVAL_MS = 5_000;
/** How long accepting a connection may take. */
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
 * again if it does not accept.
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
  let stopped = false;
  const timer = setInterval(async () => {
    if (probing) return;
    probing = true;
    if (server.listening && !await accepts(server, address) && !stopped) {
      log.warn("cannot accept connections, listening again", { port: address.port });
      server.close();
    }
    // Fails for as long as no file is free.
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

/** Whether `server` accepts a connection, the probe or any other; assumed if the probe fails. */
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
    // The server has closed it, since there are too many connections, or no file is free for it.
    probe.on("close", onAccepted);
  });
}
