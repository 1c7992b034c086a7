/**
 * Reads lines with ephemeral pull consumers: any nats-server with JetStream.
 *
 * @module
 */
import { type ConsumerConfig, type ConsumerInfo, DeliverPolicy } from "@nats-io/jetstream";
import type { Msg, NatsConnection } from "@nats-io/transport-deno";
import {
  type Batch,
  BATCH_BYTES,
  BATCH_LINES,
  type CountedLine,
  requestBatch,
} from "./batch_request.ts";
import { HistoryUnavailableError } from "../jetstream_api.ts";
import { createConsumer, deleteConsumer, startAt } from "./ephemeral_consumer.ts";
import type { LineBatches, TailRange } from "./line_batches.ts";
import type { StoredLine } from "../scope_reader.ts";

/** Number of lines per request if only their sequence numbers are read. */
const SCAN_LINES = 1_000;
/** Maximum size of a message without its payload and its publisher's headers: two subjects. */
const OVERHEAD_BYTES = 8_192;

/** How long the server waits for lines that it does not count. */
const WAIT_NS = 500e6;

const NO_MESSAGES = 404;
const REQUEST_ENDED = 408;
const CONFLICT = 409;

/** A consumer on the server. */
interface OpenConsumer {
  readonly name: string;
  /** Sequence number from which its next lines are. */
  readonly next: number;
}

/**
 * A consumer exists only while its lines are being read.
 *
 * nats-server 2.9 counts wrongly if the filter contains wildcards and the store has a block with lines of
 * several subjects on both sides of the start, even differently each time. So counts only guide the search
 * here, and never decide how many lines are read.
 */
export class ConsumerBatches implements LineBatches {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  readonly #filter: string;
  #consumer: OpenConsumer | undefined;
  /** Counts lines, and delivers their sequence numbers. */
  #scanner: OpenConsumer | undefined;
  /** Number of lines to request, which depends on the size of those before. */
  #lines = BATCH_LINES;

  constructor(connection: NatsConnection, stream: string, filter: string) {
    this.#connection = connection;
    this.#stream = stream;
    this.#filter = filter;
  }

  async count(sequence: number): Promise<number> {
    return (await this.#openScanner(sequence)).num_pending;
  }

  async startOfTail(range: TailRange, wanted: number): Promise<number | undefined> {
    const { low, last } = range;
    for (let near = range.near;; near = Math.max(low, near - 2 * (last + 1 - near))) {
      const sequences = await this.#scan(near, last, wanted + 1);
      if (sequences.length > wanted) return sequences[1];
      if (near === low) return undefined;
    }
  }

  async sequenceAt(time: number): Promise<number> {
    const { name, delivered } = await this.#create({
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(time).toISOString(),
    });
    this.#delete(name);
    return delivered.stream_seq + 1;
  }

  async read(sequence: number): Promise<readonly StoredLine[]> {
    this.#closeScanner();
    if (this.#consumer?.next !== sequence) {
      this.close();
      const { name } = await this.#create(startAt(sequence));
      this.#consumer = { name, next: sequence };
    }
    const { name } = this.#consumer!;
    // If the request fails, it is unknown how many lines the consumer has delivered.
    this.#consumer = undefined;
    const lines = await this.#pull(name);
    const last = lines.at(-1);
    if (last === undefined || last.remaining === 0) this.#delete(name);
    else this.#consumer = { name, next: last.sequence + 1 };
    return lines;
  }

  close(): void {
    this.#closeScanner();
    if (this.#consumer !== undefined) this.#delete(this.#consumer.name);
    this.#consumer = undefined;
  }

  #create(config: Partial<ConsumerConfig>): Promise<ConsumerInfo> {
    const scope = { filter_subject: this.#filter, ...config };
    return createConsumer(this.#connection, this.#stream, scope);
  }

  #delete(name: string): void {
    deleteConsumer(this.#connection, this.#stream, name);
  }

  /** Opens a consumer that delivers no payloads. */
  async #openScanner(sequence: number): Promise<ConsumerInfo> {
    this.#closeScanner();
    const info = await this.#create({ ...startAt(sequence), headers_only: true });
    this.#scanner = { name: info.name, next: sequence };
    return info;
  }

  #closeScanner(): void {
    if (this.#scanner !== undefined) this.#delete(this.#scanner.name);
    this.#scanner = undefined;
  }

  /** Resolves to the sequence numbers of the last lines from `near` to `last`, at most `count` of them. */
  async #scan(near: number, last: number, count: number): Promise<readonly number[]> {
    if (this.#scanner?.next !== near) await this.#openScanner(near);
    const { name } = this.#scanner!;
    let sequences: number[] = [];
    while ((sequences.at(-1) ?? 0) < last) {
      const { lines } = await this.#request(name, SCAN_LINES);
      if (lines.length === 0) {
        throw new HistoryUnavailableError("lines are missing before the last one");
      }
      sequences.push(...lines.map(({ sequence }) => sequence));
      sequences = sequences.slice(-count);
    }
    this.#closeScanner();
    return sequences;
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

  /**
   * Requests the lines that are there. A server that has counted wrongly says that there are none, but delivers
   * them if it is asked to wait.
   */
  async #request(name: string, count: number): Promise<Batch> {
    const batch = await this.#requestOnce(name, count, { no_wait: true });
    if (batch.lines.length > 0 || batch.status !== NO_MESSAGES) return batch;
    return await this.#requestOnce(name, count, { expires: WAIT_NS });
  }

  async #requestOnce(
    name: string,
    count: number,
    wait: { no_wait: true } | { expires: number },
  ): Promise<Batch> {
    const maxBytes = (this.#connection.info?.max_payload ?? 0) + OVERHEAD_BYTES;
    const batch = await requestBatch(this.#connection, {
      subject: `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${name}`,
      body: {
        batch: count,
        ...wait,
        ...(count > 1 && { max_bytes: maxBytes }),
      },
      count,
      toLine,
    });
    const { status } = batch;
    const known = status === NO_MESSAGES || status === REQUEST_ENDED || status === CONFLICT;
    if (status === undefined || known) return batch;
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
