/**
 * The field that filters or finds.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import * as icons from "../panels/icons.ts";

/** What is written into the field. */
export interface Query {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  /** Whether all rows stay and the field finds among them, rather than filters. */
  readonly find: boolean;
}

/** The query that asks for nothing. */
export const NO_QUERY: Query = { text: "", regex: false, matchCase: false, find: false };

export interface SearchModel {
  readonly query: Query;
  /** Why what is written cannot be used. */
  readonly problem: string | undefined;
  /** How much fits: `3 of 120`. */
  readonly tally: string;
  onQuery(query: Query): void;
  onStep(by: 1 | -1): void;
  /** Leaves the field. */
  onLeave(): void;
}

/** The field with its switches; {@linkcode problemTemplate} says what is wrong with what is written. */
export function searchTemplate(model: SearchModel): TemplateResult {
  const { query, problem, tally } = model;
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
        @input=${(event: InputEvent) => write(model, (event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => press(model, event)}
      >
      ${text === "" ? html`<kbd class="hotkey" aria-hidden="true">/</kbd>` : html`
        <span class="tally">${tally}</span>
      `}
      ${find && text !== "" ? steps(model) : nothing}
      ${text === "" ? nothing : html`
        <button class="mini" aria-label="Empty the field" title="Empty (Esc)"
          @click=${() => write(model, "")}>${icons.close}</button>
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

/** Why what is written cannot be used, in a line of its own, so that it covers nothing. */
export function problemTemplate({ problem }: SearchModel): TemplateResult {
  return html`<div class="problem" id="problem" role="status">${problem}</div>`;
}

function modeSwitch({ query, onQuery }: SearchModel): TemplateResult {
  return html`
    <div class="modes" role="group" aria-label="What the field does">
      ${([["Filter", false, icons.funnel], ["Find", true, icons.search]] as const).map((
        [name, find, icon],
      ) =>
        html`
          <button
            class="mode"
            aria-pressed=${query.find === find}
            title=${find ? "Find: all lines stay (f)" : "Filter: only lines that fit (f)"}
            @click=${() => onQuery({ ...query, find })}
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
    <button class="mini letters" aria-label=${title} title=${title} aria-pressed=${query[name]}
      @click=${() => onQuery({ ...query, [name]: !query[name] })}>${label}</button>
  `;
}

function write({ query, onQuery }: SearchModel, text: string): void {
  onQuery({ ...query, text });
}

function press(model: SearchModel, event: KeyboardEvent): void {
  if (event.key === "Enter") {
    if (model.query.find) model.onStep(event.shiftKey ? -1 : 1);
    else model.onLeave();
  } else if (event.key === "Escape") {
    if (model.query.text === "") model.onLeave();
    else write(model, "");
  } else return;
  event.preventDefault();
}
