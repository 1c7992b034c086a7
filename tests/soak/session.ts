/** A stream from its client's point of view: requested, read at the client's rate, and checked. */
import { createParser } from "npm:eventsource-parser@^3";
import type { Journal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import type { Scope } from "./line.ts";
import type { Request, Wire } from "./wire.ts";

/** How long after its token a stream may end, for example because the service hangs. */
const LATE_MS = 6_000;

/** The service's refusal of a request. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`Refused with ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

/** An open stream. */
export class Session {
  /** Accounts for the lines; set when `ready` has been read. */
  ledger: Ledger | undefined;
  /** The reason in the `end` event. */
  reason: string | undefined;
  readonly #wire: Wire;
  readonly #journal: Journal;
  readonly #scope: Scope;
  readonly #expiresAt: number;
  readonly #onLine: (number: number) => void;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #feed: (text: string) => void;

  private constructor(
    wire: Wire,
    journal: Journal,
    { scope, expiresAt = Infinity, format }: Request,
    onLine: (number: number) => void,
  ) {
    this.#wire = wire;
    this.#journal = journal;
    this.#scope = scope;
    this.#expiresAt = expiresAt;
    this.#onLine = onLine;
    this.#feed = format === "sse" ? this.#parseSse() : this.#parseNdjson();
  }

  /**
   * Asks for a stream and resolves once it is ready.
   *
   * @param onLine Called with the number of each line.
   * @throws {Refusal} If the service answers with an error.
   */
  static async open(
    wire: Wire,
    journal: Journal,
    request: Request,
    onLine: (number: number) => void = () => {},
  ): Promise<Session> {
    const session = new Session(wire, journal, request, onLine);
    await session.#readHead();
    while (session.ledger === undefined) await session.read();
    return session;
  }

  /** Reads once; throws if the stream violates a guarantee, such as by closing without an `end` event. */
  async read(): Promise<void> {
    const bytes = await this.#wire.read();
    if (bytes !== null) return this.#feed(this.#decoder.decode(bytes, { stream: true }));
    if (this.reason === undefined) throw new Error("The stream was closed without an end event");
  }

  async #readHead(): Promise<void> {
    let text = "";
    let end = -1;
    while ((end = text.indexOf("\r\n\r\n")) < 0) {
      const bytes = await this.#wire.read();
      if (bytes === null) throw new Error(`The response was cut off: "${text}"`);
      text += this.#decoder.decode(bytes, { stream: true });
    }
    let body = text.slice(end + 4);
    const status = Number(text.split(" ")[1]);
    if (status === 200) return this.#feed(body);
    for (let bytes; (bytes = await this.#wire.read()) !== null;) {
      body += this.#decoder.decode(bytes);
    }
    throw new Refusal(status, body.startsWith("{") ? JSON.parse(body).code : body.slice(0, 80));
  }

  #parseSse(): (text: string) => void {
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === undefined) this.#takeLine(data);
        else this.#takeControl(event, JSON.parse(data));
      },
      onError: (error) => {
        throw error;
      },
    });
    return (text) => parser.feed(text);
  }

  #parseNdjson(): (text: string) => void {
    let held = "";
    return (text) => {
      const lines = (held + text).split("\n");
      held = lines.pop()!;
      for (const line of lines.filter((line) => line !== "")) {
        const value = JSON.parse(line);
        if (typeof value === "string") this.#takeLine(value);
        else if (value?.natstap === undefined) this.#takeLine(line);
        else this.#takeControl(value.natstap.event, value.natstap);
      }
    };
  }

  #takeLine(data: string): void {
    if (this.ledger === undefined || this.reason !== undefined) {
      throw new Error("A line came before ready or after end");
    }
    const number = this.ledger.line(data);
    if (this.#journal.sentAt(number) > this.#expiresAt + LATE_MS) {
      throw new Error(`Line ${number} was published after the token had expired`);
    }
    this.#onLine(number);
  }

  #takeControl(event: string, data: Record<string, unknown>): void {
    if ((event === "ready") === (this.ledger !== undefined) || this.reason !== undefined) {
      throw new Error(`Unexpected ${event} event`);
    }
    switch (event) {
      case "ready":
        return void (this.ledger = new Ledger(this.#journal, this.#scope));
      case "dropped":
        return this.ledger!.dropped(Number(data.count));
      case "status":
        return this.ledger!.status(String(data.nats), Date.parse(String(data.at)));
      case "end":
        return void (this.reason = String(data.reason));
      default:
        throw new Error(`Unknown event "${event}"`);
    }
  }
}
