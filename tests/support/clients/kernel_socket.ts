/**
 * A TCP client that uses system calls directly, for what Deno's sockets cannot do: tiny receive
 * buffers, and disappearing without closing the connection. Linux only.
 */

import { PATIENCE_MS } from "../patience.ts";

/** See socket(7), tcp(7) and recv(2). */
const AF_INET = 2;
const SOCK_STREAM = 1;
/** Keeps processes that are started meanwhile from inheriting the connection. */
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_LINGER = 13;
const SO_ATTACH_FILTER = 26;
const IPPROTO_TCP = 6;
const TCP_MAXSEG = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** The kernel's minimum: with default buffers, megabytes fit before the peer notices. */
const RECEIVE_BUFFER_BYTES = 4_096;
const SEGMENT_BYTES = 536;

/** How often to look for data. */
const POLL_MS = 5;

/** A connection whose peer notices immediately that this end has stopped reading. */
export class KernelSocket implements Disposable {
  readonly #libc = open();
  readonly #descriptor: number;
  #closed = false;

  /** @throws {Error} If nothing is listening on `port` of 127.0.0.1. */
  constructor(port: number) {
    const { socket, connect } = this.#libc.symbols;
    this.#descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    this.#set(SOL_SOCKET, SO_RCVBUF, integers(RECEIVE_BUFFER_BYTES));
    this.#set(IPPROTO_TCP, TCP_MAXSEG, integers(SEGMENT_BYTES));
    const address = new Uint8Array([AF_INET, 0, port >> 8, port & 255, 127, 0, 0, 1, ...zeros(8)]);
    if (connect(this.#descriptor, address, address.length) === 0) return;
    this.close();
    throw new Error(`Cannot connect to port ${port}`);
  }

  /** Connects and requests `url` with HTTP/1.0, so that the body is not chunked. */
  static get(url: string): KernelSocket {
    const { port, hostname, pathname, search } = new URL(url);
    const socket = new KernelSocket(Number(port));
    socket.write(`GET ${pathname}${search} HTTP/1.0\r\nHost: ${hostname}\r\n\r\n`);
    return socket;
  }

  /** Sends `text`, which must be short enough for the send buffer. */
  write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#libc.symbols.send(this.#descriptor, bytes, BigInt(bytes.length), MSG_NOSIGNAL);
  }

  /** Returns at most `limit` bytes that have arrived; `null` once the peer has closed. */
  take(limit: number): Uint8Array<ArrayBuffer> | null {
    const buffer = new Uint8Array(limit);
    const { recv } = this.#libc.symbols;
    const count = Number(recv(this.#descriptor, buffer, BigInt(limit), MSG_DONTWAIT));
    return count === 0 ? null : buffer.subarray(0, Math.max(0, count));
  }

  /** Reads until `mark` or the end of the connection; resolves to everything read. */
  async until(mark: string): Promise<string> {
    const decoder = new TextDecoder();
    const deadline = performance.now() + PATIENCE_MS;
    for (let text = "";;) {
      const bytes = this.take(65_536);
      if (bytes === null) return text;
      const searched = Math.max(0, text.length - mark.length);
      text += decoder.decode(bytes, { stream: true });
      if (text.indexOf(mark, searched) >= 0) return text;
      if (performance.now() > deadline) throw new Error(`No "${mark}" within a minute: "${text}"`);
      if (bytes.length === 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Stops receiving, acknowledging and answering anything from the peer. */
  vanish(): void {
    const dropAll = new BigUint64Array([0x06n]); // BPF_RET | BPF_K with 0: drop every packet.
    const program = new BigUint64Array([
      1n,
      BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(dropAll))),
    ]);
    this.#set(SOL_SOCKET, SO_ATTACH_FILTER, new Uint8Array(program.buffer));
  }

  /** Closes with an RST, as the kernel does for a process that leaves data unread. */
  reset(): void {
    this.#set(SOL_SOCKET, SO_LINGER, integers(1, 0));
    this.close();
  }

  /** Closes normally. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#libc.symbols.close(this.#descriptor);
    this.#libc.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #set(level: number, option: number, value: Uint8Array<ArrayBuffer>): void {
    const { setsockopt } = this.#libc.symbols;
    if (setsockopt(this.#descriptor, level, option, value, value.length) === 0) return;
    throw new Error(`Cannot set option ${option} of a socket`);
  }
}

function open() {
  return Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  });
}

function integers(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array(values).buffer);
}

function zeros(count: number): number[] {
  return Array(count).fill(0);
}
