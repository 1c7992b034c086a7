/**
 * How long a stream says nothing.
 *
 * @module
 */

/** Tells when nothing has been heard for too long; costs no timer a chunk. */
export class SilenceWatch {
  readonly #leave = new AbortController();
  readonly #limit: number;
  #heardAt = performance.now();
  #timer: ReturnType<typeof setTimeout>;

  /** @param limit How long is too long. Milliseconds. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#timer = setTimeout(this.#look, limit);
  }

  /** Is aborted then. */
  get signal(): AbortSignal {
    return this.#leave.signal;
  }

  /** Something was heard. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Stops looking. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #look = (): void => {
    const left = this.#heardAt + this.#limit - performance.now();
    if (left <= 0) this.#leave.abort();
    else this.#timer = setTimeout(this.#look, left);
  };
}
