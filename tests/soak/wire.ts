/** A client's connection, and the rate at which it reads. */
import { KernelSocket } from "../support/clients/kernel_socket.ts";
import type { Scope } from "./line.ts";

/** Bytes from the service; `null` once it has closed the connection. */
export interface Wire {
  read(): Promise<Uint8Array | null>;
  /** Closes or resets the connection, depending on the client. */
  close(): void;
}

/** A client's request. */
export interface Request {
  readonly port: number;
  readonly token: string;
  readonly scope: Scope;
  /** The filters in the query; by default the whole scope. */
  readonly asked?: Partial<Scope>;
  /** Expiry of the token, in milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly format: "sse" | "ndjson";
}

/** The text of an HTTP/1.0 request, whose response is not chunked. */
function requestText({ token, scope, asked = scope, format }: Request): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(asked)) if (value !== "*") query.set(name, value);
  return `GET /logs?${query} HTTP/1.0\r\nHost: soak\r\nAuthorization: Bearer ${token}\r\n\r\n`;
}

/** Connects a client that reads everything immediately. */
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

/** How fast a slow client reads. */
export interface ReadRate {
  /** Bytes per read; 0 for not reading. */
  bytes: number;
  /** Milliseconds between two reads. */
  pause: number;
}

/** Connects a client with tiny buffers, whose slowness the service notices; `rate` can change. */
export function openSlowWire(
  request: Request,
  rate: ReadRate,
): Wire & { readonly socket: KernelSocket } {
  const socket = new KernelSocket(request.port);
  socket.write(requestText(request));
  return {
    socket,
    async read() {
      for (;;) {
        const bytes = rate.bytes === 0 ? undefined : socket.take(rate.bytes);
        if (bytes === null || bytes !== undefined && bytes.length === rate.bytes) return bytes;
        await new Promise((resolve) => setTimeout(resolve, rate.pause));
        if (bytes !== undefined && bytes.length > 0) return bytes;
        if (rate.bytes === 0) return new Uint8Array();
      }
    },
    close: () => socket.reset(),
  };
}
