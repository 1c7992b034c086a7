/**
 * Converts requests and responses between `node:http` and the Fetch API.
 *
 * @module
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ChunkWriter } from "./chunk_writer.ts";

/** Answers one request. */
export type RequestHandler = (
  request: Request,
  bindings: Bindings,
) => Response | Promise<Response>;

/** What a handler gets besides the request. */
export interface Bindings {
  /** Resolves once the response has been sent or the connection is closed. */
  readonly completed: Promise<void>;
  /** Closes the connection after a few seconds, even if the client receives nothing more. */
  readonly closeSoon: () => void;
}

/** Maximum number of headers of a request. */
const MAX_HEADERS = 128;

/** A request as it was sent. The Fetch API would resolve `..` and `\` in the URL, and rejects TRACE. */
class IncomingRequest extends Request {
  readonly #method: string;
  readonly #url: string;

  constructor(method: string, path: string) {
    super("http://localhost/");
    this.#method = method;
    this.#url = `http://localhost${path}`;
  }

  override get method(): string {
    return this.#method;
  }

  override get url(): string {
    return this.#url;
  }
}

/**
 * Returns the request that was received, without its body; `undefined` if its version, target or `Host`
 * is not valid in HTTP/1.0 and HTTP/1.1, or if it has too many headers.
 */
export function toRequest(incoming: IncomingMessage): Request | undefined {
  const { url, method, rawHeaders, httpVersion, httpVersionMajor } = incoming;
  const path = toPath(url!);
  if (path === undefined || httpVersionMajor !== 1) return undefined;
  if (rawHeaders.length > 2 * MAX_HEADERS) return undefined;
  const request = new IncomingRequest(method!, path);
  const { headers } = request;
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  const host = headers.get("host");
  if (host === null) return httpVersion === "1.0" ? request : undefined;
  // Several Host headers are joined with a comma, which is rejected (RFC 9112, section 3.2).
  return /^[\w.:[\]-]*$/.test(host) ? request : undefined;
}

/** Returns the path and query of a request target (RFC 9112, section 3.2); `undefined` if it has none. */
function toPath(target: string): string | undefined {
  if (target.startsWith("/")) return target;
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target)?.[0];
  if (absolute === undefined) return undefined;
  const path = target.slice(absolute.length);
  return path.startsWith("/") ? path : `/${path}`;
}

/** Returns whether a request with these headers has a body (RFC 9112, section 6.3). */
export function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) !== 0;
}

/**
 * Sends `response` as the last one of its connection, and reads nothing more. Closing a socket with
 * unread bytes resets the connection, and the client might lose the response, so the caller must wait
 * before it closes the socket.
 */
export async function sendLast(socket: Socket, response: Response): Promise<void> {
  socket.pause();
  const { status, headers } = response;
  const body = await response.bytes();
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, "Connection: close"];
  headers.forEach((value, name) => head.push(`${name}: ${value}`));
  head.push(`Date: ${new Date().toUTCString()}`, `Content-Length: ${body.length}`, "", "");
  socket.write(head.join("\r\n"));
  socket.end(body);
}

/**
 * Sends `response` with a `Content-Length`.
 *
 * @throws {Error} If the body cannot be read.
 */
export async function sendResponse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: Response,
): Promise<void> {
  const { status, headers, body } = response;
  const fields = fieldsOf(response);
  if (headers.has("content-length")) {
    outgoing.writeHead(status, fields);
    for await (const chunk of body ?? []) outgoing.write(chunk);
    outgoing.end();
    return;
  }
  const bytes = await response.bytes();
  const bodiless = incoming.method === "HEAD" || status === 204 || status === 304;
  if (!bodiless) fields.push("content-length", String(bytes.length));
  outgoing.writeHead(status, fields);
  outgoing.end(bytes);
}

/**
 * Sends a stream and then closes the connection. A chunk is read from the stream only once the kernel
 * has accepted the previous one, so that nothing is buffered here without the stream's knowledge.
 *
 * @param onEnd Called once the stream has ended. The client may not have received everything yet.
 */
export function sendStream(
  { httpVersion, socket }: IncomingMessage,
  outgoing: ServerResponse,
  response: Response,
  chunks: ChunkWriter,
  onEnd: () => void,
): void {
  const chunked = httpVersion === "1.1";
  const fields = fieldsOf(response);
  if (!chunked) fields.splice(fields.indexOf("transfer-encoding"), 2);
  // By default, an HTTP/1.0 client that sends TE gets its first chunk, and only that, with a frame.
  outgoing.useChunkedEncodingByDefault = chunked;
  outgoing.shouldKeepAlive = false;
  outgoing.writeHead(response.status, fields);
  const reader = response.body!.getReader();
  // Only the first chunk goes through the response, which sends the head with it. Its write() makes four
  // buffers of each chunk.
  let first = true;
  const write = (chunk: Uint8Array) => {
    if (first) outgoing.write(chunk, read);
    else if (chunked) chunks.write(socket, chunk, read);
    else socket.write(chunk, read);
    first = false;
  };
  const end = () => {
    if (socket.destroyed) return;
    outgoing.end();
    onEnd();
  };
  const read = (error?: Error | null) => {
    if (error) return;
    reader.read().then(({ done, value }) => {
      if (done) end();
      else write(value);
    }, end);
  };
  socket.once("close", () => reader.cancel().catch(() => {}));
  read();
}

function fieldsOf({ headers }: Response): string[] {
  const fields: string[] = [];
  headers.forEach((value, name) => fields.push(name, value));
  return fields;
}
