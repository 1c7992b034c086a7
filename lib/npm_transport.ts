/**
 * What npm's NATS transport, which is made for Node, needs under Deno. With JSR's there is nothing to
 * do, and nothing is done.
 *
 * @module
 */
import { isIP, type Socket } from "node:net";
import { setImmediate } from "node:timers";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { NatsConnection, TlsOptions } from "@nats-io/transport-deno";

/** A read of this size left more behind it. Bytes. */
const FULL_READ = 65_536;

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
  return error instanceof Error && "syscall" in error && "code" in error &&
    (error.code === "ECONNRESET" || error.code === "EPIPE");
}

/**
 * The TLS options that hold a server's certificate against its address, where it is known by one. The
 * transport tells `node:tls` no name then, which takes it for "localhost".
 *
 * @param servers As they are configured: `tls://HOST:PORT`.
 */
export function checkAddresses(servers: readonly string[]): TlsOptions {
  const hosts = servers.map(hostOf);
  const unnamed = hosts.filter((host) => isIP(host) !== 0 || host === "localhost");
  return {
    checkServerIdentity(host: string, certificate: PeerCertificate) {
      const expected = host === "localhost" && unnamed.length > 0 ? unnamed : [host];
      const failures = expected.map((name) => checkServerIdentity(name, certificate));
      return failures.every((failure) => failure !== undefined) ? failures[0] : undefined;
    },
  } as TlsOptions;
}

function hostOf(server: string): string {
  const { hostname } = new URL(server.replace(/^(\w+:\/\/)?/, "http://"));
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
