/**
 * Fixes for the two NATS transports: npm's, which is made for Node, and JSR's. A fix has no effect on a
 * transport that does not need it.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import net, { type Socket } from "node:net";
import { setImmediate } from "node:timers";
import tls, { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { NatsConnection, TlsOptions } from "@nats-io/transport-deno";

/** Number of bytes that are read from NATS before pending responses are sent. */
const READ_BYTES = 65_536;
/** How long a socket stays open for reading after a failed write. */
const READ_REST_MS = 100;

/** The parts of a connection that its type does not include. */
interface Internals {
  readonly protocol?: {
    readonly parser?: { parse(bytes: Uint8Array): void };
    readonly transport?: {
      /** Only in npm's transport. */
      readonly socket?: Socket & WithHandle & { readonly _parent?: WithHandle };
      /** Only in JSR's transport. */
      readonly conn?: { read(buffer: Uint8Array): Promise<number | null> };
    };
  };
}

interface WithHandle {
  readonly _handle?: { readStop(): void; readStart(): void } | null;
}

/**
 * Yields to the event loop twice after each {@linkcode READ_BYTES} read from NATS, so that responses are
 * sent in between. Call it once per connection.
 *
 * In one turn of the event loop, npm's transport reads up to 2 MB and JSR's 256 KB, while a response
 * sends two chunks. Even a fast reader then loses lines that its buffer cannot hold: 92 % of 200,000
 * lines over TLS.
 */
export function yieldBetweenReads(connection: NatsConnection): void {
  const { socket, conn } = internals(connection).protocol?.transport ?? {};
  let read = 0;
  if (socket !== undefined) {
    // A paused TLS socket goes on reading, without limit. Stopping its TCP socket helps.
    const tcp = socket._parent ?? socket;
    socket.on("data", ({ length }: Uint8Array) => {
      read += length;
      if (read < READ_BYTES) return;
      read = 0;
      tcp._handle?.readStop();
      afterTwoTurns(() => tcp._handle?.readStart());
    });
  }
  if (conn !== undefined) {
    const readAll = conn.read.bind(conn);
    conn.read = async (buffer) => {
      if (read >= READ_BYTES) {
        read = 0;
        await new Promise<void>(afterTwoTurns);
      }
      const length = await readAll(buffer.subarray(0, READ_BYTES));
      read += length ?? 0;
      return length;
    };
  }
}

function afterTwoTurns(act: () => void): void {
  setImmediate(() => setImmediate(act));
}

/**
 * Calls `report` once if the server sends something that cannot be parsed. By itself, nats-core would
 * stop reading and leave the connection open.
 */
export function watchFrames(connection: NatsConnection, report: (error: unknown) => void): void {
  const { parser } = internals(connection).protocol ?? {};
  if (parser === undefined) return;
  const parse = parser.parse.bind(parser);
  parser.parse = (bytes) => {
    try {
      parse(bytes);
    } catch (error) {
      parser.parse = () => {};
      report(error);
    }
  };
}

function internals(connection: NatsConnection): Internals {
  return connection as unknown as Internals;
}

/** The sockets that npm's transport has opened. */
export interface Sockets {
  /** Calls `act` and guards every socket that it opens, now or later. */
  open<T>(act: () => T): T;
  /** Closes the sockets that are still open; the transport leaves some open. */
  close(): void;
}

/**
 * Closes each socket that npm's transport opens as soon as it fails.
 *
 * The transport removes all listeners from a socket before it adds new ones and before it closes the
 * socket. An error in between, such as a TLS alert, would end the process. An alert after the handshake
 * does not close the socket, so the transport would wait for an answer until it times out.
 */
export function guardSockets(): Sockets {
  const open = new Set<Socket>();
  const opening = new AsyncLocalStorage<true>();
  const guard = (socket: Socket): Socket => {
    if (opening.getStore() === undefined) return socket;
    const { destroy, removeAllListeners } = socket;
    // Later, because the transport may have no listeners at the moment.
    const closeSoon = (error: Error) => void setImmediate(() => socket.destroy(error));
    const forget = () => void open.delete(socket);
    const listen = () => socket.on("error", closeSoon).on("close", forget);
    socket.removeAllListeners = (...event) => {
      removeAllListeners.apply(socket.off("error", closeSoon).off("close", forget), event);
      return listen();
    };
    socket.destroy = (error) => {
      // A failed write only says that the server has closed the connection. Its reason may still be unread.
      if (isWriteError(error)) setTimeout(() => destroy.call(socket, error), READ_REST_MS);
      else destroy.call(socket, error);
      return socket;
    };
    open.add(socket);
    return listen();
  };
  guardResults(net, "createConnection", guard);
  guardResults(tls, "connect", guard);
  return {
    open: (act) => opening.run(true, act),
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}

function isWriteError(error: Error | undefined): boolean {
  return error !== undefined && "syscall" in error && error.syscall === "write";
}

function guardResults(module: object, name: string, guard: (socket: Socket) => Socket): void {
  const functions = module as Record<string, (...args: unknown[]) => Socket>;
  const original = functions[name]!;
  functions[name] = (...args) => guard(original(...args));
}

/** The options of `tls.connect()`, which calls `checkServerIdentity` as a method of them. */
interface Connecting {
  /** Name of the server; empty if only its address is known. */
  readonly servername: string;
  readonly socket: Socket;
}

/**
 * Returns TLS options that check the certificate of a server that is known only by its address. npm's
 * transport passes no name for such a server, and `node:tls` would expect a certificate for "localhost".
 *
 * @param hosts The hosts in `NATS_URL`. A server that only the cluster announced may also present a
 * certificate for one of these names.
 */
export function checkAddresses(hosts: readonly string[]): TlsOptions {
  return {
    checkServerIdentity(this: Connecting, _host: string, certificate: PeerCertificate) {
      const host = this.servername || (this.socket.remoteAddress ?? "");
      const error = checkServerIdentity(host, certificate);
      if (error === undefined || this.servername !== "" || hosts.includes(host)) return error;
      const names = hosts.filter((host) => net.isIP(host) === 0);
      const fits = names.some((name) => checkServerIdentity(name, certificate) === undefined);
      return fits ? undefined : error;
    },
  } as TlsOptions;
}
