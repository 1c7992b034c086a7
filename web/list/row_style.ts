/**
 * Styles of rows. Time and facets are in columns of the same width in every row; below 640 pixels they are
 * above the message.
 *
 * @module
 */
import { css } from "../theme/css.ts";
import { ansiStyle } from "../message/ansi_style.ts";
import { columnStyle } from "../columns/column_style.ts";
import { aboveStyle } from "../columns/above_style.ts";
import { machineStyle } from "../columns/machine_style.ts";
import { stickyStyle } from "../columns/sticky_style.ts";
import { messageStyle } from "../message/message_style.ts";
import { COLUMNS } from "../rows/facets.ts";
import { cellStyle } from "./cell_style.ts";

/** The grid columns of the facets: fixed widths in characters, or widths that fit the content. */
const fixed = COLUMNS.map(({ facet, width }) =>
  `[${facet}] var(--${facet}-width, var(--${facet}-label, ${width}ch))`
).join(" ");
const fitting = COLUMNS.map(({ facet }) => `[${facet}] auto`).join(" ");

/** A column that is empty in every line, such as the region if subjects have none, takes no room. */
const unused = COLUMNS.map(({ facet }) => `.no-${facet} { --${facet}-width: 0px; }`).join(" ");

const rows = css`
  ${unused} .row {
    --tone: transparent;
    --shade: var(--natstap-bg);
    display: grid;
    grid-template-columns:
      [time] var(--time-width) ${fixed} var(--columns,) [expand] 12px
      [message] minmax(0, 1fr) [end];
    column-gap: 1.25ch;
    width: max-content;
    min-width: 100%;
    min-height: var(--natstap-row-height);
    padding: 0 12px 0 9px;
    border-left: 3px solid var(--tone);
    background: var(--shade);
    font: var(--natstap-font-size) / var(--natstap-row-height) var(--natstap-font);
    font-variant-ligatures: none;
    font-variant-numeric: tabular-nums;
  }

  /* A row may only have cells, for screen readers. */
  .cells {
    display: contents;
  }

  .row > *,
  .cells > * {
    grid-row: 1;
  }

  .row.wrap {
    width: 100%;
  }

  .row.expanded,
  .row.wrap.current {
    position: sticky;
    left: 0;
    width: 100cqw;
    min-width: 0;
  }

  .row:not(.relative) .time {
    text-align: end;
  }

  /* Not :has(:focus-visible), which took 12 ms per frame at a high rate. */
  .row:hover,
  .row:focus-within {
    --shade: color-mix(in srgb, var(--natstap-fg) 5%, var(--natstap-bg));
  }

  .row.error {
    --tone: var(--natstap-error);
    --shade: color-mix(in srgb, var(--natstap-error) 7%, var(--natstap-bg));
  }

  .row.error:hover,
  .row.error:focus-within {
    --shade: color-mix(in srgb, var(--natstap-error) 10%, var(--natstap-bg));
  }

  .row.warn {
    --tone: color-mix(in srgb, var(--natstap-warn) 75%, transparent);
  }

  .row.current {
    --tone: var(--natstap-accent);
    --shade: color-mix(in srgb, var(--natstap-accent) 11%, var(--natstap-bg));
  }

  .row.selected,
  .row.selected:hover {
    --shade: color-mix(in srgb, var(--natstap-accent) 20%, var(--natstap-bg));
  }

  .row.selected :is(.more, a) {
    color: inherit;
  }

  /* Unlike an outline, it does not cover the color of the severity. */
  .row.cursor {
    box-shadow: inset 0 0 0 2px var(--natstap-accent);
  }

  .dimmed .cells > :not(.actions, .above) {
    opacity: 0.5;
  }

  .row.flash {
    animation: flash 1.6s ease-out;
  }

  @keyframes flash {
    0%,
    30% {
      background: color-mix(in srgb, var(--natstap-accent) 28%, transparent);
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .row.flash {
      animation: none;
      background: color-mix(in srgb, var(--natstap-accent) 20%, transparent);
    }
  }
`;

/** In a narrow view, the message is below the other columns. */
const narrow = css`
  @container natstap (width < 640px) {
    .row {
      grid-template-columns:
        [time] auto ${fitting} [message expand] minmax(0, 1fr) [end];
      padding-block: 3px;
      border-bottom: 1px solid color-mix(in srgb, var(--natstap-border) 60%, transparent);
    }

    .row .cell {
      font-size: 0.9em;
    }

    .row .expand {
      position: sticky;
      right: 8px;
      justify-self: end;
    }

    .row .actions {
      right: 36px;
    }

    /* It does not fill the screen: other rows stay in view. */
    .row.expanded .message {
      max-height: 60cqh;
      overflow-y: auto;
    }

    .row .message,
    .row .missing {
      grid-area: 2 / 1 / 3 / -1;
    }

    .row .missing {
      max-width: calc(100cqw - 40px);
      white-space: normal;
    }
  }
`;

/** All styles of rows and their messages. */
export const rowStyle: string[] = [
  ...ansiStyle,
  messageStyle,
  rows,
  cellStyle,
  machineStyle,
  stickyStyle,
  aboveStyle,
  columnStyle,
  narrow,
];
