/**
 * Styles for forced colors, as in the contrast themes of Windows: what is otherwise shown by a background, a shadow or a
 * transparent border.
 *
 * @module
 */
import { css } from "./css.ts";

/** Overrides the other styles, and must come after them; the styles of rows come later, so it is more specific. */
export const forcedColorsStyle: string = css`
  @media (forced-colors: active) {
    .viewer button[aria-pressed="true"],
    .viewer .row.selected {
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }

    .viewer :is(button[aria-pressed="true"], .row.selected) * {
      background: none;
      color: inherit !important;
    }

    /* Otherwise, a transparent border is drawn too. */
    .viewer .row:not(.selected) {
      border-left-color: Canvas;
    }

    .viewer .row:is(.error, .warn, .gap):not(.selected) {
      border-left-color: CanvasText;
    }

    .viewer .row.cursor {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }

    .viewer mark {
      background: Mark;
      color: MarkText;
      forced-color-adjust: none;
    }

    .dot,
    .levels .chip::before,
    .viewer .row .context::before {
      forced-color-adjust: none;
    }

    .search:focus-within {
      outline: 2px solid Highlight;
    }

    .note[data-shown="true"],
    .new-lines,
    .selection-copy {
      border: 1px solid ButtonText;
    }

    .line-bars {
      fill: GrayText;
    }

    .error-bars {
      fill: CanvasText;
    }

    .selected-bar {
      fill: Highlight;
    }
  }
`;
