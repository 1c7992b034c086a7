/**
 * The style of the day that is shown above its first row.
 *
 * @module
 */
import { css, type CSSResult } from "lit";

export const dayStyle: CSSResult = css`
  .row.begins-day {
    --day: 28px;
    padding-top: var(--day);
  }

  .row.begins-day:not(.expanded) {
    position: relative;
  }

  .row > .day {
    grid-area: auto;
    position: absolute;
    top: 0;
    right: 0;
    /* It covers the row's border too. */
    left: -3px;
    height: var(--day);
    border-bottom: 1px solid var(--natstap-border);
    background: var(--natstap-bg);
    color: var(--natstap-muted);
    font: 600 11.5px/28px var(--natstap-ui-font);
  }

  .row > .day span {
    position: sticky;
    left: 12px;
  }
`;
