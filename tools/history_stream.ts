/**
 * The JetStream stream that the demo, the tests and the benchmark read history from.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-deno";
import { historyStreamConfig, putHistoryStream } from "./create_history_stream.ts";

/** The name of the stream: the value of `HISTORY_STREAM`. */
export const STREAM = "logs";

/** Creates the stream {@linkcode STREAM}, which stores and republishes everything below `logs.`. */
export async function createHistoryStream(connection: NatsConnection): Promise<void> {
  await putHistoryStream(connection, historyStreamConfig({ name: STREAM, subject: "logs.>" }));
}
