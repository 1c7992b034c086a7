/**
 * Accounts for the lines of one stream: each line arrived once and in order, or was reported as
 * missing by a `dropped` or `status` event in its place. Counts are exact: between two lines
 * without a `status` in between, `dropped` events count precisely the missing lines.
 */
import type { Journal } from "./journal.ts";
import { numberOf, type Scope, shows } from "./line.ts";

/** Maximum time from publishing to delivery, including hangs of NATS or the service. */
const MAX_TRANSIT_MS = 25_000;

/** An interval without NATS. Times are in milliseconds since the epoch. */
interface Absence {
  readonly from: number;
  /** `Infinity` until NATS is back. */
  to: number;
}

/** What a stream delivered. */
export interface Tally {
  lines: number;
  dropped: number;
  /** Number of `dropped` events. */
  drops: number;
  /** Lines missing because NATS was away. */
  absent: number;
  /** Number of intervals without NATS. */
  absences: number;
}

/** Checks a stream. Each method throws with an explanation if the stream violates a guarantee. */
export class Ledger {
  readonly tally: Tally = { lines: 0, dropped: 0, drops: 0, absent: 0, absences: 0 };
  readonly #journal: Journal;
  readonly #scope: Scope;
  /** The first line that must arrive or be reported. Lines before the first one may arrive too. */
  #next: number;
  /** The last line that arrived. */
  #last = -1;
  /** Time of the `ready` event, in milliseconds since the epoch. */
  readonly #openedAt = Date.now();
  /** Lines reported as dropped since the last line. */
  #dropped = 0;
  /** Intervals without NATS reported since the last line, and an earlier one that has not ended. */
  #absences: Absence[] = [];

  /** Call it when `ready` has been read: lines published from now on must be accounted for. */
  constructor(journal: Journal, scope: Scope) {
    this.#journal = journal;
    this.#scope = scope;
    this.#next = journal.length;
  }

  /** Checks a log line; returns its number. */
  line(data: string): number {
    const number = numberOf(data);
    if (!shows(this.#scope, number)) throw new Error(`Line ${number} does not match the stream`);
    if (this.#journal.sentAt(number) < this.#openedAt - MAX_TRANSIT_MS) {
      throw new Error(`Line ${number} is much older than the stream`);
    }
    if (number <= this.#last) throw new Error(`Line ${number} came after line ${this.#last}`);
    this.#account(number);
    this.tally.lines++;
    this.#last = number;
    this.#next = number + 1;
    return number;
  }

  /** Checks a `dropped` event. */
  dropped(count: number): void {
    if (!(count > 0)) throw new Error(`A dropped event has a count of ${count}`);
    this.tally.dropped += count;
    this.tally.drops++;
    this.#dropped += count;
  }

  /** Checks a `status` event. */
  status(nats: string, at: number): void {
    if (at > Date.now()) throw new Error("A status has a time in the future");
    if (this.#last >= 0 && at < this.#journal.sentAt(this.#last) - MAX_TRANSIT_MS) {
      throw new Error("A status is much older than the lines before it");
    }
    const current = this.#absences.at(-1);
    const away = current?.to === Infinity;
    if (away === (nats === "disconnected")) throw new Error(`A status says ${nats} twice`);
    if (!away) {
      this.tally.absences++;
      this.#absences.push({ from: at, to: Infinity });
    } else {
      current.to = at;
      if (at < current.from) throw new Error("NATS was back before it was lost");
    }
  }

  /** Whether all lines before `end` are accounted for if nothing more arrives. */
  isSettled(end: number): boolean {
    try {
      this.#missing(end);
      return true;
    } catch {
      return false;
    }
  }

  /** Checks that all lines before `end` are accounted for, although nothing more arrives. */
  settle(end: number): void {
    this.#account(end);
    this.#next = end;
  }

  /**
   * Checks that the last count of dropped lines is possible, given when the stream ended.
   *
   * @param at The latest time at which the stream took lines, in milliseconds since the epoch.
   */
  end(at: number): void {
    // What was dropped must have been there to drop.
    let left = this.#dropped - this.#inTransit();
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

  /** The number of lines missing before `end`; throws unless exactly those were reported. */
  #missing(end: number): number {
    let missing = 0;
    let unreported = 0;
    let first = -1;
    for (let number = this.#next; number < end; number++) {
      if (!shows(this.#scope, number)) continue;
      missing++;
      if (this.#absences.some((absence) => this.#falls(number, absence))) continue;
      if (first < 0) first = number;
      unreported++;
    }
    if (unreported <= this.#dropped && this.#dropped <= missing + this.#inTransit()) {
      return Math.max(missing, this.#dropped);
    }
    throw new Error(
      `Of the lines from ${this.#next} to ${end} ${missing} are missing, ` +
        `${
          missing - unreported
        } of them while NATS was away, and ${this.#dropped} are reported as dropped` +
        (first < 0 ? "" : ` (line ${first}, sent at ${this.#time(this.#journal.sentAt(first))})`),
    );
  }

  /** The number of lines published shortly before `ready` that may arrive or be dropped as well. */
  #inTransit(): number {
    if (this.#last >= 0) return 0;
    let count = 0;
    for (let number = this.#next - 1; number >= 0; number--) {
      if (this.#journal.sentAt(number) < this.#openedAt - MAX_TRANSIT_MS) break;
      if (shows(this.#scope, number)) count++;
    }
    return count;
  }

  /** Whether line `number` may have been published during the interval. */
  #falls(number: number, { from, to }: Absence): boolean {
    return this.#journal.publishedAt(number) >= from && this.#journal.sentAt(number) <= to;
  }

  #time(at: number): string {
    return new Date(at).toISOString();
  }
}
