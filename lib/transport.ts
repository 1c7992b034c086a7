/**
 * What NATS's transports lack: npm's, which is made for Node, and JSR's. Each part does nothing with
 * the transport that does not need it.
 *
 * @module
 */
import net, { type Socket } from "node:net";
import { setImmediate } from "node:timers";
import tls, { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { NatsConnection, TlsOptions } from "@nats-io/transport-deno";

/** What is read from NATS before readers' responses get their turns. */
const READ_BYTES = 65_536;
/** How long a connection that cannot be written to is still read from. */
const READ_REST_MS = 100;

/** What a connection has inside. */
interface Internals {
  readonly protocol?: {
    readonly parser?: { parse(bytes: Uint8Array): void };
    readonly transport?: {
      /** npm's transport has this one, */
      readonly socket?: Socket & WithHandle & { readonly _parent?: WithHandle };
      /** and JSR's this one. */
      readonly conn?: { read(buffer: Uint8Array): Promise<number | null> };
    };
  };
}

interface WithHandle {
  readonly _handle?: { readStop(): void; readStart(): void } | null;
}

/**
 * Lets readers' responses move on after each {@linkcode READ_BYTES} from NATS. Call it once for each
 * connection.
 *
 * Without it a reader that keeps up loses what its buffer cannot hold meanwhile: in one turn of the
 * event loop, npm's transport takes up to 2 MB and JSR's 256 KB, while a response moves on by two
 * chunks. In a flood of 200,000 lines over TLS that was 92 % of them.
 */
export function yieldBetweenReads(connection: NatsConnection): void {
  const { socket, conn } = internals(connection).protocol?.transport ?? {};
  let read = 0;
  if (socket !== undefined) {
    // A TLS socket that is paused reads on, and holds what it has read: the TCP socket has to stop.
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
 * Has `report` told when the server sends what cannot be read. nats-core stops to read then, and says
 * so to nobody.
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

/** The sockets of npm's transport, which loses sight of some of them. */
export interface Sockets {
  /** Closes all that are open. */
  close(): void;
}

/**
 * Looks after each socket that is opened from now on by `node:net` and `node:tls`, which only npm's
 * transport does.
 *
 * The transport removes its listeners from a socket before it adds others, and before it closes it. An
 * error in between, such as a TLS alert, would end the process. An alert that comes after the handshake
 * does not close its socket, so that the transport would wait for an answer until it times out.
 */
export function guardSockets(): Sockets {
  const open = new Set<Socket>();
  const guard = (socket: Socket): Socket => {
    const { destroy, removeAllListeners } = socket;
    // Not at once: the transport has to be there to see the socket close.
    const closeSoon = (error: Error) => void setImmediate(() => socket.destroy(error));
    const forget = () => void open.delete(socket);
    const listen = () => socket.on("error", closeSoon).on("close", forget);
    socket.removeAllListeners = (...event) => {
      removeAllListeners.apply(socket.off("error", closeSoon).off("close", forget), event);
      return listen();
    };
    socket.destroy = (error) => {
      // It says no more than that the server has hung up. Why may be still to be read.
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

/** The options that `node:tls` calls `checkServerIdentity` on, as the transport has made them. */
interface Connecting {
  /** The server's name; empty where it is known by its address. */
  readonly servername: string;
  readonly socket: Socket;
}

/**
 * The TLS options by which npm's transport holds a server's certificate against its address, where it
 * is known by one: it tells `node:tls` no name then, which takes it for "localhost". A server of the
 * cluster that is not among `hosts` may also have the certificate of a name that is.
 *
 * @param hosts The hosts of `NATS_URL`.
 */
export function checkAddresses(hosts: readonly string[]): TlsOptions {
  return {
    checkServerIdentity(this: Connecting, _host: string, certificate: PeerCertificate) {
      const host = this.servername || this.socket.remoteAddress!;
      const error = checkServerIdentity(host, certificate);
      if (error === undefined || this.servername !== "" || hosts.includes(host)) return error;
      const names = hosts.filter((host) => net.isIP(host) === 0);
      const fits = names.some((name) => checkServerIdentity(name, certificate) === undefined);
      return fits ? undefined : error;
    },
  } as TlsOptions;
}
