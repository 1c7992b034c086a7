/**
 * Counts lines per second over the last minutes, for the rate chart.
 *
 * @module
 */
import type { Line } from "./row.ts";

const DEFAULT_SPAN_SECONDS = 300;

/** The lines that arrived in an interval. Times are in milliseconds since the epoch. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  /** All lines, including errors. */
  readonly lines: number;
  readonly errors: number;
  /** Id of the first line; `undefined` if there are no lines. */
  readonly firstId: number | undefined;
}

interface Second {
  at: number;
  lines: number;
  errors: number;
  firstId: number;
}

/** Counts lines by the second in which they arrived. */
export class LineRate {
  /** Indexed by time modulo the span, so that a new second replaces an expired one. */
  readonly #seconds: (Second | undefined)[];

  /** @param span Number of seconds that are kept. */
  constructor(span = DEFAULT_SPAN_SECONDS) {
    this.#seconds = new Array(span).fill(undefined);
  }

  /**
   * Counts a line. This is the hot path.
   *
   * @param time In milliseconds since the epoch. Default: when it arrived.
   */
  add({ id, received, severity }: Line, time: number = received): void {
    const at = Math.floor(time / 1000);
    let second = this.#seconds[at % this.#seconds.length];
    if (second !== undefined && at < second.at) return;
    if (second?.at !== at) {
      second = { at, lines: 0, errors: 0, firstId: id };
      this.#seconds[at % this.#seconds.length] = second;
    }
    second.lines++;
    if (severity === "error") second.errors++;
  }

  clear(): void {
    this.#seconds.fill(undefined);
  }

  /**
   * The bars of the span, oldest first; the last one is still growing.
   *
   * @param width Seconds per bar. As time passes, a bar keeps covering the same seconds, so that bars
   * move rather than flicker.
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
    const bar = {
      from: from * 1000,
      to: (from + width) * 1000,
      lines: 0,
      errors: 0,
      firstId: undefined as number | undefined,
    };
    for (let at = from; at < from + width; at++) {
      const second = this.#seconds[at % this.#seconds.length];
      if (second?.at !== at) continue;
      bar.lines += second.lines;
      bar.errors += second.errors;
      bar.firstId ??= second.firstId;
    }
    return bar;
  }
}
