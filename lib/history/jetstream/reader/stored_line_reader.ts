/**
 * Reads the stored lines of one scope from JetStream.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-deno";
import type { HistoryStart } from "../../history_start.ts";
import { ConsumerBatches } from "./consumer_batches.ts";
import { DirectBatches, DirectGetUnsupportedError, hasDirectBatches } from "./direct_batches.ts";
import { type HistoryStream, toHistoryStream } from "../history_stream.ts";
import { askJetStream, HistoryUnavailableError } from "../jetstream_api.ts";
import { lastSequence } from "./last_sequence.ts";
import type { LineBatches } from "./line_batches.ts";
import type { FoundStart, ScopeReader, StoredLine } from "../scope_reader.ts";
import { findTail } from "./tail_search.ts";

/**
 * Number of times that a start behind the end of the stream is retried. A new leader may not know the last
 * lines at once; if it still does not, the stream was deleted and created again.
 */
const MAX_AHEAD = 4;

/** The connections to read with; `undefined` while there is none. */
export interface ReaderConnections {
  /** The one that delivers the live lines, so that none of them overtakes the answer about the last one. */
  readonly live: () => NatsConnection | undefined;
  /** The one for everything else. */
  readonly history: () => NatsConnection | undefined;
}

/** Reads with direct gets if the server has them, otherwise with consumers. */
export class StoredLineReader implements Omit<ScopeReader, "onError"> {
  readonly #stream: Pick<HistoryStream, "name" | "allowDirect">;
  readonly #filter: string;
  readonly #connections: ReaderConnections;
  #direct: boolean;
  #batches: { readonly of: NatsConnection; readonly batches: LineBatches } | undefined;
  #ahead = 0;

  /** @param filter The subject of the scope, which may contain wildcards. */
  constructor(
    stream: Pick<HistoryStream, "name" | "allowDirect">,
    filter: string,
    connections: ReaderConnections,
  ) {
    this.#stream = stream;
    this.#filter = filter;
    this.#connections = connections;
    this.#direct = stream.allowDirect;
  }

  /** Resolves to the sequence number of the last line that the leader has stored; 0 if there is none. */
  lastSequence(): Promise<number> {
    return this.#lastSequence(this.#connections.live());
  }

  /**
   * Resolves to where the requested lines begin.
   *
   * @param maxLines Maximum number of lines, at least 1.
   */
  async find(start: HistoryStart, maxLines: number): Promise<FoundStart> {
    const connection = this.#connections.history();
    const [info, last] = await Promise.all([
      askJetStream(connection, (api) => api.streams.info(this.#stream.name)),
      this.#lastSequence(connection),
    ]);
    const stream = toHistoryStream(info);
    const tail = "after" in start ? undefined : start.tail;
    const wanted = Math.min(tail ?? maxLines, maxLines);
    if (wanted === 0) return { sequence: stream.lastSequence + 1, cut: undefined };
    const { sequence: low, cut } = await this.#earliest(start, stream);
    const all = { sequence: low, cut };
    if (last - low < wanted) return all;
    const count = (sequence: number) => this.#read((batches) => batches.count(sequence));
    const total = await count(low);
    // Only from the first line on, every server counts exactly.
    if (total <= wanted && low === stream.firstSequence) return all;
    const near = await findTail({ low, total, high: last + 1 }, wanted, count);
    const range = { low, near, last };
    const sequence = await this.#read((batches) => batches.startOfTail(range, wanted));
    if (sequence === undefined) return all;
    const limited = tail === undefined || tail > maxLines;
    return { sequence, cut: limited ? "limit" : undefined };
  }

  /** Resolves to the next lines from a sequence number on; to none if there are none yet. */
  read(sequence: number): Promise<readonly StoredLine[]> {
    return this.#read((batches) => batches.read(sequence));
  }

  /** Frees what was opened for reading. Call it again after a read that was still under way. */
  close(): void {
    this.#batches?.batches.close();
  }

  #lastSequence(connection: NatsConnection | undefined): Promise<number> {
    return askJetStream(connection, (api) => lastSequence(api, this.#stream.name, this.#filter));
  }

  /** Resolves to the first sequence number that may be sent, apart from limits on the number of lines. */
  async #earliest(start: HistoryStart, stream: HistoryStream): Promise<FoundStart> {
    const { firstSequence: first, firstTime, lastSequence, lastTime = 0 } = stream;
    if ("after" in start) {
      if (start.after > lastSequence) {
        if (++this.#ahead <= MAX_AHEAD) {
          throw new HistoryUnavailableError("the stream ends before the requested line");
        }
        return { sequence: first, cut: "retention" };
      }
      const sequence = Math.max(start.after + 1, first);
      return { sequence, cut: sequence > start.after + 1 ? "retention" : undefined };
    }
    if (start.since === undefined) return { sequence: first, cut: undefined };
    const { since } = start;
    const deleted = first > 1 && since < (firstTime ?? lastTime);
    if (firstTime === undefined || since <= firstTime) {
      return { sequence: first, cut: deleted ? "retention" : undefined };
    }
    // A time that overflows the server's nanoseconds would select all lines.
    if (since > lastTime) return { sequence: lastSequence + 1, cut: undefined };
    const sequence = await this.#read((batches) => batches.sequenceAt(since));
    return { sequence: Math.min(Math.max(sequence, first), lastSequence + 1), cut: undefined };
  }

  async #read<T>(act: (batches: LineBatches) => Promise<T>): Promise<T> {
    try {
      return await act(this.#open());
    } catch (error) {
      if (!(error instanceof DirectGetUnsupportedError)) throw error;
      this.#direct = false;
      this.#batches = undefined;
      return await act(this.#open());
    }
  }

  #open(): LineBatches {
    const connection = this.#connections.history();
    if (connection === undefined) throw new HistoryUnavailableError("NATS is not connected");
    if (this.#batches?.of !== connection) {
      const Batches = this.#direct && hasDirectBatches(connection)
        ? DirectBatches
        : ConsumerBatches;
      const batches = new Batches(connection, this.#stream.name, this.#filter);
      this.#batches = { of: connection, batches };
    }
    return this.#batches.batches;
  }
}
