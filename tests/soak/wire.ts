/**
 * A client's connection, and the pace at which it reads.
 *
 * @module
 */
import { KernelSocket } from "../support/clients/kernel_socket.ts";
import type { Scope } from "./line.ts";

/** Bytes that come from the service; `null` once it has closed the connection. */
export interface Wire {
  read(): Promise<Uint8Array | null>;
  /** Closes the connection, in the way that suits its client. */
  close(): void;
}

/** What a client asks for. */
export interface Request {
  readonly port: number;
  readonly token: string;
  readonly scope: Scope;
  /** What of it the query asks for; all of it where this is left out. */
  readonly asked?: Partial<Scope>;
  /** When the token expires. Milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly format: "sse" | "ndjson";
}

/** The text of a request whose answer has no framing that would have to be undone. */
function requestText({ token, scope, asked = scope, format }: Request): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(asked)) if (value !== "*") query.set(name, value);
  return `GET /logs?${query} HTTP/1.0\r\nHost: soak\r\nAuthorization: Bearer ${token}\r\n\r\n`;
}

/** A client that takes whatever comes, as soon as it comes. */
export async function connectWire(request: Request): Promise<Wire> {
  const connection = await Deno.connect({ port: request.port });
  await connection.write(new TextEncoder().encode(requestText(request)));
  const buffer = new Uint8Array(65_536);
  return {
    async read() {
      const count = await connection.read(buffer);
      return count === null ? null : buffer.subarray(0, count);
    },
    close: () => connection.close(),
  };
}

/** How a slow client reads. */
export interface Pace {
  /** Bytes at a time; none while it is 0. */
  bytes: number;
  /** Milliseconds between two times. */
  pause: number;
}

/** A client whose slowness the service feels at once; `pace` may be changed at any time. */
export function openSlowWire(
  request: Request,
  pace: Pace,
): Wire & { readonly socket: KernelSocket } {
  const socket = new KernelSocket(request.port);
  socket.write(requestText(request));
  return {
    socket,
    async read() {
      for (;;) {
        const bytes = pace.bytes === 0 ? undefined : socket.take(pace.bytes);
        if (bytes === null || bytes !== undefined && bytes.length === pace.bytes) return bytes;
        await new Promise((resolve) => setTimeout(resolve, pace.pause));
        if (bytes !== undefined && bytes.length > 0) return bytes;
        if (pace.bytes === 0) return new Uint8Array();
      }
    },
    close: () => socket.reset(),
  };
}
