/**
 * Styles of the columns that the reader chose, their header, and the menu of a value.
 *
 * @module
 */
import { css } from "../theme/css.ts";
import { MAX_COLUMNS } from "./custom_columns.ts";

const places = Array.from(
  { length: MAX_COLUMNS },
  (_, i) => `.row .c${i} { grid-column: c${i}; }`,
).join(" ");

export const columnStyle: string = css`
  ${places} .row .column {
    color: var(--natstap-fg);
    text-overflow: ellipsis;
  }

  .column-header {
    flex: none;
    overflow: hidden;
    border-bottom: 1px solid var(--natstap-border);
  }

  .column-header .row {
    --shade: var(--natstap-bg);
    transform: translateX(calc(-1 * var(--scrolled, 0px)));
  }

  .column-header .cell {
    display: flex;
    gap: 0.5ch;
    color: color-mix(in oklab, var(--natstap-ansi-blue) 65%, var(--natstap-muted));
  }

  .column-header .column-name {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  /* The button after a value in a tree. */
  .message button.value {
    min-width: 24px;
    margin-left: 0.5ch;
    border-radius: 4px;
    color: var(--natstap-muted);
    text-align: center;
    opacity: 0;
    user-select: none;
  }

  .message button.value::before {
    content: "⋯";
  }

  .entry:hover > button.value,
  .message button.value:focus-visible {
    opacity: 1;
  }

  .message button.value:hover {
    color: var(--natstap-fg);
    background: color-mix(in srgb, var(--natstap-fg) 10%, transparent);
  }

  @media (hover: none) {
    .message button.value {
      opacity: 1;
    }
  }

  .value-menu {
    position: fixed;
    inset: auto;
    margin: 0;
    min-width: 180px;
    max-width: 320px;
    padding: 4px;
    border: 1px solid var(--natstap-border);
    border-radius: 9px;
    background: var(--natstap-surface);
    color: var(--natstap-fg);
    box-shadow: 0 8px 28px rgb(0 0 0 / 0.22);
    font: 13px/1.4 var(--natstap-ui-font);
  }

  .value-menu .value-name {
    overflow: hidden;
    padding: 4px 10px;
    color: var(--natstap-muted);
    font: 12px/1.4 var(--natstap-font);
    text-overflow: ellipsis;
    unicode-bidi: isolate;
    white-space: nowrap;
  }

  .value-menu button {
    display: block;
    width: 100%;
    min-height: 28px;
    padding: 4px 10px;
    border: 0;
    border-radius: 6px;
    background: none;
    text-align: left;
  }

  .value-menu button:is(:hover, :focus-visible) {
    background: color-mix(in srgb, var(--natstap-fg) 8%, transparent);
  }

  .panel .column-choice {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 28px;
    padding: 0 10px;
    font: 12px/1.4 var(--natstap-font);
    white-space: nowrap;
    cursor: pointer;
  }

  .panel hr {
    opacity: 0.4;
  }

  .panel.columns {
    overflow: auto;
    max-width: 320px;
    max-height: 60vh;
  }

  /* A narrow view shows the fields after the message only. */
  @container natstap (width < 640px) {
    .column-header,
    .row .column,
    .columns-tool,
    .value-menu .as-column {
      display: none;
    }
  }
`;
