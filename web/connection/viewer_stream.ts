/**
 * The viewer's stream: one connection after the other, and what they tell.
 *
 * @module
 */
import { Connection, type ConnectionOptions, type ConnectionState } from "./connection.ts";
import type { Feed } from "../rows/feed.ts";

/** Feeds rows from the connection that is open. */
export class Stream {
  readonly #feed: Feed;
  readonly #tell: (state: ConnectionState) => void;
  #connection: Connection | undefined;
  #state: ConnectionState = { state: "idle" };
  #app = "";

  /** @param tell Is told each state. */
  constructor(feed: Feed, tell: (state: ConnectionState) => void) {
    this.#feed = feed;
    this.#tell = tell;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The app whose lines these are, as the service says; `""` until it does. */
  get app(): string {
    return this.#app;
  }

  /** Whether it was opened, and not closed since. */
  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** Connects, in the place of what was connected. */
  open(options: ConnectionOptions): void {
    this.close();
    this.#connection = new Connection(options, {
      ...this.#feed,
      onState: (state) => this.#become(state),
    });
    this.#connection.start();
  }

  /** Disconnects. */
  close(): void {
    // Lines that come until the next connection are missing.
    if (this.#state.state === "live") this.#feed.onLost(Date.now());
    this.#connection?.stop();
    this.#connection = undefined;
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    if (state.state === "live") this.#app = state.app;
    this.#tell(state);
  }
}
