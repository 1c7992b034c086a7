import { within } from "../patience.ts";
/**
 * A reader of `/logs` on a bare socket, which takes no byte more than it is told to take.
 *
 * @module
 */

/** An open response. */
export interface RawReader extends Disposable {
  /** The response's head, the status line first. */
  readonly head: string;
  /** Takes no more bytes than it needs; resolves to the body from here to the end of `mark`. */
  until(mark: string): Promise<string>;
  /** Takes all that is left; resolves to the body from here to the connection's end. */
  rest(): Promise<string>;
  /** Closes the connection, as a process that dies does. */
  close(): void;
}

/**
 * Asks for `url` and takes the response's head. The request is HTTP/1.0, whose responses have no
 * framing that would have to be undone: the body ends where the connection does.
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
    const count = await within(connection.read(buffer), `The stream is silent after "${held}"`);
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
