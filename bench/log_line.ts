/**
 * The log line that the benchmark publishes: 300 bytes in Fly's format. Its message starts with a
 * number, by which a reader knows that none is missing, and with the time at which it was
 * published, both in fixed places, so that neither side has to build or parse JSON.
 *
 * @module
 */

/** Bytes of every payload. */
export const PAYLOAD_BYTES = 300;
/** What stands before the number and the time, wherever a server has put the payload. */
export const MARK = "bench ";
/** Digits of the number, which a space follows. */
export const NUMBER_DIGITS = 10;
/** Digits of the time, in µs since 1970. */
export const TIME_DIGITS = 16;

const ZERO = 48;
const NINE = 57;

/** The name of one of the apps that write. */
export function appName(index: number): string {
  return `app-${String(index).padStart(3, "0")}`;
}

/** Now, in µs since 1970, by a clock that never runs backwards. */
export function micros(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

/** A moment as the digits that go into a line. */
export function digits(time: number): Uint8Array {
  return new TextEncoder().encode(String(Math.floor(time)).padStart(TIME_DIGITS, "0"));
}

/** One app's lines: always the same bytes, with the next number and time put in. */
export class Line {
  /** The current line, between what was given to put before and after it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #number: number;

  constructor(app: string, before: string, after: string) {
    this.bytes = new TextEncoder().encode(before + payload(app) + after);
    this.#number = new TextDecoder().decode(this.bytes).indexOf(MARK) + MARK.length;
  }

  /** Makes it the next line, published at `time`. */
  next(time: Uint8Array): void {
    const { bytes } = this;
    const at = this.#number + NUMBER_DIGITS + 1;
    for (let i = 0; i < TIME_DIGITS; i++) bytes[at + i] = time[i]!;
    let digit = at - 2;
    while (bytes[digit] === NINE) bytes[digit--] = ZERO;
    bytes[digit]!++;
  }
}

function payload(app: string): string {
  const line = {
    event: { provider: "app" },
    fly: { app: { instance: "d896d7c609dd68", name: app }, region: "dfw" },
    host: "9c2f",
    log: { level: "info" },
    message: `${MARK}${"0".repeat(NUMBER_DIGITS)} ${"0".repeat(TIME_DIGITS)} GET /healthz 200 `,
    timestamp: "2026-11-20T20:42:11.123456789Z",
  };
  line.message = line.message.padEnd(
    line.message.length + PAYLOAD_BYTES - JSON.stringify(line).length,
    "lorem ipsum ",
  );
  return JSON.stringify(line);
}
