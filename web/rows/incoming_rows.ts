/**
 * Turns what the connection reports into rows, in order, and holds them back while the viewer is paused.
 *
 * @module
 */
import type { ConnectionHandlers } from "../connection/connection_options.ts";
import type { OlderLines } from "../connection/stream/older_lines.ts";
import { firstIndex } from "./first_index.ts";
import { LineGroups } from "./grouping/line_groups.ts";
import { RingBuffer } from "./ring_buffer.ts";
import { charactersOf, type Line, type Outage, type Row, RowFactory } from "./row.ts";
import { MAX_CHARACTERS, type Store } from "./store.ts";
import { dueCount, insertByTime } from "./time_order.ts";

/** Number of held-back rows released at a time, so that a frame can be drawn between batches. */
const BATCH_ROWS = 2000;
/** Interval at which it is checked which lines need not wait for older ones any longer. */
const RELEASE_MS = 100;

/** Called with a line, whether it is one of the past, and whether it is older than all rows. */
type LineListener = (line: Line, isHistory: boolean, isOlder?: boolean) => void;

/** Adds rows to the store. */
export class IncomingRows implements Omit<ConnectionHandlers, "onState"> {
  readonly #store: Store;
  readonly #onLineRow: LineListener;
  readonly #factory = new RowFactory();
  readonly #groups = new LineGroups();
  /** Lines that wait for older ones, if lines are sorted by time. */
  #unsorted: (Line & { readonly isHistory: boolean })[] = [];
  #isSorted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #heldBack = new RingBuffer<Row>();
  /** Number of characters in the payloads held back; limited, as in the store. */
  #characters = 0;
  /** Outages that have not ended. */
  readonly #outages = new Map<Outage["gap"], Outage>();
  #paused = false;

  /** @param onLineRow Called for each line as it arrives, even while paused. */
  constructor(store: Store, onLineRow: LineListener) {
    this.#store = store;
    this.#onLineRow = onLineRow;
  }

  /** Number of rows held back. */
  get waiting(): number {
    return this.#heldBack.length;
  }

  onLine = (payload: string, isHistory = false, sequence?: string): void => {
    const line = this.#factory.line(payload, sequence);
    if (!this.#isSorted) return this.#addLine(line, isHistory);
    insertByTime(this.#unsorted, { ...line, isHistory });
    this.#timer ??= this.#releaseLater();
  };

  /** Sorts new lines by the time at which they were written, as far as they arrive at about the same time. */
  sort(isSorted: boolean): void {
    this.#isSorted = isSorted;
    this.#release();
  }

  #releaseLater(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#release(dueCount(this.#unsorted, Date.now())), RELEASE_MS);
  }

  /** Adds lines that have waited. */
  #release(count = this.#unsorted.length): void {
    for (const { isHistory, ...line } of this.#unsorted.splice(0, count)) {
      this.#addLine(this.#factory.moved(line), isHistory);
    }
    clearTimeout(this.#timer);
    this.#timer = this.#unsorted.length > 0 ? this.#releaseLater() : undefined;
  }

  #addLine(line: Line, isHistory: boolean): void {
    const grown = this.#groups.join(line);
    // The beginning of the entry may have been removed.
    if (grown === undefined || !this.#replace(grown)) this.#add(line);
    this.#onLineRow(line, isHistory);
  }

  onDropped = (count: number, bytes: number): void =>
    this.#add(this.#afterLines().dropped(count, bytes));

  onGap = (reason: string): void => this.#add(this.#afterLines().history(reason));

  onLive = (): void => {
    this.#release();
    this.#add(this.#factory.live());
  };

  onNats = (state: "connected" | "disconnected", at: number): void => {
    if (state === "disconnected") this.#begin("nats", at);
    else this.#end("nats", at);
  };

  onLost = (at: number, hasExpired = false): void => this.#begin("connection", at, hasExpired);

  onOpen = (): void => {
    // The service opens a stream only if it is connected to NATS.
    this.#end("nats", Date.now());
    this.#end("connection", Date.now());
  };

  /** Adds older lines before all rows, and the gap before them if there is one. */
  prepend({ lines, gap }: Pick<OlderLines, "lines" | "gap">): void {
    const rows = lines.toReversed().map(({ payload, id }) => this.#factory.older(payload, id))
      .reverse();
    const sorted: Line[] = [];
    if (this.#isSorted) { for (const row of rows) insertByTime(sorted, row); }
    const all: Row[] = rows.map((row, i) => ({ ...sorted[i] ?? row, id: row.id }));
    if (gap !== undefined) all.unshift(this.#factory.olderGap(gap));
    this.#store.prepend(grouped(all));
    for (const row of rows) this.#onLineRow(row, true, true);
  }

  /** Holds back new rows. Until they are released, no row is removed from the list. */
  pause(): void {
    // An entry in the list must not grow.
    this.#groups.clear();
    this.#paused = true;
  }

  /** Releases the rows held back, in batches. */
  resume(): void {
    this.#paused = false;
    for (let i = 0; i < BATCH_ROWS && this.waiting > 0; i++) this.#store.add(this.#shift());
    if (this.waiting > 0) requestAnimationFrame(() => this.#paused || this.resume());
  }

  /** Removes all rows, here and in the store. */
  clear(): void {
    this.#unsorted = [];
    this.#release();
    this.#heldBack.clear();
    this.#groups.clear();
    this.#characters = 0;
    this.#store.clear();
  }

  /** Creates a gap, which keeps its place among the lines. */
  #afterLines(): RowFactory {
    this.#release();
    this.#groups.clear();
    return this.#factory;
  }

  #add(row: Row): void {
    if (!this.#paused && this.waiting === 0) return this.#store.add(row);
    this.#heldBack.push(row);
    this.#characters += charactersOf(row);
    while (this.waiting > this.#store.limit || this.#characters > MAX_CHARACTERS) this.#shift();
  }

  #shift(): Row {
    const row = this.#heldBack.shift();
    this.#characters -= charactersOf(row);
    return row;
  }

  #begin(kind: Outage["gap"], from: number, hasExpired = false): void {
    if (this.#outages.has(kind)) return;
    const outage = { ...this.#afterLines().outage(kind, from), ...(hasExpired && { hasExpired }) };
    this.#outages.set(kind, outage);
    this.#add(outage);
  }

  #end(kind: Outage["gap"], to: number): void {
    const outage = this.#outages.get(kind);
    if (outage === undefined) return;
    this.#outages.delete(kind);
    this.#replace({ ...outage, to });
  }

  /** Replaces the row with the same id, here or in the store. Returns whether it is still held. */
  #replace(row: Row): boolean {
    const rows = this.#heldBack;
    const index = firstIndex(0, this.waiting, (index) => rows.at(index).id < row.id);
    if (index === this.waiting || rows.at(index).id !== row.id) return this.#store.replace(row);
    this.#characters += charactersOf(row) - charactersOf(rows.at(index));
    rows.set(index, row);
    return true;
  }
}

/** Joins the lines of entries, such as stack traces. */
function grouped(rows: readonly Row[]): Row[] {
  const groups = new LineGroups();
  const entries = new Map<number, Row>();
  for (const row of rows) {
    if (row.kind !== "line") groups.clear();
    const entry = row.kind === "line" ? groups.join(row) ?? row : row;
    entries.set(entry.id, entry);
  }
  return [...entries.values()];
}
