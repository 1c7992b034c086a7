/**
 * What the reader can do if no lines arrive.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { css } from "../theme/css.ts";
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
      <div class="apps" role="group" aria-label="Apps">
        ${state.apps.map((app) =>
          html`<button class="button" @click=${() => onApp(app)}>${app}</button>`
        )}
      </div>
    `;
  }
  if (state.state !== "ended" && state.state !== "reconnecting") return nothing;
  return html`<button class="button" @click=${onRetry}>${t("Try again")}</button>`;
}

export const remedyStyle: string = css`
  .button {
    min-height: 28px;
    padding: 4px 14px;
    border: 1px solid var(--natstap-border);
    border-radius: 8px;
    background: var(--natstap-surface);
    color: var(--natstap-fg);
    overflow-wrap: anywhere;
  }

  .button:hover {
    border-color: var(--natstap-muted);
  }

  .apps {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 6px;
    max-width: 60ch;
    max-height: 50%;
    overflow: auto;
    padding: 3px;
  }
`;
