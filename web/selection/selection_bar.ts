/**
 * The bar that says how many rows are selected, and copies them.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import * as icons from "../panels/icons.ts";
import { countText } from "../rows/count_text.ts";
import { t } from "../texts/translate.ts";

export interface SelectionBarModel {
  /** Number of selected rows. */
  readonly count: number;
  onCopy(): void;
  onClear(): void;
}

/** Renders the bar; nothing if no row is selected. */
export function selectionBarTemplate(
  { count, onCopy, onClear }: SelectionBarModel,
): TemplateResult | typeof nothing {
  if (count === 0) return nothing;
  return html`
    <div class="selection-bar" role="group" aria-label=${t("Selection")}>
      <span>${t("{lines} selected", { lines: countText(count, "line") })}</span>
      <button class="selection-copy" @click=${onCopy}>${t("Copy")}</button>
      <button class="tool" aria-label=${t("Deselect")} title=${t("Deselect (Esc)")}
        @click=${onClear}>${icons.close}</button>
    </div>
  `;
}
