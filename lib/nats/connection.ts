/**
 * A NATS connection that is always restored, and the subscriptions on it.
 *
 * @module
 */
import {
  connect,
  deadline,
  delay,
  errors,
  type Msg,
  type NatsConnection,
  type Status,
} from "@nats-io/transport-deno";
import type { Log } from "../telemetry/log.ts";
import {
  ANSWER_TIMEOUT_MS,
  type NatsOptions,
  reconnectWaitMs,
  toConnectionOptions,
} from "./options.ts";
import { Problem } from "../problem.ts";
import { guardSockets, watchFrames, yieldBetweenReads } from "./transport.ts";

/** Receives what a subscription delivers. */
export interface Subscriber {
  /** Called with each message. Its bytes do not change later. */
  readonly onMessage: (message: Msg) => void;
  /** Called if NATS no longer permits the subscription. */
  readonly onDenied: () => void;
  /**
   * Called if the connection is lost or restored, in order with the messages. After a loss, everything
   * that was published before the time `at`, in milliseconds since the epoch, has been delivered.
   */
  readonly onState: (state: NatsState, at: number) => void;
}

/** Whether NATS can be used. */
export type NatsState = "connected" | "disconnected";

/** An open subscription. */
export interface OpenSubscription {
  /** The connection that delivers its messages; `undefined` while there is none. */
  readonly connection: NatsConnection | undefined;
  /** Closes the subscription. */
  close(): void;
}

/** A connection to NATS that restores itself after a loss. */
export interface Nats {
  /** Why NATS cannot be used now; `undefined` if it can. */
  readonly unavailable: string | undefined;
  /** Number of times that the connection was restored after a loss. */
  readonly reconnects: number;
  /**
   * Opens a subscription. Resolves once NATS has confirmed it.
   *
   * @throws {Problem} `nats_unavailable` or `subscription_denied`.
   *
   * @example
   * ```ts
   * const subscription = await nats.subscribe("logs.web.>", { onMessage, onDenied, onState });
   * subscription.close();
   * ```
   */
  subscribe(subject: string, subscriber: Subscriber): Promise<OpenSubscription>;
  /**
   * Calls `onMessage` for each message to `subject`, for good, and in order with the messages of every subscription:
   * once per connection that has subscriptions. Never, if NATS does not permit this.
   */
  watch(subject: string, onMessage: () => void): void;
  /** Closes the connection for good. */
  close(): Promise<void>;
}

/** A single connection. It starts to connect immediately. */
export class Connection implements Nats {
  reconnects = 0;
  readonly #options: NatsOptions;
  readonly #log: Log;
  readonly #sockets = guardSockets();
  /** The open subscriptions that NATS has confirmed. */
  readonly #subscriptions = new Set<Subscription>();
  /** Opened on each connection before the others. */
  readonly #watches: Subscription[] = [];
  /** Rejects the promise of each request that the server has not answered yet. */
  readonly #unanswered = new Set<() => void>();
  /** The reasons logged since NATS was last available. */
  readonly #reasons = new Set<string>();
  /** Addresses of the cluster's servers, as announced by the server that was connected last. */
  #discovered: readonly string[] = [];
  /** The connection; `undefined` if it cannot be used. */
  #nc: NatsConnection | undefined;
  #unavailable: string | undefined = "not connected yet";
  readonly #attempted = Promise.withResolvers<void>();
  /** Whether subscribers were last told that NATS is disconnected. */
  #lost = false;
  /** Number of errors from servers, apart from denied permissions. */
  #serverErrors = 0;
  /** The last of these errors. */
  #lastServerError: Error | undefined;
  /** The last of these errors that did not end its connection. */
  #survivedError: Error | undefined;
  /** When the last request that the server answered was sent. */
  #answeredAt = moment();
  #closed = false;

  constructor(options: NatsOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#run();
  }

