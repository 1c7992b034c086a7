/**
 * Reads lines with direct gets, which any replica of the stream answers: nats-server 2.11 or later.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-deno";
import {
  type Batch,
  BATCH_BYTES,
  BATCH_LINES,
  type CountedLine,
  requestBatch,
} from "./batch_request.ts";
import { HistoryUnavailableError } from "../jetstream_api.ts";
import type { LineBatches, TailRange } from "./line_batches.ts";
import type { StoredLine } from "../scope_reader.ts";
import { headersOf, lastValue } from "../sequence_headers.ts";

/** The server is too old, or the stream has no `allow_direct`. */
export class DirectGetUnsupportedError extends HistoryUnavailableError {
  override readonly name = "DirectGetUnsupportedError";
}

const NOT_FOUND = 404;
const END_OF_BATCH = 204;
const NO_RESPONDERS = 503;
const NO_STATUS = 0;

/**
 * Returns whether the server of this connection can answer a request with several lines. Other servers of
 * its cluster may not.
 */
export function hasDirectBatches({ info }: NatsConnection): boolean {
  const [major = 0, minor = 0] = (info?.version ?? "").split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 11);
}

/** Every method throws {@linkcode DirectGetUnsupportedError} if this way of reading does not work. */
export class DirectBatches implements LineBatches {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  readonly #filter: string;
  /** The first lines, which were read to find the start. */
  #found: { readonly from: number; readonly lines: readonly StoredLine[] } | undefined;

  constructor(connection: NatsConnection, stream: string, filter: string) {
    this.#connection = connection;
    this.#stream = stream;
    this.#filter = filter;
  }

  async count(sequence: number): Promise<number> {
    const [first] = await this.#request({ seq: sequence, batch: 1 });
    return first === undefined ? 0 : first.remaining + 1;
  }

  async sequenceAt(time: number): Promise<number> {
    const start = { start_time: new Date(time).toISOString(), batch: 1 };
    const [first] = await this.#request(start);
    return first?.sequence ?? Number.MAX_SAFE_INTEGER;
  }

  async startOfTail({ low, near }: TailRange, wanted: number): Promise<number | undefined> {
    for (let sequence = near;;) {
      const lines = await this.#readBatch(sequence);
      const index = lines.findIndex(({ remaining }) => remaining < wanted);
      if (index === 0 && sequence === low) {
        this.#found = { from: low, lines };
        return undefined;
      }
      if (index >= 0) {
        const from = lines[index]!.sequence;
        this.#found = { from, lines: lines.slice(index) };
        return from;
      }
      if (lines.length === 0) return sequence;
      sequence = lines.at(-1)!.sequence + 1;
    }
  }

  read(sequence: number): Promise<readonly StoredLine[]> {
    const found = this.#found;
    this.#found = undefined;
    if (found?.from === sequence) return Promise.resolve(found.lines);
    return this.#readBatch(sequence);
  }

  close(): void {
    this.#found = undefined;
  }

  #readBatch(sequence: number): Promise<readonly CountedLine[]> {
    // The server checks the size after each line, so one line of any size passes.
    return this.#request({ seq: sequence, batch: BATCH_LINES, max_bytes: BATCH_BYTES });
  }

  async #request(query: Record<string, unknown>): Promise<readonly CountedLine[]> {
    const { lines, status } = await this.#batch(query);
    if (status === END_OF_BATCH || status === NOT_FOUND) return lines;
    if (status === NO_RESPONDERS || status === NO_STATUS) {
      throw new DirectGetUnsupportedError("no server answers direct gets of several lines");
    }
    throw new HistoryUnavailableError(`a direct get failed with status ${status}`);
  }

  #batch(query: Record<string, unknown>): Promise<Batch> {
    return requestBatch(this.#connection, {
      subject: `$JS.API.DIRECT.GET.${this.#stream}`,
      body: { ...query, next_by_subj: this.#filter },
      toLine: (message) => {
        // Publishers may set headers of the same names: the server's are the last ones. A status has no
        // sequence, and a line from a server that does not know batches has no number of pending lines.
        const headers = headersOf(message);
        const sequence = lastValue(headers, "Nats-Sequence");
        const remaining = lastValue(headers, "Nats-Num-Pending");
        if (sequence === undefined || remaining === undefined) return undefined;
        return {
          sequence: Number(sequence),
          remaining: Number(remaining),
          payload: message.data,
        };
      },
    });
  }
}
