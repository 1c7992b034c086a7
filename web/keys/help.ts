/**
 * The help dialog, which lists the keyboard shortcuts.
 *
 * @module
 */
import { html, type TemplateResult } from "lit/html.js";
import * as icons from "../panels/icons.ts";
import { SHORTCUTS } from "./shortcuts.ts";
import type { Text } from "../texts/texts.ts";
import { t } from "../texts/translate.ts";

const POINTER: Text =
  "Click a region or machine to show only its lines, or Alt+click to exclude them. Shift+click selects lines.";
const CHART: Text =
  "In the chart, click a bar to jump to its lines, or drag to select a span of time.";

/** Renders the dialog; {@linkcode HTMLDialogElement.showModal} opens it. */
export function helpTemplate(onClose: () => void): TemplateResult {
  return html`
    <dialog class="help" aria-labelledby="help-title" @click=${(event: MouseEvent) => {
      if (event.target === event.currentTarget) onClose();
    }}>
      <div class="help-body">
        <header>
          <h2 id="help-title">${t("Keyboard shortcuts")}</h2>
          <button class="tool" aria-label=${t("Close")} @click=${onClose}>${icons.close}</button>
        </header>
        <dl>
          ${SHORTCUTS.map(({ keys, effect }) =>
            html`
              <dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt>
              <dd>${t(effect)}</dd>
            `
          )}
        </dl>
        <p>${t(POINTER)} ${t(CHART)}</p>
      </div>
    </dialog>
  `;
}
