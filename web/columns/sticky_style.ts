/**
 * Keeps time and level in view while long lines are scrolled sideways.
 *
 * @module
 */
import { css } from "../theme/css.ts";

/** Only while scrolled: rows without sticky cells are drawn faster. */
export const stickyStyle: string = css`
  .sideways .row:not(.expanded) :is(.time, .level) {
    position: sticky;
    z-index: 1;
    left: 12px;
    background: var(--shade);
    /* Covers the gaps between the columns, and repeats the row's colored edge. */
    box-shadow: 1.25ch 0 var(--shade), -9px 0 var(--shade), -12px 0 var(--tone), -12px 0
      var(--natstap-bg);
  }

  .sideways .row:not(.expanded) .level {
    left: calc(12px + var(--time-width) + 1.25ch);
    box-shadow: 1.25ch 0 var(--shade);
    clip-path: inset(0 -1.25ch 0 0);
  }

  .sideways .row.gap .missing {
    left: calc(12px + var(--time-width) + 1.25ch);
  }
`;
