/**
 * Joins the stored and the live lines of one stream, by their sequence numbers.
 *
 * @module
 */
import { delay } from "@nats-io/transport-deno";
import type { LineSink } from "../../stream/line_source.ts";
import type { HistoryStart } from "../history_start.ts";
import type { ScopeReader } from "./scope_reader.ts";
import type { Position } from "./sequence_headers.ts";
import { type QueueLimits, WaitingLines } from "./waiting_lines.ts";

/** Maximum size of stored lines that a stream holds while its reader is slow. */
const MAX_HELD_BYTES = 131_072;
/** How long to wait after a failed read: at first, and at most. */
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;

/** Why live lines wait: the subscription has lost its connection, or the stream is getting another leader. */
export type Hold = "disconnected" | "election";

/**
 * Delivers every line of a scope exactly once, in the order of the JetStream stream. While lines are live,
 * they pass through. Whenever some may be missing, {@linkcode catchUp} reads them from the stream, and live
 * lines wait. If more of them arrive than may wait, they are forgotten and read from the stream instead.
 */
export class SequenceFeed {
  readonly #sink: LineSink;
  readonly #reader: ScopeReader;
  readonly #limits: QueueLimits;
  /** Sequence number of the last line that was passed on, or up to which there is nothing to pass on. */
  #last: number;
  /** Whether live lines wait. */
  #waits: boolean;
  /** Whether stored lines are being read, or will be by {@linkcode start}. */
  #joining: boolean;
  /** Why live lines wait for {@linkcode release}. */
  readonly #holds = new Set<Hold>();
  /** Sequence number of the first live line. */
  #firstLive = Infinity;
  readonly #waiting: WaitingLines;
  /** Whether lines may have been missed since the last line was asked for. */
  #stale = false;
  /** Called when the stream is live again. */
  #onJoined: ((last: number) => void)[] = [];
  #closed = false;

  /**
   * Passes on live lines; call {@linkcode start} first if `last` is `undefined`.
   *
   * @param last Sequence number after which lines are passed on.
   */
  constructor(last: number | undefined, sink: LineSink, reader: ScopeReader, limits: QueueLimits) {
    this.#last = last ?? 0;
    this.#waits = this.#joining = last === undefined;
    this.#sink = sink;
    this.#reader = reader;
    this.#limits = limits;
    this.#waiting = new WaitingLines(limits);
  }

  /** Takes a live line. This is the hot path. */
  push(payload: Uint8Array, position: Position): void {
    const { sequence, previous } = position;
    if (this.#waits) return this.#wait(payload, position);
    if (sequence <= this.#last) return;
    if (previous > this.#last) {
      // The line before it, on the same subject, has not arrived.
      this.catchUp();
      return this.#wait(payload, position);
    }
    this.#last = sequence;
    this.#sink.push(payload, sequence);
  }

  /**
   * Sends the stored lines from `start`, then live ones.
   *
   * @param maxLines Maximum number of stored lines: `HISTORY_MAX_LINES`.
   * @param onLive Called before the first live line, with the sequence number of the last line before it.
   */
  start(start: HistoryStart, maxLines: number, onLive: (last: number) => void): void {
    this.#onJoined.push(onLive);
    this.#join(async () => {
      const { sequence, cut } = await this.#reader.find(start, maxLines);
      if (cut !== undefined) this.#sink.notify({ event: "gap", data: { reason: cut } });
      // Lines that were published since the stream opened belong to it, even if more were than requested.
      // A client that resumes has them already if they arrive late: from a leader that had hung.
      const first = "after" in start ? Infinity : this.#firstLive;
      this.#last = Math.min(sequence, first) - 1;
    });
  }

  /**
   * Makes live lines wait until {@linkcode release} is called for the same reason. A connection that has just been
   * restored delivers them before it is known to be, and nothing in the first one says that lines of other subjects
   * are missing.
   */
  hold(reason: Hold): void {
    this.#holds.add(reason);
    this.#waits = this.#stale = true;
  }

  /**
   * Ends a hold, and reads the lines that may have been missed.
   *
   * @param onJoined Called when the stream is live again.
   */
  release(reason: Hold, onJoined?: () => void): void {
    this.#holds.delete(reason);
    this.catchUp(onJoined);
  }

