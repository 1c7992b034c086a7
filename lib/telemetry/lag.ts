/**
 * How old log lines are when they come.
 *
 * @module
 */

/** One line in so many is looked at, on average: parsing each would cost more than sending it. */
const SAMPLE = 64;
/** A longer payload is not looked at: it may take a millisecond to parse. Bytes. */
const MAX_BYTES = 16_384;
/** What is older was published anew, or never had a clock. Milliseconds. */
const MAX_LAG = 86_400_000;
/** RFC 3339, section 5.6. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const decoder = new TextDecoder();

/**
 * Looks at one line in {@linkcode SAMPLE}, the first among them. Which are next is left to chance, or
 * apps that log in turn would always send the same one's.
 */
export class LagSampler {
  readonly #onLag: (seconds: number) => void;
  #untilNext = 1;

  /** @param onLag Told the age of a line that was looked at and has one. Seconds. */
  constructor(onLag: (seconds: number) => void) {
    this.#onLag = onLag;
  }

  /** Takes each line. This is the hot path. */
  look(payload: Uint8Array): void {
    if (--this.#untilNext > 0) return;
    this.#untilNext = Math.ceil(Math.random() * (2 * SAMPLE - 1));
    const lag = lagOf(payload, Date.now());
    if (lag !== undefined) this.#onLag(lag / 1000);
  }
}

/**
 * How long before `now` a Fly log line was written; none is from the future, since clocks differ.
 * Milliseconds; `undefined` for any other payload.
 */
export function lagOf(payload: Uint8Array, now: number): number | undefined {
  if (payload.length > MAX_BYTES || payload[0] !== 0x7b) return undefined;
  const written = Date.parse(timestampOf(decoder.decode(payload)) ?? "");
  // Date.parse() says NaN for what is no date, which no comparison is true of.
  return now - written <= MAX_LAG ? Math.max(0, now - written) : undefined;
}

function timestampOf(payload: string): string | undefined {
  try {
    const { timestamp } = JSON.parse(payload);
    return typeof timestamp === "string" && TIMESTAMP.test(timestamp) ? timestamp : undefined;
  } catch {
    return undefined;
  }
}
