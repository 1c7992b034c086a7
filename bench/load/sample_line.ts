/**
 * The log line that the benchmark publishes: 300 bytes in Fly's format. Its message starts with a
 * sequence number and the time of publication, both at fixed offsets, so that neither side has to
 * build or parse JSON.
 *
 * @module
 */

/** Size of every payload. */
export const PAYLOAD_BYTES = 300;
/** The text before the sequence number, wherever a server puts the payload. */
export const MARK = "bench ";
/** Digits of the sequence number, which is followed by a space. */
export const NUMBER_DIGITS = 10;
/** Digits of the time of publication, in µs since 1970. */
export const TIME_DIGITS = 16;

const ZERO = 48;
const NINE = 57;

/** The name of the app with this index. */
export function appName(index: number): string {
  return `app-${String(index).padStart(3, "0")}`;
}

/** The app name of each stream; streams are distributed evenly among the apps. */
export function appNames(streams: number, apps: number): string[] {
  return Array.from({ length: streams }, (_, index) => appName(index % apps));
}

/** The current time in µs since 1970, from a monotonic clock. */
export function micros(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

/** Formats a time as the digits in a line. */
export function digits(time: number): Uint8Array {
  return new TextEncoder().encode(String(Math.floor(time)).padStart(TIME_DIGITS, "0"));
}

/** The lines of one app: one buffer, in which sequence number and time are updated. */
export class Line {
  /** The current line with the text before and after it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #number: number;

  constructor(app: string, before: string, after: string) {
    this.bytes = new TextEncoder().encode(before + payload(app) + after);
    this.#number = new TextDecoder().decode(this.bytes).indexOf(MARK) + MARK.length;
  }

  /** Changes the buffer to the next line, published at `time`. */
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
