/**
 * Styles of the toolbar and its menus.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const toolbarStyle: string = css`
  .toolbar {
    display: flex;
    flex: none;
    align-items: center;
    gap: 12px;
    padding: 8px 8px 8px 12px;
    background: var(--natstap-surface);
  }

  .status {
    display: flex;
    flex: none;
    align-items: center;
    gap: 7px;
    color: var(--natstap-muted);
    font-weight: 550;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .dot {
    flex: none;
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--status-color);
    box-shadow: 0 0 0 3px color-mix(in srgb, var(--status-color) 22%, transparent);
  }

  [data-kind="live"] {
    --status-color: var(--natstap-accent);
  }
  [data-kind="wait"] {
    --status-color: var(--natstap-warn);
  }
  [data-kind="paused"] {
    --status-color: var(--natstap-info);
  }
  [data-kind="ended"] {
    --status-color: var(--natstap-error);
  }
  .status:not([data-kind="live"]) .status-text {
    color: var(--status-color);
  }

  /* As wide as "Paused", so that the search field does not move. */
  .status-text {
    min-width: 4.2em;
  }

  .app {
    min-width: 3em;
    max-width: 22ch;
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .tools {
    display: flex;
    flex: none;
    align-items: center;
    gap: 2px;
  }

  .tool,
  .mini,
  .text-button {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    border: 0;
    border-radius: 6px;
    background: none;
    color: var(--natstap-muted);
  }

  .tool {
    gap: 6px;
    min-width: 30px;
    height: 30px;
    padding: 0 7px;
  }

  :is(.tool, .mini, .text-button):hover {
    background: color-mix(in srgb, var(--natstap-fg) 8%, transparent);
    color: var(--natstap-fg);
  }

  :is(.tool, .mini)[aria-pressed="true"] {
    background: color-mix(in srgb, var(--natstap-accent) 10%, transparent);
    color: var(--natstap-accent);
  }

  .tool-name,
  .more {
    display: none;
  }

  .time-tool .tool-value {
    min-width: 4.4em;
    font-size: 12px;
    text-align: left;
  }

  .menu {
    position: relative;
  }

  .panel {
    position: absolute;
    z-index: 5;
    top: calc(100% + 6px);
    right: 0;
    min-width: 200px;
    padding: 4px;
    border: 1px solid var(--natstap-border);
    border-radius: 9px;
    background: var(--natstap-surface);
    box-shadow: 0 8px 28px rgb(0 0 0 / 0.22);
  }

  .download {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 24px;
    width: 100%;
    padding: 6px 9px;
    border: 0;
    border-radius: 6px;
    background: none;
    text-align: left;
    white-space: nowrap;
  }

  .download:hover {
    background: color-mix(in srgb, var(--natstap-fg) 8%, transparent);
  }

  .download code {
    color: var(--natstap-muted);
    font: 12px var(--natstap-font);
  }
`;
