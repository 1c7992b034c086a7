/**
 * A page that watches a stream, and what it was told.
 *
 * @module
 */
import {
  Connection,
  type ConnectionOptions,
  type ConnectionState,
} from "../../../web/connection/connection.ts";
import type { EndedReason } from "../../../web/connection/reconnect_policy.ts";
import { PATIENCE_MS } from "../patience.ts";

/** What a handler was told, in the order in which it was. */
export type Told =
  | { readonly what: "state"; readonly state: ConnectionState }
  | { readonly what: "line"; readonly payload: string }
  | { readonly what: "dropped"; readonly count: number; readonly bytes: number }
  | { readonly what: "nats"; readonly nats: string; readonly at: number }
  | { readonly what: "open" }
  | { readonly what: "lost"; readonly at: number };

/** A connection, and all that it tells. */
export class Watcher implements Disposable {
  readonly told: Told[] = [];
  readonly connection: Connection;
  /** Is called with all that it is told, at once. */
  onTold: (told: Told) => void = () => {};
  #wake: () => void = () => {};
  /** What `take()` has passed. */
  #taken = 0;

  constructor(options: ConnectionOptions) {
    this.connection = new Connection(options, {
      onState: (state) => this.#tell({ what: "state", state }),
      onLine: (payload) => this.#tell({ what: "line", payload }),
      onDropped: (count, bytes) => this.#tell({ what: "dropped", count, bytes }),
      onNats: (nats, at) => this.#tell({ what: "nats", nats, at }),
      onOpen: () => this.#tell({ what: "open" }),
      onLost: (at) => this.#tell({ what: "lost", at }),
    });
    this.connection.start();
  }

  /** All in short: states by their names, lines by their payloads. */
  get summary(): string[] {
    return this.told.map(summarize);
  }

  /** Resolves to the next of what it is told that fits; what comes before is passed over. */
  async take<T extends Told>(fits: (told: Told) => told is T): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      while (this.#taken < this.told.length) {
        const told = this.told[this.#taken++]!;
        if (fits(told)) return told;
      }
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`Not told within a minute, but ${this.#lately()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Resolves to the next state with this name. */
  async state<S extends ConnectionState["state"]>(
    name: S,
  ): Promise<Extract<ConnectionState, { state: S }>> {
    type Wanted = Extract<ConnectionState, { state: S }>;
    const { state } = await this.take((told): told is { what: "state"; state: Wanted } =>
      told.what === "state" && told.state.state === name
    );
    return state;
  }

  /** Resolves once it is told what `summarize()` would show like this. */
  async until(summary: string): Promise<void> {
    await this.take((told): told is Told => summarize(told) === summary);
  }

  /** Resolves to the reason and the detail where it has ended. */
  async ended(): Promise<{ reason: EndedReason; detail: string }> {
    const { reason, detail } = await this.state("ended");
    return { reason, detail };
  }

  [Symbol.dispose](): void {
    this.connection.stop();
  }

  /** What a failed test shows. */
  #lately(): string {
    return this.summary.slice(-20).map((told) => told.slice(0, 60)).join(", ");
  }

  #tell(told: Told): void {
    this.told.push(told);
    this.#wake();
    this.onTold(told);
  }
}

function summarize(told: Told): string {
  switch (told.what) {
    case "state":
      return told.state.state;
    case "line":
      return `line ${told.payload}`;
    case "nats":
      return `nats ${told.nats}`;
    default:
      return told.what;
  }
}
