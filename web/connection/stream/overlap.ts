/**
 * Finds the lines that two streams have in common, if lines have no ids.
 *
 * @module
 */

/** Number of lines beyond the repeated ones in which a repeated line is still expected: order may differ. */
const SLACK_LINES = 16;

/** Time in step that each different line in common counts for, and the number of lines that are looked at. */
const LINE_MS = 20;
const MAX_LINES = 32;
/** Minimum number of different lines in common that show that the new stream began before the old one was watched. */
const MIN_COMMON = 3;

/**
 * Joins an old stream and a new one of the same scope, which both deliver every line since the new one opened.
 * The lines of the new stream are the end of the old one's, and continue them: the start of that end is where
 * all lines that both have are equal. Lines may be identical, so that several starts are possible. The right one
 * is then where the streams were in step for the longest time, and have the most different lines in common. A stream
 * that another viewer shares may be late, and begin with lines that the old one delivered before it was watched.
 */
export class Overlap {
  /** Payloads as numbers, which are compared faster. */
  readonly #numbers = new Map<string, number>();
  readonly #old: number[] = [];
  readonly #new: number[] = [];
  /** For how long the old stream was this number of lines ahead, in milliseconds. */
  readonly #durations = new Map<number, number>();
  #since: number | undefined;
  /** Number of lines of the old stream when the new one opened. */
  #oldAtStart = 0;

  /** Adds a line of the old stream; every one since the new stream was requested. */
  addOld(payload: string): void {
    this.#addDuration();
    this.#old.push(this.#numberOf(payload));
  }

  /** The new stream has opened. */
  start(): void {
    this.#since = performance.now();
    this.#oldAtStart = this.#old.length;
  }

  /** Adds a line of the new stream; every one. */
  addNew(payload: string): void {
    this.#addDuration();
    this.#new.push(this.#numberOf(payload));
  }

  /** Whether the old stream has arrived where the new one starts: no line before that is still to come. */
  get isComplete(): boolean {
    if (this.#new.length === 0) return this.#old.length === this.#oldAtStart;
    return this.#start() < this.#old.length;
  }

  /** Returns a function that tells, for each line of the new stream in order, whether it is new. Call it once. */
  join(): (payload: string) => boolean {
    const payloads = [...this.#numbers.keys()];
    const start = this.#start();
    const numbers = this.#old.slice(Math.max(0, start));
    let before = -start;
    const repeated = new Map<string, number>();
    for (const number of numbers) {
      repeated.set(payloads[number]!, (repeated.get(payloads[number]!) ?? 0) + 1);
    }
    let left = 2 * numbers.length + SLACK_LINES;
    // The function may be kept for as long as the new stream.
    this.#numbers.clear();
    return (payload) => {
      if (before-- > 0) return false;
      if (repeated.size === 0) return true;
      if (left-- <= 0) repeated.clear();
      const count = repeated.get(payload);
      if (count === undefined) return true;
      if (count === 1) repeated.delete(payload);
      else repeated.set(payload, count - 1);
      return false;
    };
  }

  /**
   * Index of the first line of the old stream that the new one has too; negative if the new one has this number of lines
   * before the first one of the old stream.
   */
  #start(): number {
    this.#addDuration();
    const { length } = this.#old;
    let start = length;
    let best = this.#duration(length);
    for (let i = length === 0 ? 0 : 1 - this.#new.length; i < length; i++) {
      if (!this.#fits(i)) continue;
      const from = Math.max(0, i);
      const count = Math.min(length - from, MAX_LINES, this.#new.length + Math.min(0, i));
      const common = new Set(this.#old.slice(from, from + count));
      // Two lines in a different order look like this too.
      if (i < 0 && common.size < MIN_COMMON) continue;
      // A new stream that is ahead looks like one that began before.
      const score = (i < 0 ? 0 : this.#duration(i)) + common.size * LINE_MS;
      if (score > best) [start, best] = [i, score];
    }
    if (start < length) return start;
    // Two instances of the service may deliver the lines of different machines in different orders.
    const fresh = new Set(this.#new);
    for (const lead of this.#durations.keys()) {
      const isCommon = lead < length && fresh.has(this.#old[lead]!);
      if (isCommon && this.#duration(lead) > this.#duration(start)) start = lead;
    }
    return start;
  }

  #fits(start: number): boolean {
    for (let i = Math.max(0, start); i < this.#old.length && i - start < this.#new.length; i++) {
      if (this.#old[i] !== this.#new[i - start]) return false;
    }
    return true;
  }

  #duration(lead: number): number {
    return this.#durations.get(lead) ?? 0;
  }

  #addDuration(): void {
    if (this.#since === undefined) return;
    const now = performance.now();
    const lead = this.#old.length - this.#new.length;
    this.#durations.set(lead, this.#duration(lead) + now - this.#since);
    this.#since = now;
  }

  #numberOf(payload: string): number {
    const number = this.#numbers.get(payload) ?? this.#numbers.size;
    this.#numbers.set(payload, number);
    return number;
  }
}
