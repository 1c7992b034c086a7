/**
 * Styles of the search field.
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
`;
