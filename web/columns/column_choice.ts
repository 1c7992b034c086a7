/**
 * The tool that shows fields as columns.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import * as icons from "../panels/icons.ts";
import { t } from "../texts/translate.ts";

export interface ColumnChoiceModel {
  readonly isOpen: boolean;
  /** The columns shown. */
  readonly names: readonly string[];
  /** The fields that lines have; asked for only while the panel is open. */
  offered(): readonly string[];
  /** Whether new lines are sorted by time. */
  readonly isSorted: boolean;
  onSort(isSorted: boolean): void;
  onToggle(name: string): void;
  onOpen(isOpen: boolean): void;
}

/** Renders the button and its panel. */
export function columnChoiceTemplate(model: ColumnChoiceModel): TemplateResult {
  const { isOpen, onOpen } = model;
  return html`
    <div class="menu columns-tool">
      <button class="tool" aria-label=${t("Columns")} title=${t("Show fields as columns")}
        aria-expanded=${isOpen} aria-controls="columns" @click=${() => onOpen(!isOpen)}>
        ${icons.columns}<span class="tool-name">${t("Columns")}</span>
      </button>
      ${isOpen ? panel(model) : nothing}
    </div>
  `;
}

function panel(model: ColumnChoiceModel): TemplateResult {
  const { names, offered, isSorted, onSort, onToggle } = model;
  const all = [...new Set([...names, ...offered()])];
  const choice = (isChosen: boolean, text: string, onChoice: (isChosen: boolean) => void) =>
    html`
      <label class="column-choice">
        <input type="checkbox" .checked=${isChosen}
          @change=${() => onChoice(!isChosen)}>${text}
      </label>
    `;
  return html`
    <div class="panel columns" id="columns" role="group" aria-label=${t("Columns")}>
      ${choice(isSorted, t("Sort new lines by time"), onSort)}
      <hr>
      ${all.length === 0
        ? html`<div class="column-choice">${t("No fields in these lines")}</div>`
        : nothing}
      ${all.map((name) => choice(names.includes(name), name, () => onToggle(name)))}
    </div>
  `;
}
