/**
 * The search field: a query that hides the lines that do not match, or only finds those that do.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { ifDefined } from "lit/directives/if-defined.js";
import * as icons from "../panels/icons.ts";
import { t } from "../texts/translate.ts";
import type { CompletionController } from "./completion_controller.ts";
import type { Query } from "./row_query.ts";

export interface SearchModel {
  readonly query: Query;
  /** Why the query cannot be applied. */
  readonly problem: string | undefined;
  /** The number of matches, such as `3 of 120`. */
  readonly tally: string;
  readonly completion: CompletionController;
  onQuery(changes: Partial<Query>): void;
  onStep(by: 1 | -1): void;
  /** Moves the focus from the field to the list. */
  onLeave(): void;
  /** Leaves a context or clears the field; if there is neither, moves the focus to the list. */
  onEscape(): void;
}

/** The field and its buttons. {@linkcode problemTemplate} shows the problem of an invalid query. */
export function searchTemplate(model: SearchModel): TemplateResult {
  const { query, problem, tally, completion, onQuery } = model;
  const { text } = query;
  return html`
    <div class="search" part="search" role="search" data-bad=${problem !== undefined}>
      <span class="search-icon">${icons.search}</span>
      <input
        id="search"
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="search"
        role="combobox"
        aria-label=${t("Search")}
        aria-autocomplete="list"
        aria-expanded=${completion.isOpen}
        aria-controls="suggestions"
        aria-activedescendant=${ifDefined(completion.active)}
        aria-describedby="problem"
        aria-invalid=${problem !== undefined}
        title=${t('Words, "a phrase", -not this, /regex/i, level:error, status>=500, (a OR b)')}
        placeholder=${t("Search: words, -not this, level:error, status>=500")}
        .value=${text}
        @input=${(event: InputEvent) => {
          const input = event.target as HTMLInputElement;
          onQuery({ text: input.value });
          completion.typed(input);
        }}
        @blur=${() => completion.close()}
        @keydown=${(event: KeyboardEvent) => press(model, event)}
      >
      ${text === "" ? html`<kbd class="hotkey" aria-hidden="true">/</kbd>` : html`
        <span class="tally">${tally}</span>${steps(model)}
        <button class="mini" aria-label=${t("Clear the search")} title=${t("Clear (Esc)")}
          @click=${() => onQuery({ text: "" })}>${icons.close}</button>
      `}
      <button class="mini hides" aria-label=${t("Show only matching lines")} title=${t(
        "Show only matching lines (h)",
      )}
        aria-pressed=${query.hides} @click=${() => onQuery({ hides: !query.hides })}>${icons
          .funnel}</button>
      ${completion.template()}
    </div>
  `;
}

/** Renders the problem of an invalid query below the field, where it covers nothing. */
export function problemTemplate({ problem }: SearchModel): TemplateResult {
  return html`<div class="problem" id="problem" role="status">${problem}</div>`;
}

function steps({ onStep }: SearchModel): TemplateResult | typeof nothing {
  return html`
    <button class="mini" aria-label=${t("Previous match")} title=${t("Previous (Shift+Enter)")}
      @click=${() => onStep(-1)}>${icons.up}</button>
    <button class="mini" aria-label=${t("Next match")} title=${t("Next (Enter)")}
      @click=${() => onStep(1)}>${icons.down}</button>
  `;
}

function press(model: SearchModel, event: KeyboardEvent): void {
  if (event.isComposing) return;
  if (model.completion.press(event)) {
    // The key must not reach the shortcuts.
    event.stopPropagation();
  } else if (event.key === "Enter") {
    model.completion.close();
    model.onStep(event.shiftKey ? -1 : 1);
  } else if (event.key === "ArrowDown") model.onLeave();
  else if (event.key === "Escape") model.onEscape();
  else return;
  event.preventDefault();
}
