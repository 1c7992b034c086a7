/**
 * The one NATS connection of the process, kept for ever, and the subscriptions on it.
 *
 * @module
 */
import {
  connect,
  type ConnectionOptions,
  deadline,
  delay,
  errors,
  type NatsConnection,
  type Status,
} from "@nats-io/transport-deno";
import type { Log } from "./log.ts";
import {
  ANSWER_TIMEOUT,
  type NatsOptions,
  retryTime,
  toConnectionOptions,
} from "./nats_options.ts";
import { takeTurns } from "./npm_transport.ts";
import { Problem } from "./problem.ts";

/** Who receives what a subscription brings. */
export interface Subscriber {
  /** Takes one message's payload; only valid until it returns. */
  readonly onPayload: (payload: Uint8Array) => void;
  /** NATS no longer permits the subscription. */
  readonly onDenied: () => void;
}

/** Whether NATS is there. */
export type NatsState = "connected" | "disconnected";

/** The connection, which comes and goes, and comes back by itself. */
export interface Nats {
  /** Why NATS cannot be used now; `undefined` while it can. */
  readonly unavailable: string | undefined;
  /** How often the connection was lost and came back. */
  readonly reconnects: number;
  /**
   * Told of each change of state, in its place in the order of the messages. What was published
   * before a loss `at` that time, in milliseconds since the epoch, has arrived.
   */
  onState: (state: NatsState, at: number) => void;
  /**
   * Opens a subscription; resolves, to the function that closes it, once NATS has confirmed it.
   *
   * @throws {Problem} `nats_unavailable` or `subscription_denied`.
   */
  subscribe(subject: string, subscriber: Subscriber): Promise<() => void>;
  /** Closes the connection, for ever. */
  close(): Promise<void>;
}

/** Starts to connect, and returns at once. */
export function createNats(options: NatsOptions, log: Log): Nats {
  return new Connection(options, log);
}

class Connection implements Nats {
  onState: Nats["onState"] = () => {};
  reconnects = 0;
  readonly #options: ConnectionOptions;
  readonly #log: Log;
  #nc: NatsConnection | undefined;
  #unavailable: string | undefined = "not connected yet";
  /** How often the server has refused something other than by permission. */
  #refusals = 0;
  /** How often the connection was lost. */
  #losses = 0;
  /** When the server was asked what it has last answered. */
  #answeredAt = moment();
  #closed = false;

  constructor(options: NatsOptions, log: Log) {
    this.#options = toConnectionOptions(options);
    this.#log = log;
    this.#run();
  }

  get unavailable(): string | undefined {
    return this.#unavailable;
  }

