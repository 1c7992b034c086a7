/**
 * From what the connection tells to rows: in their order, held back while the viewer is paused.
 *
 * @module
 */
import type { ConnectionHandlers } from "../connection/connection.ts";
import { Ring } from "./ring.ts";
import { ended, type Line, type Row, Rows, type TimedGap } from "./row.ts";
import { MOST_CHARACTERS, type Store } from "./store.ts";

/** How many rows that were held back go on at a time, so that a frame still fits between. */
const BATCH = 2000;

/** Makes rows and hands them to the store. */
export class Feed implements Omit<ConnectionHandlers, "onState"> {
  readonly #store: Store;
  readonly #tell: (line: Line) => void;
  readonly #rows = new Rows();
  /** Rows held back. */
  readonly #waiting = new Ring<Row>();
  /** Losses that last. */
  readonly #open = new Map<TimedGap["gap"], TimedGap>();
  /** Characters of their payloads: they are bounded as those in the store are. */
  #characters = 0;
  #paused = false;

  /** @param tell Is told each line when it comes, paused or not. */
  constructor(store: Store, tell: (line: Line) => void) {
    this.#store = store;
    this.#tell = tell;
  }

  /** How many rows are held back. */
  get waiting(): number {
    return this.#waiting.length;
  }

  onLine = (payload: string): void => {
    const line = this.#rows.line(payload);
    this.#add(line);
    this.#tell(line);
  };

  onDropped = (count: number, bytes: number): void => this.#add(this.#rows.dropped(count, bytes));

  onNats = (state: "connected" | "disconnected", at: number): void => {
    if (state === "disconnected") this.#lose("nats", at);
    else this.#regain("nats", at);
  };

  onLost = (at: number, hasExpired = false): void => this.#lose("connection", at, hasExpired);

  onOpen = (): void => {
    // The service has NATS, or it would not have let this page in.
    this.#regain("nats", Date.now());
    this.#regain("connection", Date.now());
  };

  /** Holds back what comes: nothing that is in the list goes. */
  pause(): void {
    this.#paused = true;
  }

  /** Hands on what was held back, in batches. */
  resume(): void {
    this.#paused = false;
    for (let i = 0; i < BATCH && this.#waiting.length > 0; i++) {
      this.#store.add(this.#next());
    }
    if (this.#waiting.length > 0) requestAnimationFrame(() => this.#paused || this.resume());
  }

  /** Forgets all rows. */
  clear(): void {
    this.#waiting.clear();
    this.#characters = 0;
    this.#store.clear();
  }

  #add(row: Row): void {
    if (!this.#paused && this.#waiting.length === 0) return this.#store.add(row);
    this.#waiting.push(row);
    this.#characters += sizeOf(row);
    while (this.#waiting.length > this.#store.limit || this.#characters > MOST_CHARACTERS) {
      this.#next();
    }
  }

  #next(): Row {
    const row = this.#waiting.shift();
    this.#characters -= sizeOf(row);
    return row;
  }

  #lose(kind: TimedGap["gap"], from: number, hasExpired = false): void {
    if (this.#open.has(kind)) return;
    const gap = { ...this.#rows.lost(kind, from), ...(hasExpired && { hasExpired }) };
    this.#open.set(kind, gap);
    this.#add(gap);
  }

  #regain(kind: TimedGap["gap"], to: number): void {
    const gap = this.#open.get(kind);
    if (gap === undefined) return;
    this.#open.delete(kind);
    this.#replace(ended(gap, to));
  }

  #replace(row: Row): void {
    const first = this.#waiting.length > 0 ? this.#waiting.at(0).id : Infinity;
    if (row.id < first) this.#store.replace(row);
    else this.#waiting.set(row.id - first, row);
  }
}

function sizeOf(row: Row): number {
  return row.kind === "line" ? row.payload.length : 0;
}
