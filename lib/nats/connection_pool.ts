/**
 * The connections to NATS: one for most subscriptions, and one for subjects with many readers.
 *
 * @module
 */
import { Problem } from "../problem.ts";
import type { Log } from "../telemetry/log.ts";
import { Connection, type Nats, type OpenSubscription, type Subscriber } from "./connection.ts";
import type { NatsOptions } from "./options.ts";

/** Maximum number of subscriptions to a subject on the main connection. */
const MAX_MAIN_READERS = 2;

/**
 * Two connections that act as one.
 *
 * A connection delivers in order. If an app with 100 readers logs a line of 1 MB, all 100 copies of it
 * come before the next line of any other app, which is then delayed by 0.3 s. So only the first readers
 * of a subject use the main connection.
 */
export class ConnectionPool implements Nats {
  readonly #open: () => Connection;
  readonly #main: Connection;
  /** Opened for the first subject with too many readers. */
  #crowd: Connection | undefined;
  readonly #watches: Parameters<Nats["watch"]>[] = [];
  /** Number of subscriptions on the main connection, by subject. */
  readonly #readers = new Map<string, number>();

  /** Starts to connect immediately. */
  constructor(options: NatsOptions, log: Log) {
    this.#open = () => {
      const connection = new Connection(options, log);
      for (const watch of this.#watches) connection.watch(...watch);
      return connection;
    };
    this.#main = this.#open();
  }

  get unavailable(): string | undefined {
    return this.#main.unavailable;
  }

  get reconnects(): number {
    return this.#main.reconnects;
  }

  async subscribe(subject: string, subscriber: Subscriber): Promise<OpenSubscription> {
    const readers = this.#readers.get(subject) ?? 0;
    if (readers >= MAX_MAIN_READERS) {
      this.#crowd ??= this.#open();
      await this.#crowd.attempted;
      if (this.#crowd.unavailable === undefined) {
        try {
          return await this.#crowd.subscribe(subject, subscriber);
        } catch (error) {
          // The connection may just have been lost, while the main one was not.
          if (!(error instanceof Problem) || error.code !== "nats_unavailable") throw error;
        }
      }
    }
    this.#count(subject, 1);
    try {
      const subscription = await this.#main.subscribe(subject, subscriber);
      return {
        get connection() {
          return subscription.connection;
        },
        close: () => {
          this.#count(subject, -1);
          subscription.close();
        },
      };
    } catch (error) {
      this.#count(subject, -1);
      throw error;
    }
  }

  watch(subject: string, onMessage: () => void): void {
    this.#watches.push([subject, onMessage]);
    for (const connection of [this.#main, this.#crowd]) connection?.watch(subject, onMessage);
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
