/**
 * What the viewer looks like around its rows. Every colour and size that a host may want to change is a
 * custom property.
 *
 * @module
 */
import { css, type CSSResult } from "lit";

/** The style sheet; colours hold AA contrast in both themes. */
export const style: CSSResult = css`
  :host {
    --natstap-bg: light-dark(#ffffff, #0b0f17);
    --natstap-surface: light-dark(#f8fafc, #111827);
    --natstap-fg: light-dark(#0f172a, #e5e7eb);
    --natstap-muted: light-dark(#526077, #94a3b8);
    --natstap-border: light-dark(#dfe5ec, #222c3d);
    --natstap-accent: light-dark(#0f766e, #34d399);
    --natstap-error: light-dark(#b42318, #f87171);
    --natstap-warn: light-dark(#92500a, #fbbf24);
    --natstap-info: light-dark(#1d5fb8, #7cb5f8);
    --natstap-debug: light-dark(#5b6473, #9aa6b8);
    --natstap-font: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono",
      monospace;
    --natstap-ui-font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
    --natstap-font-size: 12.5px;
    --natstap-row-height: 22px;
    color-scheme: light dark;
    display: block;
    height: 480px;
    min-width: 0;
    container: natstap / inline-size;
  }

  :host([theme="light"]) {
    color-scheme: light;
  }

  :host([theme="dark"]) {
    color-scheme: dark;
  }

  :host([hidden]) {
    display: none;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  .viewer {
    position: relative;
    display: flex;
    flex-direction: column;
    height: 100%;
    overflow: hidden;
    background: var(--natstap-bg);
    color: var(--natstap-fg);
    font: 13px/1.4 var(--natstap-ui-font);
  }

  .viewer button {
    color: inherit;
    font: inherit;
    cursor: pointer;
  }

  :focus-visible {
    outline: 2px solid var(--natstap-accent);
    outline-offset: 1px;
  }

  .icon {
    flex: none;
    width: 16px;
    height: 16px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  kbd {
    padding: 0 5px;
    border: 1px solid var(--natstap-border);
    border-radius: 4px;
    background: var(--natstap-surface);
    color: var(--natstap-muted);
    font: 11px/1.6 var(--natstap-font);
  }

  /* The toolbar. */
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

  .app {
    flex: 0 1 auto;
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
  .mode,
  .text-button {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    border: 0;
    border-radius: 6px;
    background: none;
  }

  .tool {
    gap: 6px;
    min-width: 30px;
    height: 30px;
    padding: 0 7px;
  }

  .viewer :is(.tool, .mini, .text-button) {
    color: var(--natstap-muted);
  }

  .viewer :is(.tool, .mini, .mode, .text-button):hover {
    background: color-mix(in srgb, var(--natstap-fg) 8%, transparent);
    color: var(--natstap-fg);
  }

  .viewer :is(.tool, .mini)[aria-pressed="true"] {
    background: color-mix(in srgb, var(--natstap-accent) 10%, transparent);
    color: var(--natstap-accent);
  }

  .tool-name,
  .more {
    display: none;
  }

  .time-tool .tool-value {
    min-width: 3.1em;
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

  /* The field. */
  .search {
    position: relative;
    display: flex;
    flex: 1 1 240px;
    align-items: center;
    gap: 2px;
    min-width: 0;
    height: 32px;
    margin-left: auto;
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

  .search input::placeholder {
    color: var(--natstap-muted);
    font-family: var(--natstap-ui-font);
    opacity: 1;
  }

  .modes {
    display: flex;
    flex: none;
    padding: 2px;
    border-radius: 6px;
    background: color-mix(in srgb, var(--natstap-fg) 7%, transparent);
  }

  .viewer .mode {
    gap: 4px;
    height: 20px;
    padding: 0 7px 0 5px;
    border-radius: 4px;
    color: var(--natstap-muted);
    font-size: 12px;
    font-weight: 550;
  }

  .mode .icon {
    width: 14px;
    height: 14px;
  }

  .viewer .mode[aria-pressed="true"] {
    background: var(--natstap-bg);
    box-shadow: 0 1px 2px rgb(0 0 0 / 0.18);
    color: var(--natstap-fg);
  }

  .mini {
    min-width: 24px;
    height: 24px;
  }

  .letters {
    font: 12px var(--natstap-font);
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
    position: absolute;
    z-index: 4;
    top: calc(100% + 5px);
    left: 0;
    max-width: 100%;
    padding: 4px 9px;
    border: 1px solid var(--natstap-warn);
    border-radius: 7px;
    background: var(--natstap-surface);
    color: var(--natstap-warn);
    font-size: 12px;
  }

  .problem:empty {
    display: none;
  }

  /* Chips. */
  .chips,
  .facets {
    flex: none;
    padding: 0 12px 8px;
    background: var(--natstap-surface);
  }

  .chips {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 34px;
  }

  .chip-group {
    display: flex;
    flex-wrap: wrap;
    gap: 5px;
    min-width: 0;
  }

  .chip {
    --chip: var(--natstap-muted);
    display: inline-flex;
    align-items: center;
    gap: 6px;
    max-width: 26ch;
    height: 24px;
    padding: 0 8px;
    border: 1px solid var(--natstap-border);
    border-radius: 12px;
    background: var(--natstap-bg);
    font-size: 12px;
    white-space: nowrap;
  }

  .chip[data-kind="error"] {
    --chip: var(--natstap-error);
  }
  .chip[data-kind="warn"] {
    --chip: var(--natstap-warn);
  }
  .chip[data-kind="info"] {
    --chip: var(--natstap-info);
  }
  .chip[data-kind="debug"] {
    --chip: var(--natstap-debug);
  }
  .chip:is([data-kind="region"], [data-kind="machine"], [data-kind="provider"]) {
    --chip: var(--natstap-accent);
  }

  .levels .chip::before {
    width: 7px;
    height: 7px;
    border-radius: 2px;
    background: var(--chip);
    content: "";
  }

  .chip:hover {
    border-color: color-mix(in srgb, var(--chip) 60%, transparent);
  }

  .chip[aria-pressed="true"] {
    border-color: var(--chip);
    background: color-mix(in srgb, var(--chip) 15%, var(--natstap-bg));
    box-shadow: inset 0 0 0 1px var(--chip);
  }

  .picked:not(:empty) {
    padding-left: 6px;
    border-left: 1px solid var(--natstap-border);
  }

  .chip-name {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .chip-count {
    color: var(--natstap-muted);
    font-variant-numeric: tabular-nums;
  }

  .text-button {
    gap: 5px;
    height: 24px;
    padding: 0 8px;
    font-size: 12px;
  }

  .unfold {
    margin-left: auto;
    white-space: nowrap;
  }

  .unfold .icon {
    width: 14px;
    height: 14px;
  }

  .turned {
    display: inline-flex;
  }

  .unfold[aria-expanded="true"] .turned {
    rotate: 180deg;
  }

  .facets {
    display: grid;
    grid-template-columns: auto 1fr;
    align-items: baseline;
    gap: 7px 12px;
    max-height: 38%;
    overflow: auto;
  }

  .facet-name {
    color: var(--natstap-muted);
    font-size: 12px;
    text-transform: capitalize;
  }

  .facets .chip {
    font-family: var(--natstap-font);
    font-size: 11.5px;
  }

  .hint {
    align-self: center;
    color: var(--natstap-muted);
    font-size: 12px;
  }

  /* The strip. */
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
    pointer-events: none;
  }

  /* Why the stream is over. */
  .banner {
    flex: none;
    padding: 7px 12px;
    border-bottom: 1px solid var(--natstap-border);
    background: color-mix(in srgb, var(--status-color) 10%, var(--natstap-bg));
  }

  .banner strong {
    color: var(--status-color);
  }

  /* The list. */
  .list {
    position: relative;
    flex: 1;
    min-height: 0;
  }

  .scroller {
    height: 100%;
    overflow: auto;
    contain: strict;
    /* What is folded out is as wide as this, whatever the width of a scrollbar. */
    container-type: inline-size;
    /* The list keeps its anchor itself. */
    overflow-anchor: none;
    overscroll-behavior: contain;
    scrollbar-color: color-mix(in srgb, var(--natstap-muted) 55%, transparent) transparent;
  }

  .scroller:focus-visible {
    outline-offset: -2px;
  }

  .canvas {
    position: relative;
    min-width: 100%;
  }

  /* Not as wide as its widest row, which would take two layouts to find: rows overflow it. */
  .block {
    position: absolute;
    top: 0;
    left: 0;
    width: 100%;
  }

  .pill {
    position: absolute;
    z-index: 2;
    bottom: 16px;
    left: 50%;
    display: flex;
    align-items: center;
    gap: 8px;
    height: 34px;
    padding: 0 12px 0 16px;
    border: 0;
    border-radius: 17px;
    background: var(--natstap-accent);
    box-shadow: 0 4px 18px rgb(0 0 0 / 0.3);
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    translate: -50% 0;
  }

  .viewer .pill {
    color: var(--natstap-bg);
  }

  .pill[data-paused="true"] {
    background: var(--natstap-info);
  }

  .pill:hover {
    filter: brightness(1.08);
  }

  .empty {
    position: absolute;
    inset: 0;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 6px;
    padding: 24px;
    color: var(--natstap-muted);
    text-align: center;
  }

  .empty p {
    max-width: 46ch;
    margin: 0;
    overflow-wrap: anywhere;
  }

  .viewer .empty-title {
    color: var(--status-color, var(--natstap-fg));
    font-size: 15px;
    font-weight: 600;
  }

  .button {
    margin-top: 10px;
    padding: 6px 14px;
    border: 1px solid var(--natstap-border);
    border-radius: 8px;
    background: var(--natstap-surface);
  }

  .note {
    position: absolute;
    z-index: 3;
    right: 20px;
    bottom: 16px;
    padding: 5px 12px;
    border-radius: 8px;
    background: var(--natstap-fg);
    color: var(--natstap-bg);
    font-size: 12px;
    font-weight: 550;
    pointer-events: none;
    transition: opacity 0.15s;
  }

  .note[data-shown="false"] {
    opacity: 0;
  }

  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  /* The help. */
  .help {
    width: min(440px, calc(100vw - 32px));
    padding: 0;
    border: 1px solid var(--natstap-border);
    border-radius: 12px;
    background: var(--natstap-surface);
    box-shadow: 0 16px 56px rgb(0 0 0 / 0.35);
    color: var(--natstap-fg);
  }

  .help::backdrop {
    background: rgb(0 0 0 / 0.4);
  }

  .help-body {
    padding: 14px 18px 18px;
  }

  .help header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-bottom: 8px;
  }

  .help h2 {
    margin: 0;
    font-size: 15px;
  }

  .help dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 6px 16px;
    margin: 0;
  }

  .help dt {
    display: flex;
    gap: 4px;
  }

  .help dd {
    margin: 0;
  }

  .help p {
    margin: 14px 0 0;
    color: var(--natstap-muted);
    font-size: 12px;
  }

  /* Not wide: what matters stays, the rest is a menu. */
  @container natstap (width < 880px) {
    .toolbar {
      position: relative;
    }
    .mode span,
    .hotkey {
      display: none;
    }
    .viewer .mode {
      padding: 0 5px;
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

  /* Narrow: the field has a line of its own, and chips scroll sideways. */
  @container natstap (width < 640px) {
    .toolbar {
      flex-wrap: wrap;
      gap: 6px 4px;
      padding: 6px 4px 8px 12px;
    }
    .app {
      flex: 1;
      margin-left: 6px;
    }
    .search {
      flex-basis: 100%;
      order: 1;
      height: 36px;
      margin: 0 4px 0 -4px;
    }
    .viewer .search input {
      /* Phones zoom into a field whose text is smaller. */
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
      overflow-x: auto;
      scrollbar-width: none;
    }
    .chip-group.levels,
    .chip-group.picked {
      flex: none;
      flex-wrap: nowrap;
    }
    .unfold {
      position: sticky;
      right: 0;
      box-shadow: -8px 0 8px var(--natstap-surface);
    }
    .viewer .unfold,
    .viewer .unfold:hover {
      background: var(--natstap-surface);
    }
    .unfold-name {
      display: none;
    }
  }

  /* Little height, as with a page zoomed to 200 %: it belongs to the lines. */
  @media (height < 480px) {
    .toolbar {
      padding-block: 4px;
    }
    .chips {
      min-height: 28px;
      padding-bottom: 4px;
    }
    .strip {
      height: 20px;
    }
    .strip-words {
      top: 1px;
    }
  }

  @media (pointer: coarse) {
    .tool,
    .chip {
      min-height: 32px;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .note {
      transition: none;
    }
  }
`;
