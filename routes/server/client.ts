/**
 * One client's connection: its requests, answered one after the other.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Span } from "@opentelemetry/api";
import type { Log } from "../../lib/telemetry/log.ts";
import { inSpan, takeRequestSpan } from "../../lib/telemetry/trace.ts";
import {
  type Bindings,
  hasBody,
  sendLast,
  sendResponse,
  sendStream,
  toRequest,
} from "./exchange.ts";

/** Answers one request. */
export type Handler = (request: Request, bindings: Bindings) => Response | Promise<Response>;

/** A request, and where its response goes. */
interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** The request's span, if requests are traced. */
  readonly span: Span | undefined;
}

/** How long a client may take to send a request's head, from its connection or the last response on. */
const REQUEST_SECONDS = 10;
/** How long answering a request may take, unless the response is a stream. */
const RESPONSE_SECONDS = 60;
/** How long a client may take to receive the end of a stream. */
const STREAM_LINGER_SECONDS = 10;
/** How long a client may take to receive the response to a request that is not read to its end. */
const REFUSAL_LINGER_SECONDS = 2;

/** Maximum number of requests that wait for their responses. Each takes some 15 KB. */
const MAX_PIPELINED = 16;
/** Maximum number of bytes that a client may send behind its request for a stream, such as empty lines. */
const MAX_BYTES_BEHIND_STREAM = 1_024;

/** The requests of one connection. */
export class Connection {
  readonly #socket: Socket;
  readonly #handler: Handler;
  readonly #log: Log;
  readonly #waiting: Exchange[] = [];
  #streaming = false;
  /** What the socket had received when the stream began. Bytes. */
  #received = 0;
  #refused: number | undefined;
  /** How long the client has taken so far for what is expected of it. */
  #seconds = 0;
  #maxSeconds = REQUEST_SECONDS;

  /** @param handler Answers each request. */
  constructor(socket: Socket, handler: Handler, log: Log) {
    this.#socket = socket;
    this.#handler = handler;
    this.#log = log;
    // This is how a client leaves. One that has only closed its own side still gets its other responses.
    socket.on("end", () => this.#streaming && socket.destroy());
  }

  /** Whether no request waits for its response. */
  get idle(): boolean {
    return this.#waiting.length === 0;
  }

  /** Counts a second in which this process ran, and closes the connection if the client has taken too long. */
  tick(): void {
    const { bytesRead } = this.#socket;
    const late = ++this.#seconds > this.#maxSeconds;
    const flooded = this.#streaming && bytesRead - this.#received > MAX_BYTES_BEHIND_STREAM;
    if (late || flooded) this.#socket.destroy();
  }

  /**
   * Answers a request once all before it have been answered. Nothing behind a stream ever is, so a
   * request there closes the connection rather than pile up.
   */
  take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    // The rest of what was read with a request too many is still parsed.
    if (this.#socket.destroyed) return;
    const waiting = this.#waiting.push({ incoming, outgoing, span: takeRequestSpan() });
    if (waiting > MAX_PIPELINED || this.#streaming) this.#socket.destroy();
    else if (waiting === 1) this.#answerAll();
  }

  /** Refuses what could not be read as a request, once all before it have been answered. */
  refuse(status: number): void {
    const socket = this.#socket;
    if (this.#streaming || !socket.writable) return void socket.destroy();
    // The parser now belongs to whichever connection comes next, which must get nothing from this one.
    socket.removeAllListeners("data");
    socket.removeAllListeners("end");
    socket.pause();
    this.#refused = status;
    if (this.idle) this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#answer(this.#waiting[0]!);
        // Deno ends the span only if all of the response was sent.
        this.#waiting.shift()!.span?.end();
      }
      if (this.#refused === undefined) this.#expectWithin(REQUEST_SECONDS);
      else await this.#sendLast(new Response(null, { status: this.#refused }));
    } catch (error) {
      this.#log.error("response not sent", { reason: String(error) });
      this.#socket.destroy();
    }
  }

  async #answer({ incoming, outgoing, span }: Exchange): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return;
    this.#expectWithin(RESPONSE_SECONDS);
    const request = toRequest(incoming);
    if (request === undefined) return await this.#sendLast(new Response(null, { status: 400 }));
    const body = hasBody(request.headers);
    if (body) socket.pause();
    const completed = new Promise<void>((resolve) => outgoing.once("close", resolve));
    const closeSoon = () => this.#expectWithin(STREAM_LINGER_SECONDS);
    const response = await inSpan(span, () => this.#handler(request, { completed, closeSoon }));
    this.#streaming = response.headers.has("transfer-encoding");
    // Nothing behind a stream is answered, and a client that has closed its side has left.
    const followed = this.#waiting.length > 1 || this.#refused !== undefined;
    if (this.#streaming && (followed || socket.readableEnded)) socket.destroy();
    if (socket.destroyed) return await response.body?.cancel();
    if (body) return await this.#sendLast(response);
    if (this.#streaming) {
      this.#received = socket.bytesRead;
      this.#expectWithin(Infinity);
      sendStream(incoming, outgoing, response, closeSoon);
    } else {
      await sendResponse(incoming, outgoing, response);
    }
    await completed;
  }

  async #sendLast(response: Response): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#socket.once("close", resolve));
    this.#expectWithin(REFUSAL_LINGER_SECONDS);
    await sendLast(this.#socket, response);
    await closed;
  }

  #expectWithin(seconds: number): void {
    this.#seconds = 0;
    this.#maxSeconds = seconds;
  }
}
