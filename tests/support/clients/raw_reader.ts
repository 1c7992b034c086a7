/** A reader of `/logs` on a plain socket that reads no further than it is told to. */
import { within } from "../patience.ts";

/** An open response. */
export interface RawReader extends Disposable {
  /** The head of the response, starting with the status line. */
  readonly head: string;
  /** Resolves to the body up to and including the next `mark`, reading no further than needed. */
  until(mark: string): Promise<string>;
  /** Resolves to the rest of the body, up to the end of the connection. */
  rest(): Promise<string>;
  /** Closes the connection without notice, as when a process dies. */
  close(): void;
}

/**
 * Requests `url` and reads the head of the response. Uses HTTP/1.0, whose responses are not
 * chunked: the body ends with the connection.
 */
export async function readRaw(
  url: string,
  headers: Record<string, string> = {},
): Promise<RawReader> {
  const { hostname, port, pathname, search } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const fields = Object.entries({ Host: hostname, ...headers }).map((field) => field.join(": "));
  const request = [`GET ${pathname}${search} HTTP/1.0`, ...fields, "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(request));

  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let held = "";
  let open = true;
  const take = async () => {
    const count = await within(connection.read(buffer), `Nothing arrived after "${held}"`);
    if (count !== null) held += decoder.decode(buffer.subarray(0, count), { stream: true });
    return count !== null;
  };
  const until = async (mark: string) => {
    let at = held.indexOf(mark);
    while (at === -1) {
      const searched = Math.max(0, held.length - mark.length);
      if (!await take()) throw new Error(`The connection ended without "${mark}": "${held}"`);
      at = held.indexOf(mark, searched);
    }
    const text = held.slice(0, at + mark.length);
    held = held.slice(text.length);
    return text;
  };
  const close = () => {
    if (open) connection.close();
    open = false;
  };

  const head = await until("\r\n\r\n");
  return {
    head,
    until,
    async rest() {
      while (await take());
      const text = held;
      held = "";
      return text;
    },
    close,
    [Symbol.dispose]: close,
  };
}
