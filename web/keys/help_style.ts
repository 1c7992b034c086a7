/**
 * Styles of the help dialog.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const helpStyle: string = css`
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
    align-items: start;
    gap: 4px;
    white-space: nowrap;
  }

  .help dd {
    margin: 0;
  }

  .help p {
    margin: 14px 0 0;
    color: var(--natstap-muted);
    font-size: 12px;
  }
`;