  async subscribe(subject: string, { onPayload, onDenied }: Subscriber): Promise<() => void> {
    if (this.#nc === undefined || this.#unavailable !== undefined) throw unavailable();
    let confirmed = false;
    let denied = false;
    const subscription = this.#nc.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) onPayload(message.data);
        else if (confirmed) onDenied();
        else denied = true;
      },
    });
    const close = () => subscription.unsubscribe();
    const accepted = await this.#confirm(this.#nc);
    if (denied) {
      throw new Problem(
        "subscription_denied",
        "NATS does not permit this subject: ask who runs this service.",
      );
    }
    if (!accepted) {
      close();
      throw unavailable();
    }
    confirmed = true;
    return close;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#nc === undefined) return;
    try {
      if (this.#unavailable === undefined) await deadline(this.#nc.drain(), ANSWER_TIMEOUT);
      else await this.#nc.close();
    } catch {
      // It was lost meanwhile: there is nothing left to drain.
    }
  }

  async #run(): Promise<void> {
    const nc = await this.#connect();
    if (nc === undefined) return;
    this.#nc = nc;
    this.#connected(nc);
    for await (const status of nc.status()) this.#follow(nc, status);
    if (this.#closed) return;
    // Reconnects are endless, so this is a fault that nothing here can mend.
    const error = await nc.closed();
    this.#unavailable = `connection closed: ${error?.message ?? "unknown reason"}`;
    this.#log.error("NATS connection closed", { reason: error?.message });
  }

  /** Tries until it succeeds, since `waitOnFirstConnect` would keep to itself why it fails. */
  async #connect(): Promise<NatsConnection | undefined> {
    while (!this.#closed) {
      try {
        return await connect(this.#options);
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : String(error));
      }
      await delay(retryTime());
    }
    return undefined;
  }

  #follow(nc: NatsConnection, status: Status): void {
    switch (status.type) {
      case "disconnect":
        this.#losses++;
        if (this.#unavailable !== undefined || this.#closed) return;
        this.#fail("connection lost");
        return this.onState("disconnected", timeOf(this.#answeredAt));
      case "ping":
        return void this.#ask(nc);
      case "reconnect":
        return void this.#reconnected(nc);
      case "error":
        if (status.error instanceof errors.PermissionViolationError) {
          return this.#log.warn("NATS denied", { reason: status.error.message });
        }
        this.#refusals++;
        if (this.#unavailable !== undefined) return this.#fail(status.error.message);
        return this.#log.warn("NATS error", { reason: status.error.message });
      case "ldm":
        return this.#log.info("NATS server is about to stop", { server: status.server });
    }
  }

  /**
   * Asks the server whether it is there. Its answer comes behind all that was published before the
   * question: a connection that breaks, however late that is noticed, loses lines from here on.
   * nats-core's own question does not do: it takes one answer for those to all that are open.
   */
  async #ask(nc: NatsConnection): Promise<void> {
    const askedAt = moment();
    await nc.flush().then(() => this.#answeredAt = askedAt, () => {});
  }

  /** Connected again once the server has taken all subscriptions, and not before. */
  async #reconnected(nc: NatsConnection): Promise<void> {
    const losses = this.#losses;
    const accepted = await this.#confirm(nc);
    // It may be lost again, and nats-core tells of one reconnect as often as it has tried.
    if (this.#losses !== losses || this.#unavailable === undefined) return;
    if (!accepted) {
      await delay(retryTime());
      if (this.#losses === losses && !this.#closed) await nc.reconnect();
      return;
    }
    this.reconnects++;
    this.#connected(nc);
    this.onState("connected", Date.now());
  }

  #connected(nc: NatsConnection): void {
    this.#unavailable = undefined;
    this.#answeredAt = moment();
    takeTurns(nc);
    this.#log.info("NATS connected", { server: nc.getServer() });
  }

  /** Whether the server has taken what it was sent so far. */
  async #confirm(nc: NatsConnection): Promise<boolean> {
    const refusals = this.#refusals;
    try {
      // The server answers in order: what it says of a subscription comes before this PONG.
      await deadline(nc.flush(), ANSWER_TIMEOUT);
    } catch {
      return false;
    }
    // Its errors take a way of their own through nats-core, and are here by the next turn.
    await delay(0);
    return this.#refusals === refusals;
  }

  #fail(reason: string): void {
    if (reason === this.#unavailable) return;
    this.#unavailable = reason;
    this.#log.warn("NATS unavailable", { reason, servers: this.#options.servers });
  }
}

/** A moment, by both clocks. */
interface Moment {
  /** Milliseconds since the epoch, on a clock that may be set. */
  readonly time: number;
  /** Milliseconds on a clock that only goes forward, but may stand still while the machine sleeps. */
  readonly now: number;
}

function moment(): Moment {
  return { time: Date.now(), now: performance.now() };
}

/** When that was, on the clock of today; no later than it was. */
function timeOf({ time, now }: Moment): number {
  return Math.min(time, Date.now() - (performance.now() - now));
}

function unavailable(): Problem {
  return new Problem("nats_unavailable", "The log stream is out of reach for now: try again.");
}
