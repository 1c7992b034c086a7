/**
 * The list of suggestions below the search field.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ReactiveElement } from "../reactive_element.ts";
import { css } from "../theme/css.ts";
import { complete, completed, type Completion, type SeenFields } from "../query/completion.ts";

/** Opens and closes the list, and handles its keys. */
export class CompletionController {
  readonly #host: ReactiveElement;
  readonly #seen: SeenFields;
  readonly #onText: (text: string) => void;
  #completion: Completion | undefined;
  #selected = -1;

  /** @param onText Called with the new text of the query. */
  constructor(host: ReactiveElement, seen: SeenFields, onText: (text: string) => void) {
    this.#host = host;
    this.#seen = seen;
    this.#onText = onText;
  }

  get isOpen(): boolean {
    return this.#completion !== undefined;
  }

  /** Id of the selected suggestion. */
  get active(): string | undefined {
    return this.#selected < 0 ? undefined : `suggestion-${this.#selected}`;
  }

  /** Opens the list if the text at the caret can be completed, or closes it. */
  typed({ value, selectionStart }: HTMLInputElement): void {
    this.#set(complete(value, selectionStart ?? value.length, this.#seen));
  }

  close(): void {
    if (this.isOpen) this.#set(undefined);
  }

  /** Handles a key in the search field. Returns whether the key was meant for the list. */
  press(event: KeyboardEvent): boolean {
    const count = this.#completion?.suggestions.length;
    if (count === undefined) return false;
    if (event.key === "ArrowDown") this.#select((this.#selected + 1) % count);
    else if (event.key === "ArrowUp") {
      this.#select((Math.max(this.#selected, 0) + count - 1) % count);
    } else if (event.key === "Escape") this.close();
    else if (this.#selected < 0 || !["Enter", "Tab"].includes(event.key)) return false;
    else this.#accept(this.#selected);
    return true;
  }

  template(): TemplateResult | typeof nothing {
    if (this.#completion === undefined) return nothing;
    return html`
      <ul class="suggestions" id="suggestions" role="listbox" aria-label="Suggestions"
        @pointerdown=${(event: Event) => event.preventDefault()}>
        ${this.#completion.suggestions.map(({ text }, i) =>
          html`
            <li id="suggestion-${i}" role="option" aria-selected=${i === this.#selected}
              @click=${() => this.#accept(i)}>${text}</li>
          `
        )}
      </ul>
    `;
  }

  #accept(index: number): void {
    const completion = this.#completion!;
    const input = this.#host.renderRoot.querySelector<HTMLInputElement>("#search")!;
    const { text, caret } = completed(input.value, completion, completion.suggestions[index]!);
    this.#onText(text);
    void this.#host.updateComplete.then(() => {
      input.focus();
      input.setSelectionRange(caret, caret);
      this.typed(input);
    });
  }

  #select(index: number): void {
    this.#selected = index;
    this.#host.requestUpdate();
  }

  #set(completion: Completion | undefined): void {
    this.#completion = completion;
    this.#select(-1);
  }
}

export const completionStyle: string = css`
  .suggestions {
    position: absolute;
    z-index: 7;
    top: calc(100% + 4px);
    left: -1px;
    min-width: min(100%, 220px);
    max-width: 100%;
    margin: 0;
    padding: 4px;
    border: 1px solid var(--natstap-border);
    border-radius: 9px;
    background: var(--natstap-surface);
    box-shadow: 0 8px 28px rgb(0 0 0 / 0.22);
    list-style: none;
  }

  .suggestions li {
    overflow: hidden;
    padding: 3px 9px;
    border-radius: 6px;
    font: 12.5px/18px var(--natstap-font);
    text-overflow: ellipsis;
    white-space: nowrap;
    cursor: pointer;
  }

  .suggestions li:hover {
    background: color-mix(in srgb, var(--natstap-fg) 7%, transparent);
  }

  .suggestions li[aria-selected="true"] {
    background: color-mix(in srgb, var(--natstap-accent) 18%, transparent);
    outline: 1px solid transparent;
  }

  @media (pointer: coarse) {
    .suggestions li {
      padding-block: 7px;
    }
  }
`;
