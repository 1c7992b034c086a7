/**
 * Samples how old log lines are when they arrive from NATS.
 *
 * @module
 */
import { parseLogLine } from "../log_line/log_line.ts";

/** One line in this many is sampled, on average: parsing each would take longer than sending it. */
const SAMPLE_LINES = 64;
/** Longer payloads are not sampled, because they may take a millisecond to parse. */
const MAX_BYTES = 16_384;
/** Older lines were published again, or their clock was wrong. */
const MAX_LAG_MS = 86_400_000;

const decoder = new TextDecoder();

/**
 * Samples the first line, and then one in {@linkcode SAMPLE_LINES}. The distance is random: otherwise, if
 * apps log in turn, every sample could come from the same app.
 */
export class DeliveryLagSampler {
  readonly #onLag: (seconds: number) => void;
  #untilNext = 1;

  /** @param onLag Called with the age of each sampled line that has a timestamp, in seconds. */
  constructor(onLag: (seconds: number) => void) {
    this.#onLag = onLag;
  }

  /** Called with each line. This is the hot path. */
  observe(payload: Uint8Array): void {
    if (--this.#untilNext > 0) return;
    this.#untilNext = Math.ceil(Math.random() * (2 * SAMPLE_LINES - 1));
    const lag = lagOf(payload, Date.now());
    if (lag !== undefined) this.#onLag(lag / 1000);
  }
}

/**
 * Returns the age of a log line at `now`, in milliseconds; `undefined` if it has no time. A line from the
 * future has an age of 0, because clocks differ.
 */
export function lagOf(payload: Uint8Array, now: number): number | undefined {
  if (payload.length > MAX_BYTES) return undefined;
  const { time } = parseLogLine(decoder.decode(payload));
  return time === undefined || now - time > MAX_LAG_MS ? undefined : Math.max(0, now - time);
}
