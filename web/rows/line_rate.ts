/**
 * How many lines came lately: what the strip of bars shows.
 *
 * @module
 */
import { type Line, severityOf } from "./row.ts";

/** How far back it looks, by default. Seconds. */
const SPAN = 300;

/** What came in a stretch of time. Times in milliseconds since the epoch. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  /** Lines, errors among them. */
  readonly lines: number;
  readonly errors: number;
  /** The first line's row, to jump to; `undefined` where none came. */
  readonly firstId: number | undefined;
}

/** One second. */
interface Second {
  at: number;
  lines: number;
  errors: number;
  firstId: number;
}

/** Counts lines by the second in which they came. */
export class Rate {
  /** A second's place is its remainder: one that is past the span makes room for a new one. */
  readonly #seconds: (Second | undefined)[];

  /** @param span Seconds that are looked back. */
  constructor(span = SPAN) {
    this.#seconds = new Array(span).fill(undefined);
  }

  /** Counts a line. This is the hot path. */
  add({ id, received, level }: Line): void {
    const at = Math.floor(received / 1000);
    let second = this.#seconds[at % this.#seconds.length];
    if (second?.at !== at) {
      second = { at, lines: 0, errors: 0, firstId: id };
      this.#seconds[at % this.#seconds.length] = second;
    }
    second.lines++;
    if (severityOf(level) === "error") second.errors++;
  }

  /** Forgets all. */
  clear(): void {
    this.#seconds.fill(undefined);
  }

  /**
   * The last minutes, the oldest first; the last bar is not over yet.
   *
   * @param width Seconds that a bar stands for. Bars keep their seconds while time goes by, so that
   * they wander, and do not flicker.
   */
  bars(width: number, now: number = Date.now()): Bar[] {
    const count = Math.floor(this.#seconds.length / width);
    const last = Math.floor(now / 1000 / width);
    return Array.from(
      { length: count },
      (_, i) => this.#bar((last - count + 1 + i) * width, width),
    );
  }

  #bar(from: number, width: number): Bar {
    const seconds: Second[] = [];
    for (let at = from; at < from + width; at++) {
      const second = this.#seconds[at % this.#seconds.length];
      if (second?.at === at) seconds.push(second);
    }
    return {
      from: from * 1000,
      to: (from + width) * 1000,
      lines: sum(seconds, "lines"),
      errors: sum(seconds, "errors"),
      firstId: seconds[0]?.firstId,
    };
  }
}

function sum(seconds: readonly Second[], what: "lines" | "errors"): number {
  return seconds.reduce((total, second) => total + second[what], 0);
}
