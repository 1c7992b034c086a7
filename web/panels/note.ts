/**
 * A note that appears for a moment, such as "Line copied".
 *
 * @module
 */
import { html, type TemplateResult } from "lit/html.js";
import type { ReactiveController, ReactiveElement } from "../reactive_element.ts";

const NOTE_MS = 1600;

/** Shows one note at a time. */
export class NoteController implements ReactiveController {
  readonly #host: ReactiveElement;
  #text = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveElement) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#text = "";
  }

  show(text: string): void {
    clearTimeout(this.#timer);
    this.#set(text);
    this.#timer = setTimeout(() => this.#set(""), NOTE_MS);
  }

  template(): TemplateResult {
    return html`
      <div class="note" role="status" data-shown=${this.#text !== ""}>${this.#text}</div>
    `;
  }

  #set(text: string): void {
    this.#text = text;
    this.#host.requestUpdate();
  }
}
