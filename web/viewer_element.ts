/**
 * The attributes, properties and simple methods of the viewer element.
 *
 * @module
 */
import type { ViewerProperties } from "./package/element.ts";
import { type PropertyOptions, ReactiveElement } from "./reactive_element.ts";
import { type TimeMode, TIMES } from "./rows/row_time.ts";

/** Default of {@linkcode ViewerElement.limit}. */
export const LIMIT = 100_000;
/** Default of {@linkcode ViewerElement.tail}. */
export const TAIL = 500;
/** Width below which a message is shown under its columns, as in the style sheet. */
export const NARROW_PX = 640;

type TokenProvider = () => Promise<string>;

/** What frameworks set as an attribute if they do not find the property. */
const PROVIDER_ATTRIBUTES: readonly string[] = ["token-provider", "tokenprovider"];
const PROVIDER_HINT =
  "natstap: tokenProvider is a function, so set it as a property of <natstap-viewer>, not as an attribute";

const toNumber = (value: string | null) => value === null ? null : Number(value);

/** Declares the properties. All except `tokenProvider` are attributes too. */
export abstract class ViewerElement extends ReactiveElement implements ViewerProperties {
  static override readonly properties: Readonly<Record<string, PropertyOptions>> = {
    src: {},
    token: {},
    tokenProvider: { attribute: false },
    region: {},
    machine: {},
    app: {},
    theme: { reflect: true },
    limit: { parse: toNumber },
    tail: { parse: toNumber },
    // Unlike other boolean attributes, it may be `false`: its default depends on the width.
    wrap: { reflect: true, parse: (value) => value !== null && value !== "false" },
    time: { parse: (value) => TIMES.find((mode) => mode === value) ?? "local" },
    order: {},
    paused: { reflect: true, parse: (value) => value !== null },
    hotkeys: {},
    columns: { reflect: true },
    filter: { reflect: true },
    line: {},
    permalink: {},
  };
  /** URL of natstap's `/logs`. */
  declare src: string | undefined;
  /** The first token. If there is neither this nor a {@linkcode tokenProvider}, the cookie is sent. */
  declare token: string | undefined;
  /** Provides a token if there is none, and again whenever it has expired. */
  declare tokenProvider: TokenProvider | undefined;
  declare region: string | undefined;
  declare machine: string | undefined;
  /** The app, if the token permits several. */
  declare app: string | undefined;
  /** `light`, `dark` or `auto` (the system's). Default: the page's `color-scheme`. */
  declare theme: string | undefined;
  /** Maximum number of rows; the oldest are removed. */
  declare limit: number;
  /** Number of lines of the past that the view starts with, if the service has them. */
  declare tail: number;
  /** Whether long lines wrap rather than scroll. Default: only if the viewer is narrower than 640 pixels. */
  declare wrap: boolean;
  declare time: TimeMode;
  /** Whether new lines are sorted by the time at which they were written. */
  declare order: ViewerProperties["order"];
  /** The fields that are shown as columns, separated by commas, such as `status,user.id`. */
  declare columns: string | undefined;
  /** Whether new lines are held back. */
  declare paused: boolean;
  /** `off` if single characters are not shortcuts. */
  declare hotkeys: string | undefined;
  /** The query of the search field. */
  declare filter: string | undefined;
  /** The `sequence` of a line to go to; reset once that is done. */
  declare line: string | undefined;
  /** Link to a line, in which `{line}` stands for its `sequence`. */
  declare permalink: string | undefined;

  /** Vue sets this property for `:token-provider`. */
  get "token-provider"(): TokenProvider | undefined {
    return this.tokenProvider;
  }

  set "token-provider"(provider: TokenProvider | undefined) {
    this.tokenProvider = provider;
  }

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, ...PROVIDER_ATTRIBUTES];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (PROVIDER_ATTRIBUTES.includes(name) && value !== null) console.warn(PROVIDER_HINT);
  }

  constructor() {
    super();
    this.limit = LIMIT;
    this.tail = TAIL;
    this.time = "local";
    this.order = "arrival";
    this.paused = false;
  }

  /** Holds back new lines. The stream stays open, and the list does not change. */
  pause(): void {
    this.paused = true;
  }

  /** Shows the lines that were held back, and new lines as they arrive. */
  resume(): void {
    this.paused = false;
  }
}
