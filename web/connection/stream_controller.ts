/**
 * Connects the viewer to the stream that its properties name.
 *
 * @module
 */
import type { PropertyValues, ReactiveController } from "lit";
import type { IncomingRows } from "../rows/incoming_rows.ts";
import type { ViewerElement } from "../viewer_element.ts";
import { Connection, type ConnectionState } from "./stream_connection.ts";

/** Properties that determine which lines the stream has. */
const SCOPE = ["src", "region", "machine", "app"] as const;

/** Opens one connection at a time, and passes its lines and events to the rows. */
export class StreamController implements ReactiveController {
  readonly #host: ViewerElement;
  readonly #rows: IncomingRows;
  readonly #onState: () => void;
  #connection: Connection | undefined;
  #state: ConnectionState = { state: "idle" };
  #app = "";

  constructor(host: ViewerElement, rows: IncomingRows, onState: () => void) {
    this.#host = host;
    this.#rows = rows;
    this.#onState = onState;
    host.addController(this);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The app whose lines these are, according to the service; `""` before the first `ready`. */
  get app(): string {
    return this.#app;
  }

  hostConnected(): void {
    if (this.#host.hasUpdated) this.#open();
  }

  hostDisconnected(): void {
    this.#close();
  }

  /** Reconnects if necessary. Returns whether a stream with other lines replaces an open one. */
  propertiesChanged(changed: PropertyValues<ViewerElement>): boolean {
    const hasNewScope = SCOPE.some((name) => changed.has(name));
    const isReplaced = hasNewScope && this.#connection !== undefined;
    if (isReplaced) this.#close();
    // A provider that is being called, or whose token is in use, is no reason to reconnect.
    const needsProvider = changed.has("tokenProvider") &&
      this.#host.tokenProvider !== undefined && ["idle", "ended"].includes(this.#state.state);
    if (hasNewScope || changed.has("token") || needsProvider) this.#open();
    return isReplaced;
  }

  #open(): void {
    this.#close();
    const host = this.#host;
    const { src, token, region, machine, app } = host;
    if (!src || !host.isConnected) return;
    const options = {
      ...{ src, token, region, machine, app },
      // A host that renders often sets a new function each time: the latest is used.
      get tokenProvider() {
        return host.tokenProvider;
      },
    };
    const onState = (state: ConnectionState) => this.#become(state);
    this.#connection = new Connection(options, { ...this.#rows, onState });
    this.#connection.start();
  }

  #close(): void {
    // Lines until the next connection are missing.
    if (this.#state.state === "live") this.#rows.onLost(Date.now());
    this.#connection?.stop();
    this.#connection = undefined;
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    if (state.state === "live") this.#app = state.app;
    this.#onState();
  }
}
