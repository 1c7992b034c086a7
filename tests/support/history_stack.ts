/** The service with history: a nats-server with JetStream, and the stream that it reads from. */
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { createHistoryStream, STREAM } from "../../tools/history_stream.ts";
import { startNatsServer } from "../../tools/nats_server.ts";
import { read, type Reader } from "./clients/sse_reader.ts";
import { assertEventually } from "./patience.ts";
import { logsUrl, openStream, type Service, type Stack, startService } from "./service.ts";

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
  const nats = started.use(await startNatsServer({ jetstream: true }));
  const publisher = await connect({ servers: nats.url });
  started.defer(() => publisher.close());
  await createHistoryStream(publisher);
  const service = started.use(
    await startService({ NATS_URL: nats.url, HISTORY_STREAM: STREAM, ...env }),
  );
  await service.logged(({ msg }) => msg === "NATS connected");
  await awaitHistory(service);
  const all = started.move();
  return { nats, service, publisher, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Resolves once streams of the service have history. */
export async function awaitHistory(service: Service): Promise<void> {
  await assertEventually(async () => {
    await using reader = await read(await logsUrl(service, { app: "unused" }));
    return (await reader.control("ready")).history;
  }, true);
}

/** Publishes lines, and resolves once the stream has stored them. */
export async function store(publisher: NatsConnection, lines: Iterable<Line>): Promise<void> {
  let last: Line | undefined;
  for (const line of lines) {
    if (last !== undefined) publisher.publish(last.subject, last.payload);
    last = line;
  }
  if (last !== undefined) await publisher.request(last.subject, last.payload);
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
