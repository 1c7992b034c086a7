/**
 * A client's end of one stream, over bare TCP: `fetch` costs more than some of the servers that it
 * would measure.
 *
 * @module
 */
import { Chunks } from "./chunks.ts";
import { MARK, micros, NUMBER_DIGITS, TIME_DIGITS } from "./log_line.ts";
import { emptyTally, type Tally } from "./tally.ts";

const BUFFER_BYTES = 65_536;
const LF = 10;
const COLON = 58;
const SMALL_D = 100;

/** One open stream. */
export class Stream {
  #tally = emptyTally();
  readonly #connection: Deno.TcpConn;
  readonly #timed: (latency: number) => void;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #chunks = new Chunks();
  /** Bytes at the buffer's start that are an event without its end. */
  #held = 0;
  #ready = false;
  #number = 0;
  /** Where a line's number stands in its event: the same place in all of a server's lines. */
  #place = 0;
  #paused: PromiseWithResolvers<void> | undefined;

  private constructor(connection: Deno.TcpConn, timed: (latency: number) => void) {
    this.#connection = connection;
    this.#timed = timed;
  }

  /**
   * Opens a stream, and resolves when its first event is there, which is never a line.
   *
   * @param timed Is told how long each line took from publish to read, in µs.
   */
  static async open(
    { port, app, token }: { port: number; app: string; token: string },
    timed: (latency: number) => void,
  ): Promise<Stream> {
    const stream = new Stream(await Deno.connect({ port }), timed);
    const request = `GET /logs?app=${app} HTTP/1.1\r\nHost: localhost\r\n` +
      `Accept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    await stream.#connection.write(new TextEncoder().encode(request));
    await stream.#skipHead();
    while (!stream.#ready) await stream.#readOnce();
    return stream;
  }

  /** Reads until the server ends the stream, which it should not do, and then throws. */
  async read(): Promise<never> {
    while (true) {
      await this.#paused?.promise;
      await this.#readOnce();
    }
  }

  /** Takes nothing more from the socket. */
  pause(): void {
    this.#paused = Promise.withResolvers();
  }

  /** Reads on after a pause. */
  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** Lines that came or are known to be dropped since the last tally. */
  get accounted(): number {
    return this.#tally.lines + this.#tally.dropped;
  }

  /** What came since the last tally. */
  takeTally(): Tally {
    const tally = this.#tally;
    this.#tally = emptyTally();
    return tally;
  }

  /** Hangs up. */
  close(): void {
    this.#connection.close();
  }

  async #skipHead(): Promise<void> {
    let size = 0;
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      size += await this.#fill(size);
      head = new TextDecoder("latin1").decode(this.#buffer.subarray(0, size));
    }
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(`Cannot open a stream: ${head}`);
    const body = head.indexOf("\r\n\r\n") + 4;
    this.#buffer.copyWithin(0, body, size);
    this.#takeEvents(this.#chunks.unframe(this.#buffer, 0, size - body));
  }

  async #readOnce(): Promise<void> {
    const end = this.#held + await this.#fill(this.#held);
    this.#takeEvents(this.#chunks.unframe(this.#buffer, this.#held, end));
  }

  async #fill(start: number): Promise<number> {
    const count = await this.#connection.read(this.#buffer.subarray(start));
    if (count === null) throw new Error("The server ended a stream");
    return count;
  }

  #takeEvents(end: number): void {
    const now = micros();
    let start = 0;
    for (let next = 0; (next = this.#eventEnd(start, end)) > 0; start = next) {
      this.#take(start, next, now);
    }
    if (start > 0) this.#buffer.copyWithin(0, start, end);
    this.#held = end - start;
    this.#tally.chunks += this.#chunks.takeCount();
  }

  /** Where the event that begins at `start` ends; 0 while its end has not come. */
  #eventEnd(start: number, end: number): number {
    let at = this.#buffer.indexOf(LF, start);
    while (at >= 0 && at + 1 < end) {
      if (this.#buffer[at + 1] === LF) return at + 2;
      at = this.#buffer.indexOf(LF, at + 1);
    }
    return 0;
  }

  #take(start: number, end: number, now: number): void {
    const first = this.#buffer[start];
    if (!this.#ready) this.#ready = true;
    else if (first === SMALL_D) this.#takeLine(start, end, now);
    else if (first === COLON) this.#tally.keepalives++;
    else this.#takeControl(start, end);
  }

  #takeLine(start: number, end: number, now: number): void {
    this.#place ||= this.#text(start, end).indexOf(MARK) + MARK.length;
    const at = start + this.#place;
    const number = decimal(this.#buffer, at, NUMBER_DIGITS);
    if (number <= this.#number) throw new Error(`Line ${number} came after line ${this.#number}`);
    this.#number = number;
    this.#tally.lines++;
    this.#timed(now - decimal(this.#buffer, at + NUMBER_DIGITS + 1, TIME_DIGITS));
  }

  #takeControl(start: number, end: number): void {
    const text = this.#text(start, end);
    const count = /^event: dropped\ndata: .*"count":(\d+)/m.exec(text)?.[1];
    if (count === undefined) throw new Error(`Unexpected event: ${text}`);
    this.#tally.dropped += Number(count);
  }

  #text(start: number, end: number): string {
    return new TextDecoder("latin1").decode(this.#buffer.subarray(start, end));
  }
}

function decimal(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) value = value * 10 + bytes[i]! - 48;
  return value;
}
