/**
 * Requests and responses between `node:http` and the Fetch API.
 *
 * @module
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** What a handler is told besides the request. */
export interface Bindings {
  /** Resolves once the response has been sent or its connection is closed. */
  readonly completed: Promise<void>;
  /** Closes the connection after a few seconds, even if the client takes nothing more. */
  readonly closeSoon: () => void;
}

/** Maximum number of a request's headers. */
const MAX_HEADERS = 128;

const CR = 0x0d;
const LF = 0x0a;

/** A request as it was sent: the Fetch API would resolve `..` and `\` in its URL, and takes no TRACE. */
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
 * The request that was received, without its body; `undefined` if its version, target or `Host` is not one of
 * HTTP/1.0 or HTTP/1.1, or if it has too many headers.
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
  // Two of them are joined with a comma (RFC 9112, section 3.2).
  return /^[\w.:[\]-]*$/.test(host) ? request : undefined;
}

/** The path and query of a request target (RFC 9112, section 3.2); `undefined` if it has none. */
function toPath(target: string): string | undefined {
  if (target.startsWith("/")) return target;
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target)?.[0];
  if (absolute === undefined) return undefined;
  const path = target.slice(absolute.length);
  return path.startsWith("/") ? path : `/${path}`;
}

/** Whether a body follows the head of the request with these headers (RFC 9112, section 6.3). */
export function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) !== 0;
}

/**
 * Sends `response` as the last one of its connection, and reads nothing more: closing a socket with unread bytes
 * resets the connection, and the client might lose the response, so the caller gives it time first.
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
 * Sends `response` with its length.
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
 * Sends a stream, and closes the connection after it. A chunk is taken from the stream only once the
 * kernel has taken the one before, so that nothing waits here that the stream does not know of.
 *
 * @param onEnd The stream has ended, and its client has yet to take the rest.
 */
export function sendStream(
  { httpVersion, socket }: IncomingMessage,
  outgoing: ServerResponse,
  response: Response,
  onEnd: () => void,
): void {
  const chunked = httpVersion === "1.1";
  const fields = fieldsOf(response);
  if (!chunked) fields.splice(fields.indexOf("transfer-encoding"), 2);
  // By default an HTTP/1.0 client that sends TE gets its first chunk framed, and only that one.
  outgoing.useChunkedEncodingByDefault = chunked;
  outgoing.shouldKeepAlive = false;
  outgoing.writeHead(response.status, fields);
  const reader = response.body!.getReader();
  // Past the response, whose own write() makes four buffers of a chunk. Its first one sends the head too.
  let first = true;
  const write = (chunk: Uint8Array) => {
    if (first) outgoing.write(chunk, read);
    else if (chunked) writeChunk(socket, chunk, read);
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

/** From this size on, a chunk is not copied into its frame. Three buffers take some 3 µs more than one. */
const LARGE_CHUNK_BYTES = 16_384;

/** The frame of the chunk that was sent last. */
let framed: { readonly chunk: Uint8Array; readonly bytes: Uint8Array } | undefined;

/** Writes `chunk` in the chunked transfer coding (RFC 9112, section 7.1). */
function writeChunk(socket: Socket, chunk: Uint8Array, onWritten: (error?: Error | null) => void) {
  if (chunk.length >= LARGE_CHUNK_BYTES) {
    socket.cork();
    socket.write(`${chunk.length.toString(16)}\r\n`, "latin1");
    socket.write(chunk);
    socket.write("\r\n", "latin1", onWritten);
    socket.uncork();
    return;
  }
  // The readers of one line get the same chunk one after the other.
  if (framed?.chunk !== chunk) framed = { chunk, bytes: frame(chunk) };
  socket.write(framed.bytes, onWritten);
}

function frame(chunk: Uint8Array): Uint8Array {
  const size = chunk.length.toString(16);
  const bytes = new Uint8Array(size.length + chunk.length + 4);
  let at = 0;
  for (; at < size.length; at++) bytes[at] = size.charCodeAt(at);
  bytes[at++] = CR;
  bytes[at++] = LF;
  bytes.set(chunk, at);
  bytes[at += chunk.length] = CR;
  bytes[at + 1] = LF;
  return bytes;
}
