/**
 * The list of suggestions below the search field.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ReactiveElement } from "../reactive_element.ts";
import { complete, completed, type Completion, type SeenFields } from "../query/completion.ts";
import { t } from "../texts/translate.ts";

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
    // An input of text always has a caret.
    this.#set(complete(value, selectionStart!, this.#seen));
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
      <ul class="suggestions" id="suggestions" role="listbox" aria-label=${t("Suggestions")}
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
    const input = this.#host.find<HTMLInputElement>("#search");
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
