/**
 * A NATS connection, kept for ever, and the subscriptions on it.
 *
 * @module
 */
import {
  connect,
  deadline,
  delay,
  errors,
  type NatsConnection,
  type Status,
} from "@nats-io/transport-deno";
import type { Log } from "../telemetry/log.ts";
import { ANSWER_TIMEOUT, type NatsOptions, retryTime, toConnectionOptions } from "./options.ts";
import { Problem } from "../problem.ts";
import { guardSockets, watchFrames, yieldBetweenReads } from "./transport.ts";

/** Who receives what a subscription brings. */
export interface Subscriber {
  /** Takes one message's payload, whose bytes stay as they are. */
  readonly onPayload: (payload: Uint8Array) => void;
  /** NATS no longer permits the subscription. */
  readonly onDenied: () => void;
  /**
   * The subscription's connection was lost or is back, at this place in the order of the messages. What was
   * published before a loss `at` that time, in milliseconds since the epoch, has arrived.
   */
  readonly onState: (state: NatsState, at: number) => void;
}

/** Whether NATS is there. */
export type NatsState = "connected" | "disconnected";

/** A connection to NATS, which comes and goes, and comes back by itself. */
export interface Nats {
  /** Why NATS cannot be used now; `undefined` while it can. */
  readonly unavailable: string | undefined;
  /** How often the connection was lost and came back. */
  readonly reconnects: number;
  /**
   * Opens a subscription; resolves, to the function that closes it, once NATS has confirmed it.
   *
   * @throws {Problem} `nats_unavailable` or `subscription_denied`.
   */
  subscribe(subject: string, subscriber: Subscriber): Promise<() => void>;
  /** Closes the connection, for ever. */
  close(): Promise<void>;
}

/** One connection; it starts to connect at once. */
export class Connection implements Nats {
  reconnects = 0;
  readonly #options: NatsOptions;
  readonly #log: Log;
  readonly #sockets = guardSockets();
  /** Confirmed and still open. */
  readonly #subscriptions = new Set<Subscription>();
  /** Rejects each question that the server has not answered yet. */
  readonly #unanswered = new Set<() => void>();
  /** The reasons logged since NATS was last available. */
  readonly #reasons = new Set<string>();
  /** Addresses of the cluster's servers, as announced by the server that was connected last. */
  #discovered: readonly string[] = [];
  /** The connection, while it can be used. */
  #nc: NatsConnection | undefined;
  #unavailable: string | undefined = "not connected yet";
  readonly #tried = Promise.withResolvers<void>();
  /** Whether streams were told that NATS is disconnected, and not yet that it is back. */
  #lost = false;
  /** Number of errors from servers, other than about permissions. */
  #refusals = 0;
  /** The last of these errors. */
  #refusal: Error | undefined;
  /** The last of them that did not end its connection. */
  #survived: Error | undefined;
  /** When the server was asked what it has last answered. */
  #answeredAt = moment();
  #closed = false;

  constructor(options: NatsOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#run();
  }