  /**
   * Reads the lines that may have been missed, unless live lines are held: then, once they are released.
   *
   * @param onJoined Called when the stream is live again.
   */
  catchUp(onJoined?: () => void): void {
    if (onJoined !== undefined) this.#onJoined.push(onJoined);
    this.#stale = true;
    if (!this.#joining) this.#join(() => Promise.resolve());
  }

  /** Stops. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#reader.close();
  }

  async #join(findStart: () => Promise<void>): Promise<void> {
    this.#waits = this.#joining = true;
    await this.#persist(findStart);
    for (
      this.#stale = true;
      (this.#stale || this.#waiting.overflowed) && !this.#held && !this.#done;
    ) {
      this.#stale = false;
      // Whatever arrives from now on is newer than the last line that is asked for next, or part of it.
      this.#waiting.clear();
      await this.#persist(() => this.#readStored());
      await this.#sendWaiting();
    }
    this.#joining = false;
    if (this.#held || this.#done) return;
    this.#waiting.clear();
    for (const onJoined of this.#onJoined.splice(0)) onJoined(this.#last);
    this.#waits = false;
  }

  get #held(): boolean {
    return this.#holds.size > 0;
  }

  get #done(): boolean {
    return this.#closed || this.#sink.ended;
  }

  /** Calls `act` until it succeeds: the stream resumes as soon as JetStream answers again. */
  async #persist(act: () => Promise<void>): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !this.#done; wait = Math.min(2 * wait, MAX_RETRY_MS)) {
      try {
        return await act();
      } catch (error) {
        if (!this.#done) this.#reader.onError(error);
        await delay(wait);
      }
    }
  }

  /** Sends all stored lines up to the last one in the scope. */
  async #readStored(): Promise<void> {
    let end = await this.#reader.lastSequence();
    while (this.#last < end && !this.#done) {
      await this.#roomFor(0, this.#limits.bufferBytes / 2);
      const { count, refused } = await this.#readBatch();
      if (refused > 0) {
        await this.#sink.room();
        await this.#roomFor(refused, 0);
      }
      if (count > 0) continue;
      // The replica that answered lags behind the leader, or the last lines have been deleted.
      await delay(FIRST_RETRY_MS);
      end = Math.min(end, await this.#reader.lastSequence());
    }
  }

  /**
   * Reads the next lines and sends them, except those that must be read again because they are so large that not
   * every slow reader can hold them. A caller that waits holds none of them.
   *
   * @returns The number of lines, and the size of the first one that was not sent; 0 if all were.
   */
  async #readBatch(): Promise<{ readonly count: number; readonly refused: number }> {
    const lines = await this.#reader.read(this.#last + 1);
    const bytes = lines.reduce((sum, { payload }) => sum + payload.length, 0);
    for (const { sequence, payload } of lines) {
      // A consumer whose server was restarted starts over.
      if (sequence <= this.#last) continue;
      while (!this.#sink.offer(payload, sequence)) {
        if (bytes > MAX_HELD_BYTES) return { count: lines.length, refused: payload.length };
        await this.#sink.room();
      }
      if (this.#done) break;
      this.#last = sequence;
    }
    return { count: lines.length, refused: 0 };
  }

  /** Waits until all streams together have room for `bytes`, and at most `rest` bytes wait for the reader. */
  async #roomFor(bytes: number, rest: number): Promise<void> {
    const { budget } = this.#limits;
    const isFull = () => this.#sink.waitingBytes > rest || budget.used + bytes > budget.total;
    while (isFull() && !this.#done) await this.#sink.room();
  }

  /** Sends the live lines that have waited, as long as none is missing before them. */
  async #sendWaiting(): Promise<void> {
    for (const { payload, sequence, previous } of this.#waiting) {
      if (sequence <= this.#last) continue;
      if (previous > this.#last) this.#stale = true;
      if (this.#stale || this.#waiting.overflowed) return;
      await this.#offer(payload, sequence);
      if (this.#done) return;
      this.#last = sequence;
    }
  }

  /** Adds a line as soon as there is room for it. */
  async #offer(payload: Uint8Array, sequence: number): Promise<void> {
    while (!this.#done && !this.#sink.offer(payload, sequence)) await this.#sink.room();
  }

  #wait(payload: Uint8Array, position: Position): void {
    this.#firstLive = Math.min(this.#firstLive, position.sequence);
    if (!this.#closed) this.#waiting.add(payload, position);
  }
}
