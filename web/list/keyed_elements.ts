/**
 * Renders items into elements of their own.
 *
 * @module
 */
import { render, type TemplateResult } from "lit/html.js";
import { ElementPool } from "./element_pool.ts";

/** Unlike Lit's `repeat()`, never moves the element of an item that stays: items must not change their order. */
export class KeyedElements<T> {
  readonly parent: Element;
  readonly #keyOf: (item: T) => unknown;
  #keys: readonly unknown[] = [];
  readonly #pool = new ElementPool<unknown, HTMLElement>(createElement);

  constructor(parent: Element, keyOf: (item: T) => unknown) {
    this.parent = parent;
    this.#keyOf = keyOf;
  }

  /**
   * Renders these items, and no others.
   *
   * @param held Keys of items whose elements must not be reused for others. Default: all.
   */
  render(
    items: readonly T[],
    template: (item: T) => TemplateResult,
    held: readonly unknown[] = this.#keys,
  ): void {
    const keys = items.map(this.#keyOf);
    const staying = new Set(keys.map((key) => this.#pool.of(key)));
    this.#pool.assign(keys, held);
    this.#keys = keys;
    this.#arrange(keys.map((key) => this.#pool.of(key)!), staying);
    for (const item of items) render(template(item), this.#pool.of(this.#keyOf(item))!);
  }

  #arrange(elements: readonly Element[], staying: ReadonlySet<Element | undefined>): void {
    let next = this.parent.firstElementChild;
    const removeUpTo = (element?: Element) => {
      while (next !== null && next !== element && !staying.has(next)) {
        const { nextElementSibling } = next;
        next.remove();
        next = nextElementSibling;
      }
    };
    for (const element of elements) {
      removeUpTo(element);
      if (element === next) next = next.nextElementSibling;
      else this.parent.insertBefore(element, next);
    }
    removeUpTo();
  }
}

/** An element that has no box of its own. */
export function createElement(): HTMLElement {
  const element = document.createElement("div");
  element.style.display = "contents";
  return element;
}
