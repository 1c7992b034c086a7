/**
 * One client's connection: its requests, answered one after the other.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Span } from "@opentelemetry/api";
import { inSpan, takeRequestSpan } from "../lib/trace.ts";
import {
  type Bindings,
  closeSoon,
  hasBody,
  sendLast,
  sendResponse,
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

/** Maximum number of requests that wait for their responses. Each takes some 15 KB. */
const MAX_PIPELINED = 16;

/** The requests of one connection. */
export class Connection {
  readonly #socket: Socket;
  readonly #handler: Handler;
  readonly #waiting: Exchange[] = [];
  #streaming = false;
  #refused: number | undefined;

  /** @param handler Answers each request. */
  constructor(socket: Socket, handler: Handler) {
    this.#socket = socket;
    this.#handler = handler;
  }

  /** Whether no request waits for its response. */
  get idle(): boolean {
    return this.#waiting.length === 0;
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
    if (this.#streaming || !this.#socket.writable) return void this.#socket.destroy();
    this.#refused = status;
    if (this.idle) this.#sendRefusal(status);
  }

  async #answerAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#answer(this.#waiting[0]!);
      // Deno ends the span only if all of the response was sent.
      this.#waiting.shift()!.span?.end();
    }
    if (this.#refused !== undefined) this.#sendRefusal(this.#refused);
  }

  async #answer({ incoming, outgoing, span }: Exchange): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const request = tryToRequest(incoming);
    if (request === undefined) return await this.#sendRefusal(400);
    const body = hasBody(request.headers);
    if (body) socket.pause();
    const completed = new Promise<void>((resolve) => outgoing.once("close", resolve));
    const bindings = { completed, closeSoon: () => closeSoon(socket) };
    const response = await inSpan(span, () => this.#handler(request, bindings));
    this.#streaming = response.headers.has("transfer-encoding");
    if (this.#streaming && this.#waiting.length > 1) socket.destroy();
    if (socket.destroyed) return await response.body?.cancel();
    if (body) await sendLast(socket, response);
    else await sendResponse(incoming, outgoing, response);
    await completed;
  }

  async #sendRefusal(status: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#socket.once("close", resolve));
    await sendLast(this.#socket, new Response(null, { status }));
    await closed;
  }
}

function tryToRequest(incoming: IncomingMessage): Request | undefined {
  try {
    return toRequest(incoming);
  } catch {
    return undefined;
  }
}
