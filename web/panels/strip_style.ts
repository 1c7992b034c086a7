/**
 * How the strip of bars looks.
 *
 * @module
 */
import { css, type CSSResult } from "lit";

/** The style of the strip. */
export const stripStyle: CSSResult = css`
  .strip {
    position: relative;
    flex: none;
    height: 34px;
    border-block: 1px solid var(--natstap-border);
    background: var(--natstap-surface);
    cursor: pointer;
  }

  .strip:focus-visible {
    outline-offset: -2px;
  }

  .strip svg {
    display: block;
    width: 100%;
    height: 100%;
    padding-top: 4px;
    pointer-events: none;
  }

  .strip-lines {
    fill: color-mix(in srgb, var(--natstap-muted) 72%, transparent);
  }

  .strip-errors {
    fill: var(--natstap-error);
  }

  .strip-point {
    fill: color-mix(in srgb, var(--natstap-fg) 16%, transparent);
  }

  .strip-words {
    position: absolute;
    top: 4px;
    left: 8px;
    padding: 0 5px;
    border-radius: 4px;
    background: color-mix(in srgb, var(--natstap-surface) 82%, transparent);
    color: var(--natstap-muted);
    font-size: 11.5px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    pointer-events: none;
  }

  .strip-words:empty {
    display: none;
  }

  .strip-start {
    position: absolute;
    bottom: 0;
    left: 8px;
    padding: 0 5px;
    color: var(--natstap-muted);
    font-size: 10.5px;
    pointer-events: none;
  }
`;
