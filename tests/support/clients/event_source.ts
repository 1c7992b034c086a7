/** An `EventSource` that follows the HTML standard; Deno has none. */
import { createParser } from "npm:eventsource-parser@^3";

/** An event as an EventSource dispatches it. */
export interface ServerEvent {
  /** The event's name; `undefined` for an unnamed event. */
  readonly event?: string | undefined;
  readonly data: string;
  /** The event's own `id`. */
  readonly id?: string | undefined;
}

/** The reconnection time until the server sends another one, in milliseconds. */
const RECONNECT_MS = 2_000;

/**
 * Follows the algorithm of the HTML standard: reconnects with `Last-Event-ID` whenever the connection
 * is lost, and stops for good if a response is not a stream.
 */
export class TestEventSource {
  /** Resolves to the status of the response that ended it, or to 0 after {@linkcode close}. */
  readonly closed: Promise<number>;
  readonly #url: string;
  readonly #onEvent: (event: ServerEvent) => void;
  readonly #closing = new AbortController();
  #reconnectMs = RECONNECT_MS;
  #lastEventId = "";
  /** The number of connections so far. */
  connections = 0;

  /** Connects. */
  constructor(url: string, onEvent: (event: ServerEvent) => void) {
    this.#url = url;
    this.#onEvent = onEvent;
    this.closed = this.#run();
  }

  /** Disconnects; no event follows. */
  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<number> {
    const { signal } = this.#closing;
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    while (!signal.aborted) {
      const status = await this.#connect(client).catch(() => undefined);
      if (status !== undefined) return status;
      await pause(this.#reconnectMs, signal);
    }
    return 0;
  }

  /** Resolves to the status of a response that is not a stream, or to `undefined` when a stream ends. */
  async #connect(client: Deno.HttpClient): Promise<number | undefined> {
    const { signal } = this.#closing;
    const headers = {
      Accept: "text/event-stream",
      ...(this.#lastEventId !== "" && { "Last-Event-ID": this.#lastEventId }),
    };
    this.connections++;
    const response = await fetch(this.#url, { headers, client, signal });
    const type = response.headers.get("Content-Type") ?? "";
    if (response.status !== 200 || !type.startsWith("text/event-stream")) {
      await response.body?.cancel();
      return response.status;
    }
    const parser = createParser({
      onEvent: (event) => {
        if (signal.aborted) return;
        if (event.id !== undefined) this.#lastEventId = event.id;
        this.#onEvent(event);
      },
      onRetry: (time) => void (this.#reconnectMs = time),
    });
    const decoder = new TextDecoder();
    const reader = response.body!.getReader();
    // A read that is pending is not aborted with the request.
    const cancel = () => void reader.cancel().catch(() => {});
    signal.addEventListener("abort", cancel);
    try {
      for (let chunk; !(chunk = await reader.read()).done;) {
        parser.feed(decoder.decode(chunk.value, { stream: true }));
      }
    } finally {
      signal.removeEventListener("abort", cancel);
    }
    return undefined;
  }
}

function pause(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, time);
    signal.addEventListener("abort", done);
  });
}
