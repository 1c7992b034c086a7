/**
 * What is shown instead of rows if there are none.
 *
 * @module
 */
import { css, type CSSResult, html, nothing, type TemplateResult } from "lit";
import type { ConnectionState } from "../connection/connection_options.ts";
import type { Status } from "../connection/status.ts";

export interface EmptyListModel {
  readonly state: ConnectionState;
  readonly status: Status;
  /** Number of lines held, all of them hidden by the filter. */
  readonly hidden: number;
  /** Whether the user has cleared the list. */
  readonly cleared: boolean;
  onReset(): void;
}

/** Explains why there are no rows, and what to do. */
export function emptyListTemplate(model: EmptyListModel): TemplateResult {
  const { state, status, hidden, cleared, onReset } = model;
  if (hidden > 0) {
    return html`
      <div class="empty">
        <p class="empty-title">No matching lines (${hidden.toLocaleString("en")} hidden)</p>
        <p>New lines that match will appear here.</p>
        <button class="button" @click=${onReset}>Show all lines</button>
      </div>
    `;
  }
  if (state.state !== "live") {
    return html`
      <div class="empty" data-kind=${status.kind}>
        <p class="empty-title">${status.text}</p>
        ${status.detail === "" ? nothing : html`<p>${status.detail}</p>`}
      </div>
    `;
  }
  const [title, text] = cleared ? ["Cleared", "New lines will appear here."] : [
    `Waiting for ${state.app} to log something`,
    `Lines appear here as they are written.${
      state.history ? "" : " Earlier lines are not available."
    }`,
  ];
  return html`
    <div class="empty">
      <p class="empty-title">${title}</p>
      <p>${text}</p>
    </div>
  `;
}

export const emptyListStyle: CSSResult = css`
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
`;
