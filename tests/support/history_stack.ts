/** A service with history, many lines to read from it, and what its streams start with. */
import type { NatsConnection } from "@nats-io/transport-deno";
import type { Reader } from "./clients/sse_reader.ts";
import { PATIENCE_MS } from "./patience.ts";
import { startHistoryServer, startHistoryService } from "./history.ts";
import { openStream, type Stack } from "./service.ts";

/** A line to store. */
export interface Line {
  readonly subject: string;
  readonly payload: string;
}

/** A line with its position in the stream. */
export interface NumberedLine {
  readonly id: string | undefined;
  readonly payload: string;
}

/** What a stream starts with. */
export interface History {
  /** The lines before the `live` event. */
  readonly lines: NumberedLine[];
  /** The reason of the `gap` event, if there is one. */
  readonly gap: string | undefined;
}

/** Starts a nats-server with an empty stream, and a service that reads history from it. */
export async function startHistoryStack(env: Record<string, string> = {}): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  const server = started.use(await startHistoryServer());
  const service = started.use(await startHistoryService(server, env));
  const { nats, publisher } = server;
  const all = started.move();
  return { nats, service, publisher, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Publishes lines, and resolves once the stream has stored them. */
export async function store(publisher: NatsConnection, lines: Iterable<Line>): Promise<void> {
  let last: Line | undefined;
  for (const line of lines) {
    if (last !== undefined) publisher.publish(last.subject, last.payload);
    last = line;
  }
  if (last !== undefined) {
    await publisher.request(last.subject, last.payload, { timeout: PATIENCE_MS });
  }
}

/** Reads up to the `live` event. */
export async function readHistory(reader: Reader): Promise<History> {
  const lines: NumberedLine[] = [];
  let gap: string | undefined;
  for (;;) {
    const event = await reader.next();
    if (event === undefined) throw new Error("The stream ended before it was live");
    if (event.event === undefined) lines.push({ id: event.id, payload: event.data });
    if (event.event === "gap") gap = JSON.parse(event.data).reason;
    if (event.event === "live") return { lines, gap };
  }
}

/** Opens a stream, reads up to the `live` event, and closes it. */
export async function fetchHistory(...request: Parameters<typeof openStream>): Promise<History> {
  await using reader = await openStream(...request);
  return await readHistory(reader);
}
