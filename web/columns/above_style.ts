/**
 * The style of the text above a row: its day, or that older lines were removed.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const aboveStyle: string = css`
  .row.has-above {
    --above: 28px;
    padding-top: var(--above);
  }

  .row.has-above:not(.expanded) {
    position: relative;
  }

  .row .above {
    grid-area: auto;
    position: absolute;
    top: 0;
    right: 0;
    /* It covers the row's border too. */
    left: -3px;
    height: var(--above);
    border-bottom: 1px solid var(--natstap-border);
    background: var(--natstap-bg);
    color: var(--natstap-muted);
    font: 600 11.5px/28px var(--natstap-ui-font);
  }

  .row .above span {
    position: sticky;
    left: 12px;
  }
`;
