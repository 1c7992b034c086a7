/** A reader of `/logs` with a standard-conforming SSE parser. */
import { createParser, type EventSourceMessage } from "npm:eventsource-parser@^3";
import { PATIENCE_MS } from "../patience.ts";

/** An open stream, read event by event. */
export interface Reader extends AsyncDisposable {
  readonly response: Response;
  /** The next event; `undefined` if the stream has ended. Comments are skipped. */
  next(): Promise<EventSourceMessage | undefined>;
  /** The next log line; control events before it are skipped. */
  line(): Promise<string | undefined>;
  /** The data of the next control event of this name; everything before it is skipped. */
  control(event: string): Promise<Record<string, unknown>>;
  /** All remaining events until the stream ends. */
  rest(): Promise<EventSourceMessage[]>;
  /** Comments received so far. */
  readonly comments: string[];
  /** Closes the connection, as a client that leaves does. */
  close(): Promise<void>;
}

/** Opens a stream and waits for the head of the response. */
export async function read(
  url: string | URL,
  init?: RequestInit & { client?: Deno.HttpClient },
): Promise<Reader> {
  const abort = new AbortController();
  const response = await fetch(url, { ...init, signal: abort.signal });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onComment: (comment) => void comments.push(comment),
  });
  const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => {
    const timer = setTimeout(() => abort.abort(new Error("No event within a minute")), PATIENCE_MS);
    try {
      while (events.length === 0) {
        const { done, value } = await chunks.read();
        if (done) return undefined;
        parser.feed(value);
      }
      return events.shift();
    } finally {
      clearTimeout(timer);
    }
  };
  const close = async () => {
    abort.abort();
    await chunks.cancel().catch(() => {});
  };
  return {
    response,
    comments,
    next,
    async line() {
      for (;;) {
        const event = await next();
        if (event === undefined || event.event === undefined) return event?.data;
      }
    },
    async control(name) {
      for (;;) {
        const event = await next();
        if (event === undefined) throw new Error(`The stream ended without "${name}"`);
        if (event.event === name) return JSON.parse(event.data);
      }
    },
    async rest() {
      const all: EventSourceMessage[] = [];
      for (let event = await next(); event !== undefined; event = await next()) all.push(event);
      return all;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Parses complete events. */
export function parseEvents(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => void events.push(event) }).feed(text);
  return events;
}

/** An event's name (`undefined` for a log line) and its data, without the time in a `status`. */
export type NamedData = [event: string | undefined, data: string];

/** The two `status` events. */
export const DISCONNECTED: NamedData = ["status", `{"nats":"disconnected"}`];
export const CONNECTED: NamedData = ["status", `{"nats":"connected","recovered":false}`];

/** Resolves to the next event; throws if the stream has ended. */
export async function take(reader: Reader): Promise<NamedData> {
  const event = await reader.next();
  if (event === undefined) throw new Error("The stream has ended");
  return [event.event, event.data.replace(/,"at":"\d{4}-\d\d-\d\dT[\d:.]+Z"/, "")];
}
