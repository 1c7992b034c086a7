/**
 * What the reader can do if no lines arrive.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { t } from "../texts/translate.ts";
import type { ConnectionState } from "../connection/connection_options.ts";

export interface RemedyActions {
  onRetry(): void;
  onApp(app: string): void;
}

/** Renders the apps to choose from, a button that tries again, or nothing if neither helps. */
export function remedyTemplate(
  state: ConnectionState,
  { onRetry, onApp }: RemedyActions,
): TemplateResult | typeof nothing {
  if (state.state === "ended" && state.apps !== undefined) {
    return html`
      <div class="apps" role="group" aria-label=${t("Apps")}>
        ${state.apps.map((app) =>
          html`<button class="button" @click=${() => onApp(app)}>${app}</button>`
        )}
      </div>
    `;
  }
  if (state.state !== "ended" && state.state !== "reconnecting") return nothing;
  return html`<button class="button" @click=${onRetry}>${t("Try again")}</button>`;
}
