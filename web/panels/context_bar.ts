/**
 * The bar above the rows while the context of a row is shown.
 *
 * @module
 */
import { html, type TemplateResult } from "lit/html.js";
import { t } from "../texts/translate.ts";

/** Renders the bar, whose button returns to the lines that match. */
export function contextBarTemplate(onBack: () => void): TemplateResult {
  return html`
    <div class="context-bar">
      <button class="button" @click=${onBack}>← ${t(
        "Back to matching lines",
      )} <kbd>Esc</kbd></button>
      <span role="status">${t("All lines are shown; those that do not match are dimmed.")}</span>
    </div>
  `;
}
