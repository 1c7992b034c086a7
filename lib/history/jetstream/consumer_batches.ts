/**
 * Reads lines with ephemeral pull consumers: any nats-server with JetStream.
 *
 * @module
 */
import { AckPolicy, type ConsumerConfig, DeliverPolicy } from "@nats-io/jetstream";
import type { Msg, NatsConnection } from "@nats-io/transport-deno";
import { BATCH_BYTES, BATCH_LINES, type CountedLine, requestBatch } from "./batch_request.ts";
import { askJetStream, HistoryUnavailableError } from "./jetstream_api.ts";
import type { LineBatches } from "./line_batches.ts";

/** Time after which the server deletes a consumer that nobody reads from. */
const INACTIVE_NS = 60e9;
/** Maximum size of a message without its payload and its publisher's headers: two subjects. */
const OVERHEAD_BYTES = 8_192;

const NO_MESSAGES = 404;
const REQUEST_ENDED = 408;
const CONFLICT = 409;

/** A consumer on the server. */
interface OpenConsumer {
  readonly name: string;
  /** Sequence number from which its next lines are. */
  next: number;
}

/** A consumer exists only while its lines are being read. */
export class ConsumerBatches implements LineBatches {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  readonly #filter: string;
  #consumer: OpenConsumer | undefined;
  /** Number of lines to request, which depends on the size of those before. */
  #lines = BATCH_LINES;

  constructor(connection: NatsConnection, stream: string, filter: string) {
    this.#connection = connection;
    this.#stream = stream;
    this.#filter = filter;
  }

  async count(sequence: number): Promise<number> {
    return (await this.#open(sequence)).pending;
  }

  async sequenceAt(time: number): Promise<number> {
    const { delivered, name } = await this.#create({
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(time).toISOString(),
    });
    this.#delete(name);
    return delivered + 1;
  }

  async read(sequence: number): Promise<readonly CountedLine[]> {
    if (this.#consumer?.next !== sequence) await this.#open(sequence);
    const consumer = this.#consumer!;
    // If this request fails, it is unknown how many lines the consumer has delivered.
    this.#consumer = undefined;
    const lines = await this.#pull(consumer.name);
    const last = lines.at(-1);
    if (last?.remaining === 0) {
      this.#delete(consumer.name);
    } else {
      this.#consumer = { ...consumer, next: last === undefined ? sequence : last.sequence + 1 };
    }
    return lines;
  }

  close(): void {
    if (this.#consumer !== undefined) this.#delete(this.#consumer.name);
    this.#consumer = undefined;
  }

  /** Opens a consumer that starts at `sequence`. */
  async #open(sequence: number): Promise<{ pending: number }> {
    this.close();
    const { name, pending } = await this.#create({
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: sequence,
    });
    this.#consumer = { name, next: sequence };
    return { pending };
  }

  async #create(config: Partial<ConsumerConfig>) {
    const info = await askJetStream(this.#connection, (api) =>
      api.consumers.add(this.#stream, {
        filter_subject: this.#filter,
        ack_policy: AckPolicy.None,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: INACTIVE_NS,
        ...config,
      }));
    const { name, num_pending: pending, delivered } = info;
    return { name, pending, delivered: delivered.stream_seq };
  }

  #delete(name: string): void {
    // If this fails, the server deletes it later.
    askJetStream(this.#connection, (api) => api.consumers.delete(this.#stream, name)).catch(
      () => {},
    );
  }

  async #pull(name: string): Promise<readonly CountedLine[]> {
    const { lines, status } = await this.#request(name, this.#lines);
    if (status === CONFLICT && lines.length === 0) {
      // The next line may be larger than what this connection's server permits.
      return (await this.#request(name, 1)).lines;
    }
    const size = lines.reduce((sum, { payload }) => sum + payload.length, 0) / lines.length;
    if (size > 0) this.#lines = Math.max(1, Math.min(BATCH_LINES, Math.ceil(BATCH_BYTES / size)));
    return lines;
  }

  async #request(name: string, count: number) {
    const maxBytes = (this.#connection.info?.max_payload ?? 0) + OVERHEAD_BYTES;
    const batch = await requestBatch(this.#connection, {
      subject: `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${name}`,
      body: { batch: count, no_wait: true, ...(count > 1 && { max_bytes: maxBytes }) },
      count,
      toLine,
    });
    const { status } = batch;
    if (
      status === undefined || status === NO_MESSAGES || status === REQUEST_ENDED ||
      status === CONFLICT
    ) return batch;
    throw new HistoryUnavailableError(`reading from a consumer failed with status ${status}`);
  }
}

/**
 * Returns the line in a message. The subject for its acknowledgment says where it is:
 * `$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.CONSUMER_SEQUENCE.TIME.PENDING`. Newer servers put a domain
 * and the hash of an account before the stream, and a random token at the end.
 */
function toLine({ reply, data }: Msg): CountedLine | undefined {
  if (!reply?.startsWith("$JS.ACK.")) return undefined;
  const tokens = reply.split(".");
  const offset = tokens.length > 9 ? 2 : 0;
  return {
    sequence: Number(tokens[5 + offset]),
    remaining: Number(tokens[8 + offset]),
    payload: data,
  };
}
