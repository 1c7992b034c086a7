/**
 * The process's connections to NATS: one for most subscriptions, and one for crowds.
 *
 * A connection delivers in order. If an app that 100 readers watch logs a line of 1 MB, all 100 copies of it
 * are ahead of what any other app logs next, which then waits for 0.3 s. So only the first readers of a
 * subject share the connection with those of all other subjects.
 *
 * @module
 */
import type { Log } from "../telemetry/log.ts";
import { Connection, type Nats, type Subscriber } from "./connection.ts";
import type { NatsOptions } from "./options.ts";

/** Number of subscriptions to one subject that are opened on the main connection. */
const FIRST_READERS = 2;

/** Starts to connect, and returns at once. */
export function createNats(options: NatsOptions, log: Log): Nats {
  return new Lanes(() => new Connection(options, log));
}

class Lanes implements Nats {
  readonly #open: () => Connection;
  readonly #main: Connection;
  /** Opened when a subject has its first crowd. */
  #crowd: Connection | undefined;
  /** Number of subscriptions on the main connection, by subject. */
  readonly #readers = new Map<string, number>();

  constructor(open: () => Connection) {
    this.#open = open;
    this.#main = open();
  }

  get unavailable(): string | undefined {
    return this.#main.unavailable;
  }

  get reconnects(): number {
    return this.#main.reconnects;
  }

  async subscribe(subject: string, subscriber: Subscriber): Promise<() => void> {
    const readers = this.#readers.get(subject) ?? 0;
    if (readers >= FIRST_READERS) {
      this.#crowd ??= this.#open();
      await this.#crowd.tried;
      if (this.#crowd.unavailable === undefined) {
        return await this.#crowd.subscribe(subject, subscriber);
      }
    }
    this.#count(subject, 1);
    try {
      const close = await this.#main.subscribe(subject, subscriber);
      return () => {
        this.#count(subject, -1);
        close();
      };
    } catch (error) {
      this.#count(subject, -1);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#main.close(), this.#crowd?.close()]);
  }

  #count(subject: string, change: 1 | -1): void {
    const readers = (this.#readers.get(subject) ?? 0) + change;
    if (readers > 0) this.#readers.set(subject, readers);
    else this.#readers.delete(subject);
  }
}
