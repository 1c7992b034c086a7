/**
 * Detects that a stream has been silent for too long.
 *
 * @module
 */

/** Interval of the checks, so that a computer that slept notices soon after it wakes. */
const TICK_MS = 5000;
/** Lateness of a check that shows that the page was suspended. */
const SUSPENDED_MS = 2000;
/** Time in which what arrived while the page was suspended is read, and a keepalive may be late. */
const GRACE_MS = 2000;
/** Number of keepalives in the maximum silence. */
const KEEPALIVES = 3;

/**
 * Aborts a signal after a period of silence. Sets one timer per check, not one per chunk. Times are those of
 * the wall clock: the other one may stop while the computer sleeps.
 */
export class SilenceTimer {
  readonly #aborting = new AbortController();
  /** Aborted when the silence is too long. */
  readonly signal: AbortSignal = this.#aborting.signal;
  readonly #limit: number;
  #heardAt = Date.now();
  #deadline: number;
  #isHurrying = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param limit Maximum silence, in milliseconds: three keepalives. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#deadline = this.#heardAt + limit;
    this.#schedule();
  }

  /** When the stream was last heard, or the timer was created. Milliseconds since the epoch. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Starts the period again: the stream was not silent. */
  reset(): void {
    this.#heardAt = Date.now();
    this.#deadline = this.#heardAt + this.#limit;
    this.#isHurrying = false;
  }

  /** Shortens the current period to one keepalive: the stream may be dead, and somebody is waiting. */
  hurry(): void {
    if (this.#isHurrying || this.#timer === undefined) return;
    this.#isHurrying = true;
    const keepalive = this.#heardAt + this.#limit / KEEPALIVES + GRACE_MS;
    this.#deadline = Math.max(Math.min(this.#deadline, keepalive), Date.now() + GRACE_MS);
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    // The clock may have been set back.
    const left = Math.min(this.#deadline - Date.now(), this.#limit);
    const due = Date.now() + Math.min(left, TICK_MS);
    this.#timer = setTimeout(() => this.#check(due), due - Date.now());
  }

  #check(due: number): void {
    const now = Date.now();
    if (now - due > SUSPENDED_MS && !this.#isHurrying) this.hurry();
    else if (now >= this.#deadline) this.#aborting.abort();
    else this.#schedule();
  }
}
