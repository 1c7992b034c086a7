/**
 * What a host sets of the viewer, and calls.
 *
 * @module
 */
import { LitElement, type PropertyDeclarations } from "lit";
import { type TimeMode, TIMES } from "./list/row_time.ts";

/** How many rows are held, unless the host says otherwise. */
export const LIMIT = 100_000;

/** The attributes, which are properties too; `tokenProvider` is a property alone. */
export class ViewerElement extends LitElement {
  static override properties: PropertyDeclarations = {
    src: {},
    token: {},
    tokenProvider: { attribute: false },
    region: {},
    machine: {},
    app: {},
    theme: { reflect: true },
    limit: { type: Number },
    wrap: { type: Boolean, reflect: true },
    // What is none of them would have no width and no name.
    time: { converter: (value) => TIMES.find((mode) => mode === value) ?? "local" },
    paused: { type: Boolean, reflect: true },
  };
  /** Where the stream is: natstap's `/logs`. */
  declare src: string | undefined;
  /** Without one, and without {@linkcode tokenProvider}, the page's cookie is sent. */
  declare token: string | undefined;
  /** Gets a token: at first, where there is none, and when the last one has expired. */
  declare tokenProvider: (() => Promise<string>) | undefined;
  declare region: string | undefined;
  declare machine: string | undefined;
  /** Which app, where the token permits several. */
  declare app: string | undefined;
  /**
   * `light` or `dark`; the page's otherwise: light, or what its `color-scheme` says, of which
   * `light dark` leaves it to the system.
   */
  declare theme: string | undefined;
  /** How many rows are held: the oldest go. */
  declare limit: number;
  /** Whether long lines wrap; they scroll otherwise. */
  declare wrap: boolean;
  declare time: TimeMode;
  /** Whether lines that come are held back. */
  declare paused: boolean;

  constructor() {
    super();
    this.limit = LIMIT;
    this.time = "local";
    this.wrap = this.paused = false;
  }

  /** Holds back what comes; the stream goes on, and what is in view stays. */
  pause(): void {
    this.paused = true;
  }

  /** Shows what was held back, and goes on. */
  resume(): void {
    this.paused = false;
  }
}
