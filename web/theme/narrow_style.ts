/**
 * Styles of narrow and low views, and of touch screens.
 *
 * @module
 */
import { css } from "./css.ts";

/** Overrides the other styles, and must come after them. */
export const narrowStyle: string = css`
  @container natstap (width < 880px) {
    .toolbar {
      position: relative;
    }
    .hotkey {
      display: none;
    }
    .more {
      display: inline-flex;
    }
    .tools {
      position: absolute;
      z-index: 6;
      top: 44px;
      right: 8px;
      display: none;
      flex-direction: column;
      align-items: stretch;
      min-width: 210px;
      padding: 4px;
      border: 1px solid var(--natstap-border);
      border-radius: 9px;
      background: var(--natstap-surface);
      box-shadow: 0 8px 28px rgb(0 0 0 / 0.22);
    }
    .tools[data-open="true"] {
      display: flex;
    }
    .tools .tool {
      justify-content: flex-start;
      gap: 10px;
      width: 100%;
      height: 36px;
    }
    .tool-name {
      display: inline;
    }
    .time-tool .tool-value {
      margin-left: auto;
      text-align: right;
    }
    .panel {
      position: static;
      padding: 0 0 4px 24px;
      border: 0;
      box-shadow: none;
    }
  }

  @container natstap (width < 640px) {
    .toolbar {
      flex-wrap: wrap;
      gap: 6px 4px;
      padding: 6px 4px 8px 12px;
    }
    .app {
      margin-right: 8px;
    }
    .search {
      flex-basis: 100%;
      order: 1;
      height: 36px;
      margin: 0 4px 0 -4px;
    }
    .viewer .search input {
      /* Phones zoom into a field with smaller text. */
      font-size: 16px;
    }
    .pause {
      margin-left: auto;
    }
    .chips,
    .facets {
      padding-inline: 8px;
    }
    .chips {
      flex-wrap: nowrap;
      overflow-x: auto;
      scrollbar-width: none;
    }
    .chip.span {
      order: -1;
    }
    .chip-group.levels,
    .chip-group.selected {
      flex: none;
      flex-wrap: nowrap;
    }
    .facets-button {
      /* Chips scroll under the button, which covers the padding too. */
      position: sticky;
      right: -8px;
      align-self: stretch;
      height: auto;
      margin-right: -8px;
      padding-right: 16px;
      border-radius: 0;
      box-shadow: -8px 0 8px var(--natstap-surface);
    }
    .viewer .facets-button,
    .viewer .facets-button:hover {
      background: var(--natstap-surface);
    }
    .facets-button > .icon {
      display: block;
    }
    .facets-button-text {
      display: none;
    }
  }

  /* If there is little height, as on a page zoomed to 200%, the lines get most of it. */
  @media (height < 480px) {
    .toolbar {
      padding-block: 4px;
    }
    .chips {
      min-height: 28px;
      padding-bottom: 4px;
    }
    .rate-chart {
      height: 20px;
    }
    .chart-label {
      top: 1px;
    }
    .chart-start {
      display: none;
    }
  }

  /* Targets are at least 24 pixels wide and high. */
  @media (pointer: coarse) {
    :host {
      --natstap-row-height: 26px;
    }
    .tool,
    .chip,
    .text-button,
    .selection-copy {
      min-height: 32px;
    }
    .mini,
    .mode {
      min-width: 28px;
      min-height: 28px;
    }
    .rate-chart {
      min-height: 24px;
    }
    .viewer .row summary {
      min-width: 24px;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .note {
      transition: none;
    }
  }
`;