  /** Resolves once the first attempt to connect has succeeded or failed. */
  get attempted(): Promise<void> {
    return this.#attempted.promise;
  }

  get unavailable(): string | undefined {
    return this.#unavailable;
  }

  /** The connection for requests; `undefined` while there is none. */
  get connection(): NatsConnection | undefined {
    return this.#nc;
  }

  async subscribe(subject: string, subscriber: Subscriber): Promise<OpenSubscription> {
    const nc = this.#nc;
    if (nc === undefined || nc.isClosed()) throw unavailable();
    const subscription = new Subscription(subject, subscriber);
    subscription.open(nc);
    const accepted = await this.#confirm(nc);
    if (subscription.denied) {
      throw new Problem(
        "subscription_denied",
        "NATS does not permit this subject: contact the operator of this service.",
      );
    }
    if (!accepted || this.#nc !== nc) {
      subscription.close();
      throw unavailable();
    }
    subscription.confirmed = true;
    this.#subscriptions.add(subscription);
    const connection = () => this.#nc;
    return {
      get connection() {
        return connection();
      },
      close: () => {
        this.#subscriptions.delete(subscription);
        subscription.close();
      },
    };
  }

  watch(subject: string, onMessage: () => void): void {
    const watch = new Subscription(subject, { onMessage, onDenied() {}, onState() {} });
    this.#watches.push(watch);
    if (this.#nc !== undefined) watch.open(this.#nc);
  }

  async close(): Promise<void> {
    this.#closed = true;
    try {
      if (this.#nc !== undefined) await deadline(this.#nc.drain(), ANSWER_TIMEOUT_MS);
    } catch {
      // The connection was lost, so there is nothing left to drain.
    }
    this.#sockets.close();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const startedAt = performance.now();
      const reason = await this.#connect();
      if (this.#closed) return;
      const lost = this.#nc !== undefined;
      this.#nc = undefined;
      this.#fail(reason);
      if (lost) {
        this.#lost = true;
        this.#notifyAll("disconnected", timeOf(this.#answeredAt));
      }
      this.#sockets.close();
      await delay(Math.max(0, startedAt + reconnectWaitMs() - performance.now()));
    }
  }

  /**
   * Connects. Resolves to the reason once this has failed or the connection is lost. nats-core can
   * reconnect by itself, but does not report why an attempt failed.
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
        this.#log.error("NATS frame not parsed", describe(error));
        nc.close();
      });
      this.#watchStatus(nc);
      const errorsBefore = this.#serverErrors;
      const sentAt = moment();
      for (const subscription of [...this.#watches, ...this.#subscriptions]) subscription.open(nc);
      if (await this.#confirm(nc) && !this.#closed) {
        this.#connected(nc, sentAt);
      } else {
        reason ??= this.#serverErrors > errorsBefore ? this.#lastServerError!.message : "no answer";
        await nc.close();
      }
    }
    const error = await closed;
    if (reason !== undefined) return reason;
    if (error === undefined || error === this.#survivedError) return "connection lost";
    return error === this.#lastServerError ? error.message : `connection lost: ${reasonOf(error)}`;
  }

  async #watchStatus(nc: NatsConnection): Promise<void> {
    this.#discover(nc);
    for await (const status of nc.status()) this.#handleStatus(nc, status);
  }

  #handleStatus(nc: NatsConnection, status: Status): void {
    switch (status.type) {
      case "ping":
        return void this.#probe(nc);
      case "update":
        return this.#discover(nc);
      case "error":
        if (status.error instanceof errors.PermissionViolationError) {
          return this.#log.warn("NATS denied", { reason: status.error.message });
        }
        this.#serverErrors++;
        this.#lastServerError = status.error;
        return this.#log.warn("NATS error", { reason: status.error.message });
      case "ldm":
        return this.#log.info("NATS server is about to stop", { server: status.server });
    }
  }

  #discover({ info }: NatsConnection): void {
    if (!this.#options.ignoreClusterUpdates) this.#discovered = info?.connect_urls ?? [];
  }

  /**
   * Asks the server whether it is there. The answer comes after everything that was published before
   * the request, so if the connection breaks, however late that is noticed, only lines published after
   * the request can be missing. nats-core's own pings are no help, because one answer settles all of them.
   */
  async #probe(nc: NatsConnection): Promise<void> {
    const sentAt = moment();
    try {
      await nc.flush();
    } catch {
      return;
    }
    this.#answeredAt = sentAt;
    this.#survivedError = this.#lastServerError;
  }

  #connected(nc: NatsConnection, sentAt: Moment): void {
    this.#nc = nc;
    this.#unavailable = undefined;
    this.#attempted.resolve();
    this.#reasons.clear();
    this.#answeredAt = sentAt;
    this.#log.info("NATS connected", { server: nc.getServer() });
    if (!this.#lost) return;
    this.#lost = false;
    this.reconnects++;
    this.#notifyAll("connected", Date.now());
  }

  #notifyAll(state: NatsState, at: number): void {
    for (const { subscriber } of this.#subscriptions) subscriber.onState(state, at);
  }

  /** Resolves to whether the server has accepted everything that was sent so far. */
  async #confirm(nc: NatsConnection): Promise<boolean> {
    const errorsBefore = this.#serverErrors;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#unanswered.add(reject);
    try {
      // The server answers in order: an error about a subscription comes before this PONG.
      nc.flush().then(resolve, reject);
      await deadline(promise, ANSWER_TIMEOUT_MS);
    } catch {
      return false;
    } finally {
      this.#unanswered.delete(reject);
    }
    // nats-core delivers errors asynchronously, but by the next turn of the event loop.
    await delay(0);
    return this.#serverErrors === errorsBefore;
  }

