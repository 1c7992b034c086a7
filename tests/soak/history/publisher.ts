/**
 * Publishes numbered lines to the JetStream stream until each one has been stored. A line whose
 * confirmation is lost is stored twice, with two sequence numbers. Headers that would prevent that
 * make replicas of nats-server 2.9 differ.
 */
import { headers, type NatsConnection } from "@nats-io/transport-deno";
import { subjectOf } from "../../support/service.ts";
import { payloadOf, scopeOf } from "../line.ts";
import { pause } from "../run.ts";

/** How long to wait for the confirmation that a line has been stored. */
const CONFIRM_MS = 3_000;
const RETRY_MS = 200;
/** Time between two batches. */
const BATCH_INTERVAL_MS = 20;
/** Maximum number of unconfirmed lines; publishing pauses meanwhile. */
const MAX_UNCONFIRMED = 500;

/** A published line. Times are on the clock of `performance.now()`. */
export interface PublishedLine {
  /** When it was first sent. */
  readonly sentAt: number;
  /** Its sequence number in the stream; `undefined` until it has been confirmed. */
  sequence?: number;
}

/** Publishes lines until it is stopped. */
export class ConfirmedPublisher {
  /** The lines by their numbers. */
  readonly lines: PublishedLine[] = [];
  /** The number of lines that had to be sent again. */
  repeated = 0;
  readonly #connection: NatsConnection;
  readonly #rate: number;
  readonly #pending = new Set<Promise<void>>();
  #stopped = false;
  readonly #done: Promise<void>;

  /** @param rate Lines per second. */
  constructor(connection: NatsConnection, rate: number) {
    this.#connection = connection;
    this.#rate = rate;
    this.#done = this.#run();
  }

  /** The number of lines that are confirmed. */
  get confirmed(): number {
    return this.lines.length - this.#pending.size;
  }

  /** Stops; resolves once every line has been stored. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await Promise.all(this.#pending);
  }

  async #run(): Promise<void> {
    for (let dueAt = performance.now(); !this.#stopped;) {
      const now = performance.now();
      dueAt = Math.max(dueAt, now - 1_000);
      while (dueAt < now && this.#pending.size < MAX_UNCONFIRMED) {
        dueAt += 1_000 / this.#rate;
        const publishing = this.#publish(this.lines.length);
        this.#pending.add(publishing);
        publishing.then(() => this.#pending.delete(publishing));
      }
      await pause(BATCH_INTERVAL_MS);
    }
  }

  async #publish(number: number): Promise<void> {
    const line: PublishedLine = { sentAt: performance.now() };
    this.lines.push(line);
    const { app, region, machine } = scopeOf(number);
    const subject = subjectOf(app, region, machine);
    for (let sendings = 1; line.sequence === undefined; sendings++) {
      if (sendings === 2) this.repeated++;
      try {
        const options = { headers: headersOf(number), timeout: CONFIRM_MS };
        const reply = await this.#connection.request(subject, payloadOf(number), options);
        const { seq } = reply.json<{ seq?: number }>();
        // An error has no sequence number.
        if (seq) line.sequence = seq;
        else await pause(RETRY_MS);
      } catch {
        await pause(RETRY_MS);
      }
    }
  }
}

/** Some lines imitate the server's headers. */
function headersOf(number: number) {
  const all = headers();
  if (number % 16 === 0) {
    all.set("Nats-Stream", "logs");
    all.set("Nats-Sequence", "999999999");
    all.set("Nats-Last-Sequence", "0");
  }
  return all;
}