  /** Resolves once the first attempt to connect has succeeded or failed. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  get unavailable(): string | undefined {
    return this.#unavailable;
  }

  async subscribe(subject: string, subscriber: Subscriber): Promise<() => void> {
    const nc = this.#nc;
    if (nc === undefined || nc.isClosed()) throw unavailable();
    const subscription = new Subscription(subject, subscriber);
    subscription.open(nc);
    const accepted = await this.#confirm(nc);
    if (subscription.denied) {
      throw new Problem(
        "subscription_denied",
        "NATS does not permit this subject: ask who runs this service.",
      );
    }
    if (!accepted || this.#nc !== nc) {
      subscription.close();
      throw unavailable();
    }
    subscription.confirmed = true;
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.close();
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    try {
      if (this.#nc !== undefined) await deadline(this.#nc.drain(), ANSWER_TIMEOUT);
    } catch {
      // It was lost meanwhile: there is nothing left to drain.
    }
    this.#sockets.close();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const triedAt = performance.now();
      const reason = await this.#connect();
      if (this.#closed) return;
      const lost = this.#nc !== undefined;
      this.#nc = undefined;
      this.#fail(reason);
      if (lost) {
        this.#lost = true;
        this.#tellState("disconnected", timeOf(this.#answeredAt));
      }
      this.#sockets.close();
      await delay(Math.max(0, triedAt + retryTime() - performance.now()));
    }
  }

  /**
   * Connects, and resolves to the reason once that has failed or the connection is lost. nats-core could
   * reconnect by itself, but does not report why an attempt has failed.
   */
  async #connect(): Promise<string> {
    let nc: NatsConnection;
    try {
      nc = await this.#sockets.open(() =>
        connect(toConnectionOptions(this.#options, this.#discovered))
      );
    } catch (error) {
      return reasonOf(error);
    }
    const closed = nc.closed().then((error) => {
      for (const fail of this.#unanswered) fail();
      return error;
    });
    let reason: string | undefined;
    if (!nc.isClosed()) {
      yieldBetweenReads(nc);
      watchFrames(nc, (error) => {
        reason = "malformed frame";
        this.#log.error("NATS frame not read", describe(error));
        nc.close();
      });
      this.#followAll(nc);
      const refusals = this.#refusals;
      const askedAt = moment();
      for (const subscription of this.#subscriptions) subscription.open(nc);
      if (await this.#confirm(nc) && !this.#closed) {
        this.#connected(nc, askedAt);
      } else {
        reason ??= this.#refusals > refusals ? this.#refusal!.message : "no answer";
        await nc.close();
      }
    }
    const error = await closed;
    if (reason !== undefined) return reason;
    if (error === undefined || error === this.#survived) return "connection lost";
    return error === this.#refusal ? error.message : `connection lost: ${reasonOf(error)}`;
  }

  async #followAll(nc: NatsConnection): Promise<void> {
    this.#discover(nc);
    for await (const status of nc.status()) this.#follow(nc, status);
  }

  #follow(nc: NatsConnection, status: Status): void {
    switch (status.type) {
      case "ping":
        return void this.#ask(nc);
      case "update":
        return this.#discover(nc);
      case "error":
        if (status.error instanceof errors.PermissionViolationError) {
          return this.#log.warn("NATS denied", { reason: status.error.message });
        }
        this.#refusals++;
        this.#refusal = status.error;
        return this.#log.warn("NATS error", { reason: status.error.message });
      case "ldm":
        return this.#log.info("NATS server is about to stop", { server: status.server });
    }
  }

  #discover({ info }: NatsConnection): void {
    if (!this.#options.ignoreClusterUpdates) this.#discovered = info?.connect_urls ?? [];
  }

  /**
   * Asks the server whether it is there. Its answer comes behind all that was published before the
   * question: a connection that breaks, however late that is noticed, loses lines from here on.
   * nats-core's own question does not do: it takes one answer for those to all that are open.
   */
  async #ask(nc: NatsConnection): Promise<void> {
    const askedAt = moment();
    try {
      await nc.flush();
    } catch {
      return;
    }
    this.#answeredAt = askedAt;
    this.#survived = this.#refusal;
  }

  #connected(nc: NatsConnection, askedAt: Moment): void {
    this.#nc = nc;
    this.#unavailable = undefined;
    this.#tried.resolve();
    this.#reasons.clear();
    this.#answeredAt = askedAt;
    this.#log.info("NATS connected", { server: nc.getServer() });
    if (!this.#lost) return;
    this.#lost = false;
    this.reconnects++;
    this.#tellState("connected", Date.now());
  }

  #tellState(state: NatsState, at: number): void {
    for (const { subscriber } of this.#subscriptions) subscriber.onState(state, at);
  }

  /** Whether the server has taken what it was sent so far. */
  async #confirm(nc: NatsConnection): Promise<boolean> {
    const refusals = this.#refusals;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#unanswered.add(reject);
    try {
      // The server answers in order: what it says of a subscription comes before this PONG.
      nc.flush().then(resolve, reject);
      await deadline(promise, ANSWER_TIMEOUT);
    } catch {
      return false;
    } finally {
      this.#unanswered.delete(reject);
    }
    // Its errors take a way of their own through nats-core, and are here by the next turn.
    await delay(0);
    return this.#refusals === refusals;
  }

  #fail(reason: string): void {
    this.#unavailable = reason;
    this.#tried.resolve();
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.#log.warn("NATS unavailable", { reason, servers: this.#options.servers });
  }
}

/** A subscription that is opened again on each new connection. */
class Subscription {
  /** Whether NATS denied it before it was confirmed. */
  denied = false;
  confirmed = false;
  readonly #subject: string;
  readonly subscriber: Subscriber;
  #close = (): void => {};

  constructor(subject: string, subscriber: Subscriber) {
    this.#subject = subject;
    this.subscriber = subscriber;
  }

  open(nc: NatsConnection): void {
    const { onPayload, onDenied } = this.subscriber;
    const subscription = nc.subscribe(this.#subject, {
      callback: (error, message) => {
        if (error === null) onPayload(message.data);
        else if (this.confirmed) onDenied();
        else this.denied = true;
      },
    });
    this.#close = () => {
      subscription.unsubscribe();
      // JSR's transport does not set TCP_NODELAY: without an answer from the server, the next
      // subscription would wait 40 ms for the ACK of this one.
      nc.flush().catch(() => {});
    };
  }

  close(): void {
    this.#close();
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

function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  // What npm's transport and nats-core report if a connection was closed without an error.
  const closed = message.includes("undefined error") ||
    message === "connection refused" && cause === undefined;
  return closed ? "the server closed the connection" : message || String(error);
}

/** What went wrong and where, without the rest of the message, which may be an app's line. */
function describe(error: unknown): Record<string, unknown> {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { reason: /^[^:"'`]*/.exec(message)![0], at: /^\s+at .*$/m.exec(stack ?? "")?.[0].trim() };
}

function unavailable(): Problem {
  return new Problem("nats_unavailable", "The log stream is out of reach for now: try again.");
}
