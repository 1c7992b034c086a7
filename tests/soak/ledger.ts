/**
 * One stream's account: each line that it should have brought came, in its order and once, or is
 * covered by a `dropped` or a `status` event in its place. The count is exact: between two lines,
 * with no `status` between them, `dropped` events count just the lines that are missing.
 *
 * @module
 */
import type { Journal } from "./journal.ts";
import { numberOf, type Scope, shows } from "./line.ts";

/** How long a line may be on its way, as where NATS or the service hangs. Milliseconds. */
const ON_THE_WAY = 25_000;

/** NATS was away for this long. Milliseconds since the epoch. */
interface Absence {
  readonly from: number;
  /** `Infinity` until it is back. */
  to: number;
}

/** What a stream brought. */
export interface Tally {
  lines: number;
  dropped: number;
  /** `dropped` events. */
  drops: number;
  /** Lines that are missing since NATS was away. */
  absent: number;
  /** How often NATS was away. */
  absences: number;
}

/** Holds a stream to its promise. Each method throws, saying why, where the stream breaks it. */
export class Ledger {
  readonly tally: Tally = { lines: 0, dropped: 0, drops: 0, absent: 0, absences: 0 };
  readonly #journal: Journal;
  readonly #scope: Scope;
  /** The line that must come next, or be told of. Before the first, lines that were on their way come too. */
  #next: number;
  /** The last line that came. */
  #last = -1;
  /** When the account was opened, in milliseconds since the epoch. */
  readonly #openedAt = Date.now();
  /** Dropped lines that were told since the last line. */
  #dropped = 0;
  /** When NATS was away, as told since the last line, or before it where it was not back by then. */
  #absences: Absence[] = [];

  /** Every line that is published from here on must be accounted for: `ready` has been read. */
  constructor(journal: Journal, scope: Scope) {
    this.#journal = journal;
    this.#scope = scope;
    this.#next = journal.length;
  }

  /** Takes a log line; returns its number. */
  line(data: string): number {
    const number = numberOf(data);
    if (!shows(this.#scope, number)) throw new Error(`Line ${number} is foreign to the stream`);
    if (this.#journal.sentAt(number) < this.#openedAt - ON_THE_WAY) {
      throw new Error(`Line ${number} is from long before the stream`);
    }
    if (number <= this.#last) throw new Error(`Line ${number} came after line ${this.#last}`);
    this.#account(number);
    this.tally.lines++;
    this.#last = number;
    this.#next = number + 1;
    return number;
  }

  /** Takes a `dropped` event. */
  dropped(count: number): void {
    if (!(count > 0)) throw new Error(`A dropped event counts ${count}`);
    this.tally.dropped += count;
    this.tally.drops++;
    this.#dropped += count;
  }

  /** Takes a `status` event. */
  status(nats: string, at: number): void {
    if (at > Date.now()) throw new Error("A status is of a time to come");
    if (this.#last >= 0 && at < this.#journal.sentAt(this.#last) - ON_THE_WAY) {
      throw new Error("A status is of long before lines that came before it");
    }
    const current = this.#absences.at(-1);
    const away = current?.to === Infinity;
    if (away === (nats === "disconnected")) throw new Error(`A status says ${nats} twice`);
    if (!away) {
      this.tally.absences++;
      this.#absences.push({ from: at, to: Infinity });
    } else {
      current.to = at;
      if (at < current.from) throw new Error(`NATS was back before it was away`);
    }
  }

  /** Whether all lines before `end` are accounted for, where nothing follows. */
  isSettled(end: number): boolean {
    try {
      this.#missing(end);
      return true;
    } catch {
      return false;
    }
  }

  /** Takes it that nothing follows, and that the stream was to bring all lines before `end`. */
  settle(end: number): void {
    this.#account(end);
    this.#next = end;
  }

  /**
   * Takes it that the stream ended at this time, and that nothing follows.
   *
   * @param at The latest that it may have taken lines, in milliseconds since the epoch.
   */
  end(at: number): void {
    // What was dropped must have been there to drop.
    let left = this.#dropped - this.#onTheWay();
    for (let number = this.#next; left > 0 && number < this.#journal.length; number++) {
      if (shows(this.#scope, number) && this.#journal.sentAt(number) <= at) left--;
    }
    if (left > 0) throw new Error(`The last dropped event counts ${left} lines too many`);
  }

  #account(end: number): void {
    this.tally.absent += this.#missing(end) - this.#dropped;
    this.#dropped = 0;
    this.#absences = this.#absences.filter(({ to }) => to === Infinity);
  }

  /** How many lines are missing before `end`; throws unless they are just those that were told of. */
  #missing(end: number): number {
    let missing = 0;
    let untold = 0;
    let first = -1;
    for (let number = this.#next; number < end; number++) {
      if (!shows(this.#scope, number)) continue;
      missing++;
      if (this.#absences.some((absence) => this.#falls(number, absence))) continue;
      if (first < 0) first = number;
      untold++;
    }
    if (untold <= this.#dropped && this.#dropped <= missing + this.#onTheWay()) {
      return Math.max(missing, this.#dropped);
    }
    throw new Error(
      `Of the lines from ${this.#next} to ${end} ${missing} are missing, ` +
        `${
          missing - untold
        } of them while NATS was away, and ${this.#dropped} are told as dropped` +
        (first < 0 ? "" : ` (line ${first}, sent at ${this.#time(this.#journal.sentAt(first))})`),
    );
  }

  /** How many lines before the first that must come may have come, or been dropped, too. */
  #onTheWay(): number {
    if (this.#last >= 0) return 0;
    let count = 0;
    for (let number = this.#next - 1; number >= 0; number--) {
      if (this.#journal.sentAt(number) < this.#openedAt - ON_THE_WAY) break;
      if (shows(this.#scope, number)) count++;
    }
    return count;
  }

  /** Whether line `number` may have been published while NATS was away. */
  #falls(number: number, { from, to }: Absence): boolean {
    return this.#journal.publishedAt(number) >= from && this.#journal.sentAt(number) <= to;
  }

  #time(at: number): string {
    return new Date(at).toISOString();
  }
}
