/**
 * Styles of what is shown above, over or instead of the rows: bars, buttons and notes.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const noticesStyle: string = css`
  .banner {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 40px;
    padding: 5px 12px;
    border-bottom: 1px solid var(--natstap-border);
    background: color-mix(in srgb, var(--status-color) 10%, var(--natstap-bg));
  }

  .banner-text {
    flex: 1 1 12em;
  }

  .banner strong {
    color: var(--status-color);
  }

  .context-bar {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    padding: 6px 12px;
    border-bottom: 1px solid var(--natstap-border);
    background: color-mix(in srgb, var(--natstap-accent) 8%, var(--natstap-bg));
    color: var(--natstap-muted);
  }

  .context-bar .button {
    margin: 0;
    padding: 3px 10px;
    color: var(--natstap-fg);
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

  .empty :is(.button, .apps) {
    margin-top: 10px;
  }

  .empty .apps .button {
    margin: 0;
  }

  .button {
    min-height: 28px;
    padding: 4px 14px;
    border: 1px solid var(--natstap-border);
    border-radius: 8px;
    background: var(--natstap-surface);
    color: var(--natstap-fg);
    overflow-wrap: anywhere;
  }

  .button:hover {
    border-color: var(--natstap-muted);
  }

  .apps {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 6px;
    max-width: 60ch;
    max-height: 50%;
    overflow: auto;
    padding: 3px;
  }

  .new-lines {
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
    color: var(--natstap-bg);
    white-space: nowrap;
    translate: -50% 0;
  }

  .new-lines[data-paused="true"] {
    background: var(--natstap-info);
  }

  .new-lines:hover {
    filter: brightness(1.08);
  }

  .selection-bar {
    position: absolute;
    z-index: 2;
    bottom: 16px;
    left: 16px;
    display: flex;
    align-items: center;
    gap: 6px;
    height: 34px;
    padding: 0 3px 0 14px;
    border: 1px solid var(--natstap-border);
    border-radius: 9px;
    background: var(--natstap-surface);
    box-shadow: 0 4px 18px rgb(0 0 0 / 0.22);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .selection-copy {
    height: 26px;
    padding: 0 10px;
    border: 0;
    border-radius: 6px;
    background: color-mix(in srgb, var(--natstap-accent) 10%, transparent);
    color: var(--natstap-accent);
    font-weight: 600;
  }

  /* Above the button that counts new lines. */
  @container natstap (width < 640px) {
    .selection-bar {
      bottom: 60px;
    }
  }

  .scroller[data-selecting],
  .scroller[data-selecting] a {
    user-select: none;
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
`;
