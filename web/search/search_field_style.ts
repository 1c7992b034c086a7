/**
 * Styles of the search field and its suggestions.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const searchStyle: string = css`
  .search {
    position: relative;
    display: flex;
    flex: 1 1 240px;
    align-items: center;
    gap: 2px;
    min-width: 0;
    height: 32px;
    padding: 0 3px;
    border: 1px solid var(--natstap-border);
    border-radius: 8px;
    background: var(--natstap-bg);
  }

  .search:focus-within {
    border-color: var(--natstap-accent);
    box-shadow: 0 0 0 1px var(--natstap-accent);
  }

  .search[data-bad="true"] {
    border-color: var(--natstap-warn);
    box-shadow: none;
  }

  .search input {
    flex: 1;
    align-self: stretch;
    min-width: 40px;
    padding: 0 6px;
    border: 0;
    outline: 0;
    background: none;
    color: inherit;
    font: 13px var(--natstap-font);
  }

  .search input:placeholder-shown {
    text-overflow: ellipsis;
  }

  .search input::placeholder {
    color: var(--natstap-muted);
    font-family: var(--natstap-ui-font);
    opacity: 1;
  }

  .search-icon {
    display: flex;
    margin-left: 5px;
    color: var(--natstap-muted);
  }

  .mini {
    min-width: 24px;
    height: 24px;
  }

  .tally {
    flex: none;
    padding: 0 4px;
    color: var(--natstap-muted);
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .hotkey {
    margin-right: 4px;
  }

  .problem {
    flex: none;
    padding: 0 12px 8px;
    background: var(--natstap-surface);
    color: var(--natstap-warn);
    font-size: 12px;
  }

  .problem:empty {
    display: none;
  }

  .suggestions {
    position: absolute;
    z-index: 7;
    top: calc(100% + 4px);
    left: -1px;
    min-width: min(100%, 220px);
    max-width: 100%;
    margin: 0;
    padding: 4px;
    border: 1px solid var(--natstap-border);
    border-radius: 9px;
    background: var(--natstap-surface);
    box-shadow: 0 8px 28px rgb(0 0 0 / 0.22);
    list-style: none;
  }

  .suggestions li {
    overflow: hidden;
    padding: 3px 9px;
    border-radius: 6px;
    font: 12.5px/18px var(--natstap-font);
    text-overflow: ellipsis;
    white-space: nowrap;
    cursor: pointer;
  }

  .suggestions li:hover {
    background: color-mix(in srgb, var(--natstap-fg) 7%, transparent);
  }

  .suggestions li[aria-selected="true"] {
    background: color-mix(in srgb, var(--natstap-accent) 18%, transparent);
    outline: 1px solid transparent;
  }

  @media (pointer: coarse) {
    .suggestions li {
      padding-block: 7px;
    }
  }
`;
