/**
 * What npm's NATS transport, which is made for Node, needs under Deno. With JSR's there is nothing to
 * do, and nothing is done.
 *
 * @module
 */
import type { Socket } from "node:net";
import { setImmediate } from "node:timers";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { NatsConnection, TlsOptions } from "@nats-io/transport-deno";

/** A read of this size left more behind it. Bytes. */
const FULL_READ = 65_536;

/** The options that `node:tls` calls `checkServerIdentity` on, as the transport has made them. */
interface Connecting {
  /** The server's name; empty where it is known by its address. */
  readonly servername: string;
  readonly socket: Socket;
}

/** What the transport has inside. */
interface WithSocket {
  readonly protocol?: { readonly transport?: { readonly socket?: Socket } };
}

/**
 * Lets the readers' writes have every other turn while NATS has more than one read's worth waiting.
 *
 * Deno's `node:net` reads up to 32 times in one turn of the event loop, 2 MB, while a response moves
 * on by two chunks a turn: a reader that keeps up would lose what its buffer cannot hold meanwhile.
 * In a flood of 200,000 lines it lost four of five; with this it loses none. Call it once for each
 * connection that is made, also a renewed one.
 */
export function takeTurns(connection: NatsConnection): void {
  const socket = (connection as unknown as WithSocket).protocol?.transport?.socket;
  socket?.on("data", (read: Uint8Array) => {
    if (read.length < FULL_READ) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
}

/**
 * Outlives a socket that breaks while the transport gives it up: it takes its listeners off before it
 * destroys the socket, and an error in between, as when NATS refuses to let the service in, would end
 * the process.
 */
export function outliveBrokenSockets(): void {
  globalThis.addEventListener("error", (event) => {
    if (isBrokenSocket(event.error)) event.preventDefault();
  });
}

function isBrokenSocket(error: unknown): boolean {
  return error instanceof Error && "syscall" in error &&
    (error.syscall === "read" || error.syscall === "write");
}

/**
 * The TLS options that hold a server's certificate against its address, where it is known by one: the
 * transport tells `node:tls` no name then, which takes it for "localhost".
 */
export function checkAddresses(): TlsOptions {
  return {
    checkServerIdentity(this: Connecting, _host: string, certificate: PeerCertificate) {
      return checkServerIdentity(this.servername || this.socket.remoteAddress!, certificate);
    },
  } as TlsOptions;
}
