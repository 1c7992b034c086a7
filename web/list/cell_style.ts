/**
 * Styles of the parts of a row: columns, buttons, and the text of a gap.
 *
 * @module
 */
import { css } from "../theme/css.ts";
import { COLUMNS } from "../rows/facets.ts";

/** A value that may be longer than its column ends in an ellipsis. */
const columns = COLUMNS.map(({ facet, width, maxLength }) =>
  `.row .${facet} { grid-column: ${facet};${maxLength > width ? " text-overflow: ellipsis;" : ""} }`
).join(" ");

export const cellStyle: string = css`
  :where(.row button) {
    all: unset;
    box-sizing: border-box;
    cursor: pointer;
  }

  .row button:focus-visible,
  .row a:focus-visible,
  .row summary:focus-visible {
    outline: 2px solid var(--natstap-accent);
    outline-offset: 0;
    border-radius: 3px;
  }

  /* The message would clip an outline around its summary. */
  .row summary:focus-visible {
    outline-offset: -2px;
  }

  .row .cell {
    height: var(--natstap-row-height);
    overflow: hidden;
    color: var(--natstap-muted);
    white-space: nowrap;
    unicode-bidi: isolate;
  }

  .row .time {
    grid-column: time;
  }

  ${columns} .row button.cell:hover,
    .row button.tag:hover {
    color: var(--natstap-accent);
    text-decoration: underline;
    text-underline-offset: 2px;
  }

  .row .level {
    color: var(--level, var(--natstap-muted));
  }

  .row:is(.error, .warn) .level {
    font-weight: 650;
  }

  /* Most lines are informational, so their level says nothing. */
  .row.info .level {
    color: var(--natstap-muted);
  }

  /* What is wrong is seen first; the fields after it stay muted. */
  .row.error .message .text {
    color: color-mix(in oklab, var(--natstap-error) 80%, var(--natstap-fg));
  }

  .row.debug .message {
    color: var(--natstap-muted);
  }

  .row .tag {
    margin-right: 2px;
    padding: 0 5px;
    border-radius: 4px;
    color: color-mix(in srgb, var(--natstap-fg) 60%, var(--natstap-muted));
    background: color-mix(in srgb, var(--natstap-fg) 7%, transparent);
    line-height: calc(var(--natstap-row-height) - 4px);
  }

  .row .expand {
    grid-column: expand;
    display: grid;
    place-content: center;
    /* Wider than its column: a target for a finger. */
    justify-self: center;
    width: 24px;
    height: var(--natstap-row-height);
    color: var(--natstap-muted);
  }

  .row button.expand:hover {
    color: var(--natstap-fg);
  }

  /* If the icons were elements, they would take a fifth of the time to draw a row. */
  .row .expand::before {
    content: "";
    width: 7px;
    height: 7px;
    border: solid currentColor;
    border-width: 1.5px 1.5px 0 0;
    translate: -1.5px;
    rotate: 45deg;
  }

  .row.expanded .expand::before {
    translate: 0 -1.5px;
    rotate: 135deg;
  }

  .row .copy::before,
  .row .copy::after {
    content: "";
    grid-area: 1 / 1;
    width: 9px;
    height: 10px;
    border: 1.5px solid currentColor;
    border-radius: 2px;
  }

  .row .copy::before {
    translate: -1.5px -1.5px;
    clip-path: polygon(0 0, 100% 0, 100% 2px, 2px 2px, 2px 100%, 0 100%);
  }

  .row .copy::after {
    translate: 1.5px 1.5px;
  }

  .row .link::before {
    content: "#";
    font-weight: 700;
  }

  .row .context::before {
    content: "";
    width: 12px;
    height: 10px;
    background:
      linear-gradient(currentColor 0 0) 0 0 / 8px 1.5px no-repeat,
      linear-gradient(currentColor 0 0) 0 50% / 12px 2px no-repeat,
      linear-gradient(currentColor 0 0) 0 100% / 8px 1.5px no-repeat;
  }

  .row .actions {
    grid-area: 1 / 1 / 2 / -1;
    position: sticky;
    right: 8px;
    place-self: start end;
    display: flex;
    border-radius: 5px;
    background: var(--natstap-bg);
    box-shadow: 0 0 0 1px var(--natstap-border);
    opacity: 0;
    pointer-events: none;
  }

  .row:hover .actions,
  .row:focus-within .actions {
    opacity: 1;
    pointer-events: auto;
  }

  .row .actions button {
    display: grid;
    place-content: center;
    width: 26px;
    height: var(--natstap-row-height);
    color: var(--natstap-muted);
  }

  .row .actions button:hover {
    color: var(--natstap-fg);
  }

  .row.gap {
    --tone: var(--natstap-warn);
    background: repeating-linear-gradient(
      -45deg,
      color-mix(in srgb, var(--natstap-warn) 10%, transparent) 0 6px,
      color-mix(in srgb, var(--natstap-warn) 4%, transparent) 6px 12px
    );
  }

  .row .missing {
    grid-column: level / end;
    position: sticky;
    left: 12px;
    width: fit-content;
    color: var(--natstap-warn);
    font-weight: 650;
  }

  .row .live-text {
    grid-column: 1 / -1;
    position: sticky;
    left: 12px;
    display: flex;
    align-items: center;
    gap: 12px;
    width: calc(100cqw - 24px);
    color: var(--natstap-muted);
    font-size: 0.9em;
  }

  .row .live-text::after {
    flex: 1;
    border-top: 1px solid var(--natstap-border);
    content: "";
  }
`;
