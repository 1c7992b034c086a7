/** A proxy between the service and a nats-server that can alter what either side sends. */
import type { NatsServer } from "../../tools/nats_server.ts";

/** A running proxy. */
export interface NatsProxy extends Disposable {
  /** Where it listens: `nats://127.0.0.1:PORT`. */
  readonly url: string;
  /** Everything that clients have sent so far. */
  readonly sent: string;
  /** Sends this to the client that connected last, as if it came from the server. */
  inject(text: string): Promise<void>;
  /** Applies `change` once, to the next chunk from the server that it alters. */
  corrupt(change: Change): void;
  /** Applies `change` once, to the next chunk from the client that it alters. */
  corruptRequest(change: Change): void;
}

type Change = (text: string) => string;

/** Starts a proxy on a free port of 127.0.0.1. */
export function startNatsProxy({ port }: NatsServer): NatsProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let sent = "";
  let client: Deno.Conn | undefined;
  const changes: { response?: Change | undefined; request?: Change | undefined } = {};

  // One character per byte, in both directions.
  const toText = (bytes: Uint8Array) => Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  const toBytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

  const apply = (name: keyof typeof changes, text: string) => {
    const changed = changes[name]?.(text) ?? text;
    if (changed !== text) changes[name] = undefined;
    return changed;
  };

  const forward = async (from: Deno.Conn, to: Deno.Conn, transform: (text: string) => string) => {
    try {
      const buffer = new Uint8Array(65_536);
      for (let read; (read = await from.read(buffer)) !== null;) {
        await writeAll(to, toBytes(transform(toText(buffer.subarray(0, read)))));
      }
    } catch {
      // One of the ends has closed the connection.
    }
    for (const conn of [from, to]) {
      try {
        conn.close();
      } catch {
        // Already closed by the other direction.
      }
    }
  };

  (async () => {
    for await (const conn of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      client = conn;
      forward(conn, server, (text) => {
        sent += text;
        return apply("request", text);
      });
      forward(server, conn, (text) => apply("response", text));
    }
  })();

  return {
    url: `nats://127.0.0.1:${listener.addr.port}`,
    get sent() {
      return sent;
    },
    inject: (text) => writeAll(client!, toBytes(text)),
    corrupt: (change) => void (changes.response = change),
    corruptRequest: (change) => void (changes.request = change),
    [Symbol.dispose]: () => listener.close(),
  };
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await conn.write(bytes.subarray(written));
  }
}
