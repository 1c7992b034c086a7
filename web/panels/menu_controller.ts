/**
 * Which of the toolbar's menus is open.
 *
 * @module
 */
import type { ReactiveElement } from "../reactive_element.ts";
import { whileConnected } from "../while_connected.ts";

/** A menu. In a narrow view, all tools are in a menu too. */
export type Menu = "tools" | "download" | "columns";

/** Opens one menu at a time, and closes it when the user clicks elsewhere. */
export class MenuController {
  readonly #host: ReactiveElement;
  #open: Menu | undefined;

  constructor(host: ReactiveElement) {
    this.#host = host;
    whileConnected(host, (options) => {
      document.addEventListener("pointerdown", (event) => {
        const isInMenu = event.composedPath().some((target) =>
          target instanceof Element && target.matches(".tools, .more")
        );
        if (!isInMenu && this.#open !== undefined) this.open = undefined;
      }, options);
    });
  }

  get open(): Menu | undefined {
    return this.#open;
  }

  set open(menu: Menu | undefined) {
    this.#open = menu;
    this.#host.requestUpdate();
  }
}
