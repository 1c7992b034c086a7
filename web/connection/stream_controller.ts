/**
 * Connects the viewer to the stream that its properties name.
 *
 * @module
 */
import type { ReactiveController } from "../reactive_element.ts";
import type { IncomingRows } from "../rows/incoming_rows.ts";
import { TAIL, type ViewerElement } from "../viewer_element.ts";
import type { ConnectionState } from "./connection_options.ts";
import { Connection } from "./stream_connection.ts";

/** Properties that determine which lines the stream has. */
const SCOPE = ["src", "region", "machine", "app"] as const;

/** Number of older lines that are loaded at a time. */
const OLDER_LINES = 1000;
/** Minimum time after a failure to load older lines. */
const LOAD_AGAIN_MS = 5000;

/** Opens one connection at a time, and passes its lines and events to the rows. */
export class StreamController implements ReactiveController {
  readonly #host: ViewerElement;
  readonly #rows: IncomingRows;
  readonly #onState: () => void;
  #connection: Connection | undefined;
  #state: ConnectionState = { state: "idle" };
  #app = "";
  #isLoading = false;
  #loadAgainAt = 0;

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

  /**
   * Loads up to `room` lines before the oldest row, if there are any. Called for each frame near the start.
   *
   * @param from Id of the line to load all lines from, rather than some.
   * @returns Whether there is no reason to try again.
   */
  async loadOlder(room: number, from?: number): Promise<boolean> {
    const connection = this.#connection;
    const isLive = this.#state.state === "live" && connection?.isPast === false;
    const isEarly = performance.now() < this.#loadAgainAt;
    if (!isLive || this.#isLoading || isEarly) return false;
    if (room <= 0 || connection.linesSinceOldest === undefined) return true;
    this.#isLoading = true;
    const older = await connection.loadOlder(Math.min(room, OLDER_LINES), from);
    this.#isLoading = false;
    if (older === undefined) this.#loadAgainAt = performance.now() + LOAD_AGAIN_MS;
    else if (connection === this.#connection) this.#rows.prepend(older);
    return older !== undefined;
  }

  /** Connects at once, unless the stream is open or about to be. */
  retry(): void {
    if (this.#state.state === "ended" || this.#state.state === "reconnecting") this.#open();
  }

  hostConnected(): void {
    if (this.#host.hasUpdated) this.#open();
  }

  hostDisconnected(): void {
    this.#connection?.stop();
  }

  /** Reconnects if necessary. Returns whether a stream with other lines replaces an open one. */
  propertiesChanged(changed: ReadonlySet<string>): boolean {
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
