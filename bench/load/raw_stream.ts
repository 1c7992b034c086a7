/**
 * Reads a stream from a TCP socket, because `fetch` costs more CPU time than some of the servers.
 *
 * @module
 */
import { ChunkedFraming } from "./chunked_framing.ts";
import { MARK, micros, NUMBER_DIGITS, TIME_DIGITS } from "./sample_line.ts";

const BUFFER_BYTES = 65_536;
const LF = 10;
const COLON = 58;
const SMALL_D = 100;
const SMALL_I = 105;

/** What one or more streams have delivered. */
export interface Counts {
  lines: number;
  /** Number of lines reported by `dropped` events. */
  dropped: number;
  keepalives: number;
  /** Number of HTTP chunks. */
  chunks: number;
}

/** Creates counts that are all zero. */
export function zeroCounts(): Counts {
  return { lines: 0, dropped: 0, keepalives: 0, chunks: 0 };
}

/** A stream to open. */
export interface StreamAccess {
  /** Port of the server. */
  port: number;
  app: string;
  token: string;
  /** What to add to the query, such as `&tail=100`. */
  query?: string;
}

/** One open stream. */
export class RawStream {
  readonly #counts = zeroCounts();
  readonly #connection: Deno.TcpConn;
  readonly #onLine: (latency: number) => void;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #framing = new ChunkedFraming();
  /** Number of bytes at the start of the buffer that belong to an incomplete event. */
  #held = 0;
  #ready = false;
  #live = false;
  #startId = 0;
  /** Sequence number of the last line. */
  #number = 0;
  /** Offset of the sequence number in an event, the same for all lines of a server. */
  #numberOffset = 0;
  #paused: PromiseWithResolvers<void> | undefined;

  private constructor(connection: Deno.TcpConn, onLine: (latency: number) => void) {
    this.#connection = connection;
    this.#onLine = onLine;
  }

  /**
   * Opens a stream and resolves once its first event has arrived, which is never a line.
   *
   * @param onLine Called with the latency of each line from publishing to reading, in µs.
   */
  static async open(
    { port, app, token, query = "" }: StreamAccess,
    onLine: (latency: number) => void,
  ): Promise<RawStream> {
    const stream = new RawStream(await Deno.connect({ port }), onLine);
    const request = `GET /logs?app=${app}${query} HTTP/1.1\r\nHost: localhost\r\n` +
      `Accept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    await stream.#connection.write(new TextEncoder().encode(request));
    await stream.#readHead();
    while (!stream.#ready) await stream.#readOnce();
    return stream;
  }

  /** Reads continuously; rejects if the server ends the stream. */
  async read(): Promise<never> {
    while (true) {
      await this.#paused?.promise;
      await this.#readOnce();
    }
  }

  /** Reads to the end of the history that the stream starts with. For streams opened with a query for it. */
  async readUntilLive(): Promise<void> {
    while (!this.#live) await this.#readOnce();
  }

  /** ID of the first event; 0 if the server does not send IDs. */
  get startId(): number {
    return this.#startId;
  }

  /** Stops reading from the socket. */
  pause(): void {
    this.#paused = Promise.withResolvers();
  }

  /** Resumes reading. */
  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** Number of lines delivered or reported as dropped since the last {@linkcode moveCountsTo}. */
  get accounted(): number {
    return this.#counts.lines + this.#counts.dropped;
  }

  /** Adds the counts since the last call to `total`. */
  moveCountsTo(total: Counts): void {
    for (const name of ["lines", "dropped", "keepalives", "chunks"] as const) {
      total[name] += this.#counts[name];
      this.#counts[name] = 0;
    }
  }

  /** Closes the connection. */
  close(): void {
    this.#connection.close();
  }

  async #readHead(): Promise<void> {
    let size = 0;
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      size += await this.#fill(size);
      head = new TextDecoder("latin1").decode(this.#buffer.subarray(0, size));
    }
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(`Cannot open a stream: ${head}`);
    const body = head.indexOf("\r\n\r\n") + 4;
    this.#buffer.copyWithin(0, body, size);
    this.#handleEvents(this.#framing.remove(this.#buffer, 0, size - body));
  }

  async #readOnce(): Promise<void> {
    const end = this.#held + await this.#fill(this.#held);
    this.#handleEvents(this.#framing.remove(this.#buffer, this.#held, end));
  }

  async #fill(start: number): Promise<number> {
    const count = await this.#connection.read(this.#buffer.subarray(start));
    if (count === null) throw new Error("The server ended a stream");
    return count;
  }

  #handleEvents(end: number): void {
    const now = micros();
    let start = 0;
    for (let next = 0; (next = this.#eventEnd(start, end)) > 0; start = next) {
      this.#handle(start, next, now);
    }
    if (start > 0) this.#buffer.copyWithin(0, start, end);
    this.#held = end - start;
    this.#counts.chunks += this.#framing.takeCount();
  }

  /** The end of the event that begins at `start`; 0 if the event is incomplete. */
  #eventEnd(start: number, end: number): number {
    let at = this.#buffer.indexOf(LF, start);
    while (at >= 0 && at + 1 < end) {
      if (this.#buffer[at + 1] === LF) return at + 2;
      at = this.#buffer.indexOf(LF, at + 1);
    }
    return 0;
  }

  #handle(start: number, end: number, now: number): void {
    const first = this.#buffer[start];
    if (!this.#ready) this.#handleReady(start, end);
    else if (first === SMALL_D) this.#handleLine(start, end, now);
    // An ID, which is on a line of its own before the data.
    else if (first === SMALL_I) this.#handleLine(this.#buffer.indexOf(LF, start) + 1, end, now);
    else if (first === COLON) this.#counts.keepalives++;
    else this.#handleControl(start, end);
  }

  #handleReady(start: number, end: number): void {
    this.#ready = true;
    const text = this.#text(start, end);
    this.#live = !text.includes('"history":true');
    this.#startId = Number(/^id: (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  #handleLine(start: number, end: number, now: number): void {
    this.#numberOffset ||= this.#text(start, end).indexOf(MARK) + MARK.length;
    const at = start + this.#numberOffset;
    const number = decimal(this.#buffer, at, NUMBER_DIGITS);
    if (number <= this.#number) throw new Error(`Line ${number} came after line ${this.#number}`);
    this.#number = number;
    this.#counts.lines++;
    this.#onLine(now - decimal(this.#buffer, at + NUMBER_DIGITS + 1, TIME_DIGITS));
  }

  #handleControl(start: number, end: number): void {
    const text = this.#text(start, end);
    if (/^event: live$/m.test(text)) return void (this.#live = true);
    const count = /^event: dropped\ndata: .*"count":(\d+)/m.exec(text)?.[1];
    if (count === undefined) throw new Error(`Unexpected event: ${text}`);
    this.#counts.dropped += Number(count);
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
