/**
 * A request to JetStream that several messages answer: lines, and a status that ends them.
 *
 * @module
 */
import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-deno";
import { ANSWER_TIMEOUT_MS, HistoryUnavailableError } from "../jetstream_api.ts";
import type { StoredLine } from "../scope_reader.ts";

/** Maximum number of lines in a batch. */
export const BATCH_LINES = 256;
/** Size of a batch, in bytes, which a reader that stalls holds in memory. A single line may be larger. */
export const BATCH_BYTES = 65_536;

/** A stored line, and how many follow. */
export interface CountedLine extends StoredLine {
  /** Number of lines in the scope after this one. */
  readonly remaining: number;
}

/** What a request was answered with. */
export interface Batch {
  readonly lines: readonly CountedLine[];
  /** Status code that ended the lines; `undefined` if there are as many as requested. */
  readonly status: number | undefined;
}

/** What to ask for. */
export interface BatchRequest {
  /** Subject of the request. */
  readonly subject: string;
  /** The request, which is sent as JSON. */
  readonly body: unknown;
  /** Number of lines after which the batch is complete without a status; `undefined` if one follows. */
  readonly count?: number;
  /** Returns the line in a message; `undefined` if the message is a status. */
  readonly toLine: (message: Msg) => CountedLine | undefined;
}

/**
 * Resolves to the lines.
 *
 * @throws {HistoryUnavailableError} If JetStream does not answer.
 */
export function requestBatch(
  connection: NatsConnection,
  { subject, body, count, toLine }: BatchRequest,
): Promise<Batch> {
  const lines: CountedLine[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Batch>();
  const fail = () => reject(new HistoryUnavailableError("JetStream does not answer"));
  const timer = setTimeout(fail, ANSWER_TIMEOUT_MS);
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null) return reject(new HistoryUnavailableError(error.message));
      const line = toLine(message);
      if (line === undefined) return resolve({ lines, status: message.headers?.code ?? 0 });
      lines.push(line);
      if (lines.length === count) resolve({ lines, status: undefined });
    },
  });
  try {
    connection.publish(subject, JSON.stringify(body), { reply: inbox });
  } catch {
    fail(); // The connection is closed.
  }
  return promise.finally(() => {
    clearTimeout(timer);
    subscription.unsubscribe();
  });
}
