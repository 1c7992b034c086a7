/**
 * Connects the viewer to the stream that its properties name.
 *
 * @module
 */
import type { PropertyValues, ReactiveController } from "lit";
import type { IncomingRows } from "../rows/incoming_rows.ts";
import { TAIL, type ViewerElement } from "../viewer_element.ts";
import type { ConnectionState } from "./connection_options.ts";
import { Connection } from "./stream_connection.ts";

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
    this.#connection?.stop();
  }

  /** Reconnects if necessary. Returns whether a stream with other lines replaces an open one. */
  propertiesChanged(changed: PropertyValues<ViewerElement>): boolean {
    const hasNewScope = SCOPE.some((name) => changed.has(name));
    const isReplaced = hasNewScope && this.#connection !== undefined;
    if (isReplaced) {
      this.#connection?.stop();
      this.#connection = undefined;
    }
    // A provider that is being called, or whose token is in use, is no reason to reconnect.
    const needsProvider = changed.has("tokenProvider") &&
      this.#host.tokenProvider !== undefined && ["idle", "ended"].includes(this.#state.state);
    if (hasNewScope || changed.has("token") || needsProvider) this.#open();
    return isReplaced;
  }

  /** Connects, or with a new token continues where the last stream ended. */
  #open(): void {
    this.#connection?.stop();
    if (!this.#host.src || !this.#host.isConnected) return;
    this.#connection ??= this.#create(this.#host);
    this.#connection.start();
  }

  #create(host: ViewerElement): Connection {
    const { src = "", region, machine, app } = host;
    const options = {
      ...{ src, region, machine, app },
      get token() {
        return host.token;
      },
      // A host that renders often sets a new function each time: the latest is used.
      get tokenProvider() {
        return host.tokenProvider;
      },
      get tail() {
        return host.tail >= 0 ? Math.floor(host.tail) : TAIL;
      },
    };
    const onState = (state: ConnectionState) => this.#become(state);
    return new Connection(options, { ...this.#rows, onState });
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    if (state.state === "live") this.#app = state.app;
    this.#onState();
  }
}
