/**
 * The names of the columns that the reader chose, above the list.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { t } from "../texts/translate.ts";

/** Renders the header; nothing if there are no columns. */
export function columnHeaderTemplate(
  names: readonly string[],
  onRemove: (name: string) => void,
): TemplateResult | typeof nothing {
  if (names.length === 0) return nothing;
  return html`
    <div class="column-header" part="columns">
      <div class="row">
        ${names.map((name, index) =>
          html`
            <button class="cell c${index}" title=${t("Remove the column {name}", { name })}
              aria-label=${t("Remove the column {name}", { name })} @click=${() => onRemove(name)}>
              <span class="column-name">${name}</span><span aria-hidden="true">×</span>
            </button>
          `
        )}
      </div>
    </div>
  `;
}