  #fail(reason: string): void {
    this.#unavailable = reason;
    this.#attempted.resolve();
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.#log.warn("NATS unavailable", { reason, servers: this.#options.servers });
  }
}

/** A subscription, which is opened again on each new connection. */
class Subscription {
  /** Whether NATS denied the subscription before it was confirmed. */
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
    const { onMessage, onDenied } = this.subscriber;
    const subscription = nc.subscribe(this.#subject, {
      callback: (error, message) => {
        if (error === null) onMessage(message);
        else if (this.confirmed) onDenied();
        else this.denied = true;
      },
    });
    this.#close = () => {
      subscription.unsubscribe();
      // JSR's transport does not set TCP_NODELAY. Without this request for an answer, the next
      // subscription would wait 40 ms for the delayed ACK.
      nc.flush().catch(() => {});
    };
  }

  close(): void {
    this.#close();
  }
}

/** A moment on two clocks. */
interface Moment {
  /** Milliseconds since the epoch, on a clock that may be adjusted. */
  readonly time: number;
  /** Milliseconds on a monotonic clock, which may stop while the machine sleeps. */
  readonly now: number;
}

function moment(): Moment {
  return { time: Date.now(), now: performance.now() };
}

/** Returns the time of a moment in milliseconds since the epoch on the current clock, never too late. */
function timeOf({ time, now }: Moment): number {
  return Math.min(time, Date.now() - (performance.now() - now));
}

function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  // What npm's transport and nats-core report if a connection is closed without an error.
  const closed = message.includes("undefined error") ||
    message === "connection refused" && cause === undefined;
  return closed ? "the server closed the connection" : message || String(error);
}

/** Returns what went wrong and where, without the rest of the message, which may contain a log line. */
function describe(error: unknown): Record<string, unknown> {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { reason: /^[^:"'`]*/.exec(message)![0], at: /^\s+at .*$/m.exec(stack ?? "")?.[0].trim() };
}

function unavailable(): Problem {
  return new Problem("nats_unavailable", "NATS is currently unavailable: try again.");
}
