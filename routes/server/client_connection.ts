/**
 * The connection of a client, whose requests are answered one after the other.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Span } from "@opentelemetry/api";
import type { Log } from "../../lib/telemetry/log.ts";
import { inSpan, takeRequestSpan } from "../../lib/telemetry/trace.ts";
import type { ChunkWriter } from "./chunk_writer.ts";
import {
  hasBody,
  type RequestHandler,
  sendLast,
  sendResponse,
  sendStream,
  toRequest,
} from "./exchange.ts";

/** What all connections of a server share. */
export interface ServerParts {
  /** Answers each request. */
  readonly handler: RequestHandler;
  readonly chunks: ChunkWriter;
  readonly log: Log;
}

/** A request and its response. */
interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** The request's span, if requests are traced. */
  readonly span: Span | undefined;
}

/** How long a client may take to send the head of a request, after it has connected or got a response. */
const REQUEST_SECONDS = 10;
/** How long a request may take to be answered, unless the response is a stream. */
const RESPONSE_SECONDS = 60;
/** How long a client may take to receive the end of a stream. */
const STREAM_LINGER_SECONDS = 10;
/** How long a client may take to receive the response to a request that is not read completely. */
const REFUSAL_LINGER_SECONDS = 2;

/** Maximum number of requests that wait for their responses. Each takes about 15 KB. */
const MAX_PIPELINED = 16;
/** Maximum number of bytes, such as empty lines, that a client may send after its request for a stream. */
const MAX_BYTES_AFTER_REQUEST = 1_024;

/** Answers the requests of one connection. */
export class ClientConnection {
  readonly #socket: Socket;
  readonly #parts: ServerParts;
  readonly #waiting: Exchange[] = [];
  #streaming = false;
  /** Number of bytes that the socket had received when the stream started. */
  #received = 0;
  /** Status of the response to bytes that cannot be parsed as a request, if there are any. */
  #refused: number | undefined;
  /** How long the client has taken so far for the current step. */
  #seconds = 0;
  #maxSeconds = REQUEST_SECONDS;

  /** Starts to wait for the first request. */
  constructor(socket: Socket, parts: ServerParts) {
    this.#socket = socket;
    this.#parts = parts;
    // A client that closes its side ends its stream, but still gets all other responses.
    socket.on("end", () => this.#streaming && socket.destroy());
  }

  /** Whether no request is waiting for its response. */
  get idle(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * Counts one second in which this process was running. Closes the connection if the client has taken
   * too long or sent too much.
   */
  tick(): void {
    const { bytesRead } = this.#socket;
    const late = ++this.#seconds > this.#maxSeconds;
    const flooded = this.#streaming && bytesRead - this.#received > MAX_BYTES_AFTER_REQUEST;
    if (late || flooded) this.#socket.destroy();
  }

  /**
   * Answers a request after all previous ones. A request after a stream would never be answered, so it
   * closes the connection.
   */
  take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    // The parser continues with bytes that were read before the socket was destroyed.
    if (this.#socket.destroyed) return;
    const waiting = this.#waiting.push({ incoming, outgoing, span: takeRequestSpan() });
    if (waiting > MAX_PIPELINED || this.#streaming) this.#socket.destroy();
    else if (waiting === 1) this.#answerAll();
  }

  /** Responds to bytes that cannot be parsed as a request, after all previous requests. */
  refuse(status: number): void {
    const socket = this.#socket;
    if (this.#streaming || !socket.writable) return void socket.destroy();
    // The parser is reused for another connection, which must not get any bytes of this one.
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
        // Deno only ends the span if the whole response was sent.
        this.#waiting.shift()!.span?.end();
      }
      if (this.#refused === undefined) this.#expectWithin(REQUEST_SECONDS);
      else await this.#sendLast(new Response(null, { status: this.#refused }));
    } catch (error) {
      this.#parts.log.error("response not sent", { reason: String(error) });
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
    const response = await inSpan(
      span,
      () => this.#parts.handler(request, { completed, closeSoon }),
    );
    this.#streaming = response.headers.has("transfer-encoding");
    // A request after a stream is never answered, and a client that has closed its side has left.
    const followed = this.#waiting.length > 1 || this.#refused !== undefined;
    if (this.#streaming && (followed || socket.readableEnded)) socket.destroy();
    if (socket.destroyed) return await response.body?.cancel();
    if (body) return await this.#sendLast(response);
    if (this.#streaming) {
      this.#received = socket.bytesRead;
      this.#expectWithin(Infinity);
      sendStream(incoming, outgoing, response, this.#parts.chunks, closeSoon);
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
