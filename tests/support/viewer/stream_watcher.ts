/**
 * Records the notifications of a connection.
 *
 * @module
 */
import type {
  ConnectionOptions,
  ConnectionState,
} from "../../../web/connection/connection_options.ts";
import { Connection } from "../../../web/connection/stream_connection.ts";
import type { EndedReason } from "../../../web/connection/reconnect_policy.ts";
import type { Ready } from "../../../web/connection/stream/stream_request.ts";
import { PATIENCE_MS } from "../patience.ts";

/** What opens a stream of the app `web`. */
export const READY: Ready = {
  event: "ready",
  app: "web",
  subject: "logs.web.>",
  lifetime: 600_000,
  expiresAt: 0,
  history: false,
};

/** A notification. */
export type Notice =
  | { readonly what: "state"; readonly state: ConnectionState }
  | { readonly what: "line"; readonly payload: string; readonly isHistory: boolean }
  | { readonly what: "gap"; readonly reason: string }
  | { readonly what: "live mark" }
  | { readonly what: "dropped"; readonly count: number; readonly bytes: number }
  | { readonly what: "nats"; readonly nats: string; readonly at: number }
  | { readonly what: "open" }
  | { readonly what: "lost"; readonly at: number };

/** A connection, and its notifications. */
export class Watcher implements Disposable {
  readonly notices: Notice[] = [];
  readonly connection: Connection;
  /** Called synchronously with each notification. */
  onNotice: (notice: Notice) => void = () => {};
  #wake: () => void = () => {};
  /** Number of notifications that `take()` has passed. */
  #taken = 0;

  constructor(options: ConnectionOptions) {
    this.connection = new Connection(options, {
      onState: (state) => this.#record({ what: "state", state }),
      onLine: (payload, isHistory) => this.#record({ what: "line", payload, isHistory }),
      onGap: (reason) => this.#record({ what: "gap", reason }),
      onLive: () => this.#record({ what: "live mark" }),
      onDropped: (count, bytes) => this.#record({ what: "dropped", count, bytes }),
      onNats: (nats, at) => this.#record({ what: "nats", nats, at }),
      onOpen: () => this.#record({ what: "open" }),
      onLost: (at) => this.#record({ what: "lost", at }),
    });
    this.connection.start();
  }

  /** All notifications in short: states by name, lines by payload. */
  get summary(): string[] {
    return this.notices.map(summarize);
  }

  /** Resolves to the next notification that matches; those before it are skipped. */
  async take<T extends Notice>(matches: (notice: Notice) => notice is T): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      while (this.#taken < this.notices.length) {
        const notice = this.notices[this.#taken++]!;
        if (matches(notice)) return notice;
      }
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`No such notification within a minute: ${this.#latest()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Resolves to the next state with the given name. */
  async state<S extends ConnectionState["state"]>(
    name: S,
  ): Promise<Extract<ConnectionState, { state: S }>> {
    type Wanted = Extract<ConnectionState, { state: S }>;
    const { state } = await this.take((notice): notice is { what: "state"; state: Wanted } =>
      notice.what === "state" && notice.state.state === name
    );
    return state;
  }

  /** Waits for the next notification with this summary. */
  async until(summary: string): Promise<void> {
    await this.take((notice): notice is Notice => summarize(notice) === summary);
  }

  /** Resolves to the reason and detail of the end. */
  async ended(): Promise<{ reason: EndedReason; detail: string }> {
    const { reason, detail } = await this.state("ended");
    return { reason, detail };
  }

  [Symbol.dispose](): void {
    this.connection.stop();
  }

  /** For the message of a failed test. */
  #latest(): string {
    return this.summary.slice(-20).map((notice) => notice.slice(0, 60)).join(", ");
  }

  #record(notice: Notice): void {
    this.notices.push(notice);
    this.#wake();
    this.onNotice(notice);
  }
}

function summarize(notice: Notice): string {
  switch (notice.what) {
    case "state":
      return notice.state.state;
    case "line":
      return `line ${notice.payload}`;
    case "gap":
      return `gap ${notice.reason}`;
    case "nats":
      return `nats ${notice.nats}`;
    default:
      return notice.what;
  }
}
