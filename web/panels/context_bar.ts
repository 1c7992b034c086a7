/**
 * The bar above the rows while the context of a row is shown.
 *
 * @module
 */
import { html, type TemplateResult } from "lit/html.js";
import { css } from "../theme/css.ts";

/** Renders the bar, whose button returns to the lines that match. */
export function contextBarTemplate(onBack: () => void): TemplateResult {
  return html`
    <div class="context-bar">
      <button class="button" @click=${onBack}>← Back to matching lines <kbd>Esc</kbd></button>
      <span>All lines are shown; those that do not match are dimmed.</span>
    </div>
  `;
}

export const contextBarStyle: string = css`
  .context-bar {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    padding: 6px 12px;
    border-bottom: 1px solid var(--natstap-border);
    background: color-mix(in srgb, var(--natstap-accent) 8%, var(--natstap-bg));
    color: var(--natstap-muted);
  }

  .context-bar .button {
    margin: 0;
    padding: 3px 10px;
    color: var(--natstap-fg);
  }
`;
