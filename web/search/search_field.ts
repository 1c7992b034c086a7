/**
 * The search field, which filters lines or finds matches among them.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import * as icons from "../panels/icons.ts";
import type { Query } from "./row_query.ts";

export interface SearchModel {
  readonly query: Query;
  /** Why the query cannot be applied. */
  readonly problem: string | undefined;
  /** The number of matches, such as `3 of 120`. */
  readonly tally: string;
  onQuery(changes: Partial<Query>): void;
  onStep(by: 1 | -1): void;
  /** Moves the focus from the field to the list. */
  onLeave(): void;
}

/** The field and its switches. {@linkcode problemTemplate} shows the problem of an invalid query. */
export function searchTemplate(model: SearchModel): TemplateResult {
  const { query, problem, tally, onQuery } = model;
  const { text, find } = query;
  return html`
    <div class="search" part="search" role="search" data-bad=${problem !== undefined}>
      ${modeSwitch(model)}
      <input
        id="search"
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="search"
        aria-label=${find ? "Find" : "Filter"}
        aria-describedby="problem"
        aria-invalid=${problem !== undefined}
        placeholder=${find ? "Find in lines" : "Filter lines"}
        .value=${text}
        @input=${(event: InputEvent) => onQuery({ text: (event.target as HTMLInputElement).value })}
        @keydown=${(event: KeyboardEvent) => press(model, event)}
      >
      ${text === "" ? html`<kbd class="hotkey" aria-hidden="true">/</kbd>` : html`
        <span class="tally">${tally}</span>
      `}
      ${find && text !== "" ? steps(model) : nothing}
      ${text === "" ? nothing : html`
        <button class="mini" aria-label="Clear the search" title="Clear (Esc)"
          @click=${() => onQuery({ text: "" })}>${icons.close}</button>
      `}
      ${toggle(model, "matchCase", "Aa", "Match case")} ${toggle(
        model,
        "regex",
        ".*",
        "Regular expression",
      )}
    </div>
  `;
}

/** Renders the problem of an invalid query below the field, where it covers nothing. */
export function problemTemplate({ problem }: SearchModel): TemplateResult {
  return html`<div class="problem" id="problem" role="status">${problem}</div>`;
}

function modeSwitch({ query, onQuery }: SearchModel): TemplateResult {
  return html`
    <div class="modes" role="group" aria-label="Search mode">
      ${([["Filter", false, icons.funnel], ["Find", true, icons.search]] as const).map((
        [name, find, icon],
      ) =>
        html`
          <button
            class="mode"
            aria-pressed=${query.find === find}
            title=${find ? "Find: keep all lines" : "Filter: show only matching lines"}
            @click=${() => onQuery({ find })}
          >${icon}<span>${name}</span></button>
        `
      )}
    </div>
  `;
}

function steps({ onStep }: SearchModel): TemplateResult {
  return html`
    <button class="mini" aria-label="Previous match" title="Previous (Shift+Enter)"
      @click=${() => onStep(-1)}>${icons.up}</button>
    <button class="mini" aria-label="Next match" title="Next (Enter)"
      @click=${() => onStep(1)}>${icons.down}</button>
  `;
}

function toggle(
  { query, onQuery }: SearchModel,
  name: "matchCase" | "regex",
  label: string,
  title: string,
): TemplateResult {
  return html`
    <button class="mini" aria-label=${title} title=${title} aria-pressed=${query[name]}
      @click=${() => onQuery({ [name]: !query[name] })}>${label}</button>
  `;
}

function press(model: SearchModel, event: KeyboardEvent): void {
  if (event.key === "Enter") {
    if (model.query.find) model.onStep(event.shiftKey ? -1 : 1);
    else model.onLeave();
  } else if (event.key === "Escape") {
    if (model.query.text === "") model.onLeave();
    else model.onQuery({ text: "" });
  } else return;
  event.preventDefault();
}
