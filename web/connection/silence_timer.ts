/**
 * Detects that a stream has been silent for too long.
 *
 * @module
 */

/** Aborts a signal after a period of silence. Sets one timer per period, not one per chunk. */
export class SilenceTimer {
  readonly #aborting = new AbortController();
  readonly #limit: number;
  #heardAt = performance.now();
  #timer: ReturnType<typeof setTimeout>;

  /** @param limit Maximum silence, in milliseconds. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#timer = setTimeout(this.#check, limit);
  }

  /** Aborted when the silence is too long. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** Starts the period again: the stream was not silent. */
  reset(): void {
    this.#heardAt = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #check = (): void => {
    const left = this.#heardAt + this.#limit - performance.now();
    if (left <= 0) this.#aborting.abort();
    else this.#timer = setTimeout(this.#check, left);
  };
}
