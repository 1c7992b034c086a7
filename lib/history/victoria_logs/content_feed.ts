/**
 * Delivers the stored lines of one stream, then live ones.
 *
 * @module
 */
import type { LineSink } from "../../stream/line_source.ts";
import type { Budget } from "../../stream/stream_buffer.ts";
import type { ReadSlots } from "../read_slots.ts";
import { ContentJoin } from "./content_join.ts";
import type { ScopeNames } from "./logsql.ts";
import type { Found, Period, VictoriaLogs } from "./victoria_logs.ts";

/** Takes the lines and events of one stream, in order. */
export type FeedSink = Omit<LineSink, "end" | "waitingBytes">;

/** What a feed needs. */
export interface ContentFeedOptions {
  /** The server. */
  readonly logs: VictoriaLogs;
  /** Limits the number of reads at the same time. A slot is never held while a reader is slow. */
  readonly slots: Pick<ReadSlots, "run">;
  /** Size of a stream's buffer, in bytes. */
  readonly bufferBytes: number;
  /** The memory that all streams share. */
  readonly budget: Budget;
  /** Called with the number of lines of each read. */
  readonly onRead?: (count: number) => void;
  /** Reports why lines could not be read. */
  readonly onError: (error: unknown) => void;
  /** How long after the subscription to read once more, in milliseconds. Default: 3,000. */
  readonly settleMs?: number;
}

/**
 * A line reaches VictoriaLogs later than natstap: Vector sends batches once a second, and the server can find
 * lines a second after it has received them. What was published just before the subscription is therefore read
 * again when it should be there.
 */
const SETTLE_MS = 3_000;
/** Period before and after the subscription to read again. Clocks of machines differ slightly. */
const LATE_MS = 5_000;
const SKEW_MS = 1_000;
/** Live lines may wait in this many times the space of a stream's buffer: several seconds' lines of a busy app. */
const WAITING_BUFFERS = 8;
/** Maximum age of a line that is compared with live ones. */
const JOIN_MS = 10_000;

/**
 * Sends stored lines, those that were stored late, and live ones. Live lines wait meanwhile. If there are too
 * many of them to wait for late lines, a `gap` takes the place of those; if there are too many even then, live
 * lines are dropped and counted, as they are if a reader is slow.
 */
export class ContentFeed {
  readonly #sink: FeedSink;
  readonly #options: ContentFeedOptions;
  readonly #join = new ContentJoin(Date.now() - JOIN_MS);
  readonly #closing = new AbortController();
  readonly #crowding = Promise.withResolvers<void>();
  #crowded = false;
  #live = false;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #dropped = { count: 0, bytes: 0 };

  /** Live lines wait until {@linkcode start} has sent the stored ones. */
  constructor(sink: FeedSink, options: ContentFeedOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Takes a live line. This is the hot path. */
  push(payload: Uint8Array): void {
    if (this.#live) this.#sink.push(payload);
    else this.#wait(payload);
  }

  /**
   * Sends the stored lines of `period`, then the live ones. Call it when NATS has confirmed the subscription.
   * Never rejects: if lines cannot be read, the sink gets a `gap`.
   *
   * @param onLive Called before the first live line.
   */
  async start(scope: ScopeNames, period: Period, onLive: () => void): Promise<void> {
    const subscribedAt = Date.now();
    try {
      const oldest = await this.#sendPeriod(scope, period);
      if (period.tail !== 0) await this.#sendLate(scope, subscribedAt, oldest);
    } catch (error) {
      if (this.#done) return;
      this.#options.onError(error);
      this.#sink.notify({ event: "gap", data: { reason: "unavailable" } });
    }
    if (!this.#done) onLive();
    await this.#sendWaiting();
  }

  /** Stops. */
  close(): void {
    this.#closing.abort();
    this.#crowding.resolve();
    this.#forget();
  }

  get #done(): boolean {
    return this.#closing.signal.aborted || this.#sink.ended;
  }

  /** Returns the time of the oldest line that was requested and exists. */
  async #sendPeriod(scope: ScopeNames, period: Period): Promise<string | undefined> {
    const found = await this.#find(scope, period);
    if (found.cut) this.#sink.notify({ event: "gap", data: { reason: "limit" } });
    await this.#sendPages(scope, found);
    return found.pages[0]?.from;
  }

  async #sendLate(scope: ScopeNames, subscribedAt: number, oldest = ""): Promise<void> {
    await this.#settle(subscribedAt);
    if (this.#done) return;
    if (this.#crowded) throw new Error("Too many live lines to wait for stored ones");
    const since = subscribedAt - LATE_MS;
    const found = await this.#find(scope, { since, until: subscribedAt + SKEW_MS });
    await this.#sendPages(scope, found, oldest);
  }

  #find(scope: ScopeNames, period: Period): Promise<Found> {
    const { logs, slots } = this.#options;
    return slots.run(() => logs.find(scope, period, this.#closing.signal));
  }

  /** @param oldest Lines before this time were not requested. */
  async #sendPages(scope: ScopeNames, { pages }: Found, oldest = ""): Promise<void> {
    const { logs, slots } = this.#options;
    for (const page of pages) {
      const lines = await slots.run(() => logs.read(scope, page, this.#closing.signal));
      this.#options.onRead?.(lines.length);
      // More lines of the oldest time may exist than were requested.
      const requested = page === pages[0] && oldest === "" ? lines.slice(-page.count) : lines;
      const unsent = new Set(this.#join.addStored(lines));
      for (const line of requested) {
        if (line.time >= oldest && unsent.has(line)) await this.#offer(line.payload);
        if (this.#done) return;
      }
    }
  }

  /** Waits until late lines can be found, but not if live lines would be dropped meanwhile. */
  async #settle(subscribedAt: number): Promise<void> {
    const { settleMs = SETTLE_MS } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.max(0, subscribedAt + settleMs - Date.now()));
    await Promise.race([promise, this.#crowding.promise]);
    clearTimeout(timer);
  }

  async #sendWaiting(): Promise<void> {
    for (let i = 0; i < this.#waiting.length && !this.#done; i++) {
      const payload = this.#waiting[i]!;
      if (this.#join.isNew(payload)) await this.#offer(payload);
    }
    if (this.#done) return;
    if (this.#dropped.count > 0) this.#sink.notify({ event: "dropped", data: this.#dropped });
    this.#forget();
    this.#live = true;
  }

  /** Adds a line as soon as there is room for it. */
  async #offer(payload: Uint8Array): Promise<void> {
    while (!this.#done && !this.#sink.offer(payload)) await this.#sink.room();
  }

  #wait(payload: Uint8Array): void {
    if (this.#done) return;
    const { bufferBytes, budget } = this.#options;
    const limit = WAITING_BUFFERS * bufferBytes;
    const size = this.#waitingBytes + payload.length;
    if (size > limit / 2 || budget.used > budget.total / 2) {
      this.#crowded = true;
      this.#crowding.resolve();
    }
    // Lines after a dropped one are dropped too: one gap, with one count, instead of many.
    const isFull = size > limit || budget.used + payload.length > budget.total;
    if (isFull || this.#dropped.count > 0) {
      this.#dropped.count++;
      this.#dropped.bytes += payload.length;
      return;
    }
    // A copy, because the payload is part of everything that was read from NATS at the same time.
    this.#waiting.push(payload.slice());
    this.#waitingBytes = size;
    budget.used += payload.length;
  }

  #forget(): void {
    this.#options.budget.used -= this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
