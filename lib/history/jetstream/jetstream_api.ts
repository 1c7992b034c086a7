/**
 * Requests to JetStream, and how they fail.
 *
 * @module
 */
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";

/** Maximum time that JetStream may take to answer. */
export const ANSWER_TIMEOUT_MS = 5_000;

/** JetStream cannot be asked now. The request may be repeated. */
export class HistoryUnavailableError extends Error {
  override readonly name: string = "HistoryUnavailableError";
}

/** The stream does not exist, at least not now. */
export class HistoryStreamMissingError extends HistoryUnavailableError {
  override readonly name = "HistoryStreamMissingError";
}

/**
 * Asks JetStream.
 *
 * @param timeout Maximum time until each answer, in milliseconds.
 * @throws {HistoryUnavailableError} If it does not answer, or cannot answer now.
 * @throws {JetStreamApiError} If it refuses the request.
 *
 * @example
 * ```ts
 * const info = await askJetStream(connection, (api) => api.streams.info("LOGS"));
 * ```
 */
export async function askJetStream<T>(
  connection: NatsConnection | undefined,
  ask: (api: JetStreamManager) => Promise<T>,
  timeout = ANSWER_TIMEOUT_MS,
): Promise<T> {
  if (connection === undefined) throw new HistoryUnavailableError("NATS is not connected");
  try {
    return await ask(await jetstreamManager(connection, { checkAPI: false, timeout }));
  } catch (error) {
    throw toHistoryError(error);
  }
}

function toHistoryError(error: unknown): unknown {
  const cause = { cause: error };
  if (error instanceof JetStreamApiError) {
    if (error.code === JetStreamApiCodes.StreamNotFound) {
      return new HistoryStreamMissingError("the stream does not exist", cause);
    }
    // 503 is what a cluster without a leader answers.
    return error.status === 503 ? new HistoryUnavailableError(error.message, cause) : error;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new HistoryUnavailableError(`JetStream does not answer: ${reason}`, cause);
}
