/**
 * The bar that says how many rows are selected, and copies them.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { css } from "../theme/css.ts";
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
    <div class="selection-bar" role="group" aria-label="Selection">
      <span>${t("{lines} selected", { lines: countText(count, "line") })}</span>
      <button class="selection-copy" @click=${onCopy}>${t("Copy")}</button>
      <button class="tool" aria-label=${t("Deselect")} title=${t("Deselect (Esc)")}
        @click=${onClear}>${icons.close}</button>
    </div>
  `;
}

export const selectionBarStyle: string = css`
  .selection-bar {
    position: absolute;
    z-index: 2;
    bottom: 16px;
    left: 16px;
    display: flex;
    align-items: center;
    gap: 6px;
    height: 34px;
    padding: 0 3px 0 14px;
    border: 1px solid var(--natstap-border);
    border-radius: 9px;
    background: var(--natstap-surface);
    box-shadow: 0 4px 18px rgb(0 0 0 / 0.22);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .selection-copy {
    height: 26px;
    padding: 0 10px;
    border: 0;
    border-radius: 6px;
    background: color-mix(in srgb, var(--natstap-accent) 15%, transparent);
    color: var(--natstap-accent);
    font-weight: 600;
  }

  /* Above the button that counts new lines. */
  @container natstap (width < 640px) {
    .selection-bar {
      bottom: 60px;
    }
  }

  .scroller[data-selecting] {
    user-select: none;
  }
`;
