/**
 * Colors, sizes and icons. Each color and size that a host page may want to change is a custom property.
 *
 * @module
 */
import { css } from "./css.ts";
import { SEVERITIES } from "../../lib/log_line/severity.ts";

/** The color of each level, as a property of rows and chips. */
const levels = SEVERITIES.map((level) => `.${level} { --level: var(--natstap-${level}); }`)
  .join(" ");

/** Colors have AA contrast in both themes; the host's `color-scheme` selects the theme. */
export const themeStyle: string = css`
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
    --natstap-border-width: 1px;
    --natstap-radius: 0px;
    display: block;
    height: 480px;
    min-width: 0;
    container: natstap / inline-size;
  }

  :host([theme="auto"]) {
    color-scheme: light dark;
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
    border: var(--natstap-border-width) solid var(--natstap-border);
    border-radius: var(--natstap-radius);
    background: var(--natstap-bg);
    color: var(--natstap-fg);
    font: 13px/1.4 var(--natstap-ui-font);
  }

  :where(.viewer) button {
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

  ${levels}
`;
