/**
 * Consumers that the server deletes by itself if nobody reads from them.
 *
 * @module
 */
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";
import { askJetStream, HistoryUnavailableError } from "../jetstream_api.ts";

/** Time after which the server deletes a consumer that nobody reads from. */
const INACTIVE_NS = 60e9;
/**
 * Maximum time that the creation of a consumer may take, and number of attempts. A cluster of nats-server 2.9
 * chooses a server at random, even one that is down and never answers.
 */
const CREATE_TIMEOUT_MS = 1_000;
const CREATE_ATTEMPTS = 4;

/**
 * Creates a pull consumer.
 *
 * @throws {HistoryUnavailableError} If JetStream does not answer.
 */
export async function createConsumer(
  connection: NatsConnection,
  stream: string,
  config: Partial<ConsumerConfig>,
): Promise<ConsumerInfo> {
  const full = {
    ack_policy: AckPolicy.None,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: INACTIVE_NS,
    ...config,
  };
  for (let attempt = 1;; attempt++) {
    try {
      return await askJetStream(
        connection,
        (api) => api.consumers.add(stream, full),
        CREATE_TIMEOUT_MS,
      );
    } catch (error) {
      const retry = error instanceof HistoryUnavailableError && !connection.isClosed();
      if (!retry || attempt === CREATE_ATTEMPTS) throw error;
    }
  }
}

/** Deletes a consumer. If this fails, the server deletes it later. */
export function deleteConsumer(connection: NatsConnection, stream: string, name: string): void {
  askJetStream(connection, (api) => api.consumers.delete(stream, name)).catch(() => {});
}

/** Returns the configuration of a consumer whose first line is the one at `sequence` or after it. */
export function startAt(sequence: number): Partial<ConsumerConfig> {
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: sequence };
}
