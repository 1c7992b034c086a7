/**
 * Finds the lines that two streams have in common, if lines have no ids.
 *
 * @module
 */

/** Number of lines beyond the repeated ones in which a repeated line is still expected: order may differ. */
const SLACK_LINES = 16;

/**
 * Joins an old stream and a new one of the same scope, which both deliver every line since the new one opened.
 * The lines of the new stream are the end of the old one's, and continue them: the start of that end is where
 * all lines that both have are equal. Lines may be identical, so that several starts are possible. The right one
 * is then where the streams were in step for the longest time.
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

  /** Returns a function that tells, for each line of the new stream in order, whether it is new. */
  join(): (payload: string) => boolean {
    const repeated = new Map<number, number>();
    const numbers = this.#old.slice(this.#start());
    for (const number of numbers) repeated.set(number, (repeated.get(number) ?? 0) + 1);
    let left = 2 * numbers.length + SLACK_LINES;
    return (payload) => {
      if (repeated.size === 0 || left-- <= 0) return true;
      const number = this.#numberOf(payload);
      const count = repeated.get(number);
      if (count === undefined) return true;
      if (count === 1) repeated.delete(number);
      else repeated.set(number, count - 1);
      return false;
    };
  }

  /** Index of the first line of the old stream that the new one has too. */
  #start(): number {
    this.#addDuration();
    const { length } = this.#old;
    let start = length;
    for (let i = 0; i < length; i++) {
      if (this.#fits(i) && this.#isBetter(i, start)) start = i;
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
    const count = Math.min(this.#old.length - start, this.#new.length);
    for (let i = 0; i < count; i++) if (this.#old[start + i] !== this.#new[i]) return false;
    return true;
  }

  #isBetter(start: number, than: number): boolean {
    const more = this.#duration(start) - this.#duration(than);
    return more > 0 || (more === 0 && than === this.#old.length && this.#new.length > 0);
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
