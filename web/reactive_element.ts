/**
 * The base of the viewer element. It does what the viewer needs of Lit's `LitElement`, in a third of the size.
 *
 * @module
 */
import { render, type TemplateResult } from "lit/html.js";

/** A property, which has an attribute of the same name. */
export interface PropertyOptions {
  /** `false` if there is no attribute. */
  readonly attribute?: false;
  /** Converts the attribute, which is `null` if it is absent. Default: the property is the same. */
  readonly parse?: (attribute: string | null) => unknown;
  /** Whether the attribute follows the property. */
  readonly reflect?: true;
}

/** Follows what happens to an element. */
export interface ReactiveController {
  hostConnected?(): void;
  hostDisconnected?(): void;
  /** The element has been rendered. */
  hostUpdated?(): void;
}

/** A server has no elements, but may load the module. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** Renders a template into its shadow root, and again after properties have changed. */
export abstract class ReactiveElement extends Base {
  static readonly properties: Readonly<Record<string, PropertyOptions>> = {};
  static readonly styles: string;
  private static sheet: CSSStyleSheet;

  readonly renderRoot: ShadowRoot = this.attachShadow({ mode: "open" });
  /** Whether it has been rendered. */
  hasUpdated = false;
  /** Resolves when the changes so far have been rendered. */
  updateComplete: Promise<void> = Promise.resolve();
  readonly #controllers: ReactiveController[] = [];
  readonly #values = new Map<string, unknown>();
  /** Properties that were set before the element was defined. */
  readonly #early: [name: string, value: unknown][] = [];
  /** The properties that have changed since the last update, and those whose attributes have to follow. */
  #changed = new Set<string>();
  readonly #unreflected = new Set<string>();
  /** The property that gets its value from its attribute, or the other way around. */
  #syncing: string | undefined;
  #isConnectedOnce = false;
  #isPending = false;

  /** Defines the element, unless the page has loaded the script twice, from two addresses. */
  static define(this: typeof ReactiveElement & CustomElementConstructor, tag: string): void {
    const registry = globalThis.customElements as CustomElementRegistry | undefined;
    if (registry === undefined || registry.get(tag) !== undefined) return;
    this.sheet = new CSSStyleSheet();
    this.sheet.replaceSync(this.styles);
    for (const name of Object.keys(this.properties)) {
      Object.defineProperty(this.prototype, name, {
        get(this: ReactiveElement) {
          return this.#values.get(name);
        },
        set(this: ReactiveElement, value: unknown) {
          this.#set(name, value);
        },
        configurable: true,
        enumerable: true,
      });
    }
    registry.define(tag, this);
  }

  static get observedAttributes(): string[] {
    const names = Object.keys(this.properties);
    return names.filter((name) => this.properties[name]!.attribute !== false);
  }

  constructor() {
    super();
    const { sheet, properties } = this.constructor as typeof ReactiveElement;
    this.renderRoot.adoptedStyleSheets = [sheet];
    for (const name of Object.keys(properties)) {
      if (!Object.hasOwn(this, name)) continue;
      this.#early.push([name, Reflect.get(this, name)]);
      Reflect.deleteProperty(this, name);
    }
  }

  /** The first element in its shadow root that matches; there must be one. */
  find<T extends HTMLElement>(selector: string): T {
    return this.renderRoot.querySelector<T>(selector)!;
  }

  addController(controller: ReactiveController): void {
    this.#controllers.push(controller);
  }

  connectedCallback(): void {
    for (const [name, value] of this.#early.splice(0)) this.#set(name, value);
    for (const controller of this.#controllers) controller.hostConnected?.();
    if (this.#isConnectedOnce) return;
    this.#isConnectedOnce = true;
    this.requestUpdate();
  }

  disconnectedCallback(): void {
    for (const controller of this.#controllers) controller.hostDisconnected?.();
  }

  attributeChangedCallback(name: string, _old: string | null, value: string | null): void {
    const { [name]: options } = (this.constructor as typeof ReactiveElement).properties;
    if (options === undefined || this.#syncing === name) return;
    this.#syncing = name;
    this.#set(name, options.parse ? options.parse(value) : value);
    this.#syncing = undefined;
  }

  /** Updates the element soon; once, if it is called several times. */
  requestUpdate(): void {
    if (this.#isPending || !this.#isConnectedOnce) return;
    this.#isPending = true;
    this.updateComplete = Promise.resolve().then(() => this.#update());
  }

  protected abstract render(): TemplateResult;
  protected abstract firstUpdated(): void;
  /** Called after each update, with the names of the properties that had changed. */
  protected abstract updated(changed: ReadonlySet<string>): void;

  #set(name: string, value: unknown): void {
    if (Object.is(value, this.#values.get(name))) return;
    this.#values.set(name, value);
    this.#changed.add(name);
    if (this.#syncing !== name) this.#unreflected.add(name);
    this.requestUpdate();
  }

  #update(): void {
    const changed = this.#changed;
    try {
      this.#reflect();
      render(this.render(), this.renderRoot);
    } finally {
      this.#changed = new Set();
      this.#isPending = false;
    }
    for (const controller of this.#controllers) controller.hostUpdated?.();
    if (!this.hasUpdated) {
      this.hasUpdated = true;
      this.firstUpdated();
    }
    this.updated(changed);
  }

  #reflect(): void {
    const { properties } = this.constructor as typeof ReactiveElement;
    for (const name of this.#unreflected) {
      if (!properties[name]!.reflect) continue;
      const value = this.#values.get(name) ?? false;
      this.#syncing = name;
      if (value === false) this.removeAttribute(name);
      else this.setAttribute(name, value === true ? "" : String(value));
      this.#syncing = undefined;
    }
    this.#unreflected.clear();
  }
}
