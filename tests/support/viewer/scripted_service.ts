/**
 * A service whose streams a test writes by hand, for what the real one does only after hours, or never.
 *
 * @module
 */
import { within } from "../patience.ts";

/** A request, and its response. */
export interface ScriptedStream {
  /** The request's URL. */
  readonly url: URL;
  readonly headers: Headers;
  /** Whether the client has closed the stream. */
  readonly closed: Promise<void>;
  /** Sends an event; without a name, a line. */
  send(data: string, event?: string, id?: number): void;
  /** Sends `ready`. */
  ready(data?: Record<string, unknown>, id?: number): void;
  /** Sends a keepalive. */
  keepalive(): void;
  /** Cuts the stream off. */
  cut(): void;
}

const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "Authorization",
};

/** Listens on a free port. */
export class ScriptedService implements AsyncDisposable {
  /** Requests that no test has taken yet. */
  readonly #waiting: ScriptedStream[] = [];
  readonly #takers: ((stream: ScriptedStream) => void)[] = [];
  readonly #open = new Set<ScriptedStream>();
  readonly #server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => this.#respond(request),
  );

  /** URL of the streams. */
  get src(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/logs`;
  }

  /** Resolves to the next request. */
  next(): Promise<ScriptedStream> {
    const stream = this.#waiting.shift();
    if (stream !== undefined) return Promise.resolve(stream);
    return within(new Promise((resolve) => this.#takers.push(resolve)), "There was no request");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#open) stream.cut();
    await this.#server.shutdown();
  }

  #respond(request: Request): Response {
    if (request.method === "OPTIONS") return new Response(null, { headers: CORS });
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (created) => void (controller = created),
      cancel: () => end(),
    });
    const end = () => {
      this.#open.delete(stream);
      close();
    };
    const write = (text: string) => controller.enqueue(new TextEncoder().encode(text));
    const stream: ScriptedStream = {
      url: new URL(request.url),
      headers: request.headers,
      closed,
      send(data, event, id) {
        const fields = { id, event, data };
        const lines = Object.entries(fields).filter(([, value]) => value !== undefined);
        write(lines.map(([name, value]) => `${name}: ${value}\n`).join("") + "\n");
      },
      ready(data = {}, id) {
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
        const all = { app: "web", subject: "logs.web.>", expiresAt, ...data };
        stream.send(JSON.stringify(all), "ready", id);
      },
      keepalive: () => write(": keepalive\n\n"),
      cut: () => {
        if (this.#open.delete(stream)) controller.close();
      },
    };
    this.#open.add(stream);
    const taker = this.#takers.shift();
    if (taker === undefined) this.#waiting.push(stream);
    else taker(stream);
    return new Response(body, { headers: { "Content-Type": "text/event-stream", ...CORS } });
  }
}
