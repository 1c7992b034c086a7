/**
 * How the list looks, and what stands above, over or in the place of its rows.
 *
 * @module
 */
import { css, type CSSResult } from "lit";

/** The style of the list; rows have their own. */
export const listStyle: CSSResult = css`
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
`;
