/**
 * Runs the commands of keyboard shortcuts.
 *
 * @module
 */
import type { ViewerElement } from "../viewer_element.ts";
import { whileConnected } from "../while_connected.ts";
import { type Command, commandOf } from "./shortcuts.ts";

/** A click on one of these returns the focus to the list. */
const CLICKED = ".pause, .tools, .chips, .facets, .row";

/** Listens for shortcuts, and returns the focus to the list after clicks. */
export class KeyController {
  readonly #host: ViewerElement;

  /** @param run Runs a command; returns whether there was anything to do. */
  constructor(host: ViewerElement, run: (command: Command) => boolean) {
    this.#host = host;
    whileConnected(host, ({ signal }) => {
      // Only keys that are pressed while the focus is in the viewer: all others are the page's.
      host.addEventListener("keydown", (event) => {
        const command = commandOf(event, host.hotkeys !== "off");
        if (command === undefined || this.#host.find<HTMLDialogElement>("dialog").open) return;
        if (run(command)) event.preventDefault();
      }, { signal });
      const options = { capture: true, signal };
      host.renderRoot.addEventListener("click", (event) => this.#clicked(event), options);
    });
  }

  focusSearch(): void {
    const field = this.#host.find<HTMLInputElement>("#search");
    field.focus();
    field.select();
  }

  focusList(options?: FocusOptions): void {
    this.#host.find(".scroller").focus(options);
  }

  showHelp(): void {
    this.#host.find<HTMLDialogElement>("dialog").showModal();
  }

  closeHelp(): void {
    this.#host.find<HTMLDialogElement>("dialog").close();
  }

  /** A button that was clicked with the pointer would otherwise react to the space key. */
  #clicked(event: Event): void {
    const { detail, target } = event as MouseEvent;
    if (detail === 0 || !(target instanceof Element)) return;
    // A menu that was opened with the pointer can be used with the keyboard.
    if (!target.closest(CLICKED) || target.closest(".menu > .tool")) return;
    this.focusList({ preventScroll: true });
  }
}
