/**
 * How many streams there may be, in all and of one app.
 *
 * @module
 */
import { Problem } from "../problem.ts";

/** The places for streams. A place is free once the stream's response has been sent or its connection is closed. */
export class Places {
  /** How many there are. */
  readonly limit: number;
  readonly #limitPerApp: number;
  readonly #taken = new Map<string, number>();
  #total = 0;

  /** At most `limit`, of them at most `limitPerApp` for one app. */
  constructor(limit: number, limitPerApp: number) {
    this.limit = limit;
    this.#limitPerApp = limitPerApp;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#total;
  }

  /** Why no app has a place now; `undefined` while one may have. */
  get unavailable(): Problem | undefined {
    if (this.#total < this.limit) return undefined;
    return new Problem("at_capacity", "The service has no stream to spare: try again later.");
  }

  /** @throws {Problem} Where there is no place for a stream of `app`. */
  check(app: string): void {
    if (this.unavailable !== undefined) throw this.unavailable;
    if ((this.#taken.get(app) ?? 0) < this.#limitPerApp) return;
    throw new Problem("too_many_streams", "This app has all its streams open: close one first.");
  }

  /**
   * Takes a place; returns what gives it back.
   *
   * @throws {Problem} Where there is none for a stream of `app`.
   */
  enter(app: string): () => void {
    this.check(app);
    this.#taken.set(app, (this.#taken.get(app) ?? 0) + 1);
    this.#total++;
    return () => {
      const left = this.#taken.get(app)! - 1;
      if (left > 0) this.#taken.set(app, left);
      else this.#taken.delete(app);
      this.#total--;
    };
  }
}
