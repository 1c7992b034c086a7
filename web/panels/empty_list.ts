/**
 * What is shown instead of rows if there are none.
 *
 * @module
 */
import { css, type CSSResult, html, nothing, type TemplateResult } from "lit";
import type { ConnectionState } from "../connection/connection_options.ts";
import type { Status } from "../connection/status.ts";
import { formatNumber, t } from "../texts/translate.ts";

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
  const { state, status, hidden, onReset } = model;
  const [title, text] = explain(model);
  return html`
    <div class="empty" data-kind=${hidden > 0 || state.state === "live" ? nothing : status.kind}>
      <p class="empty-title">${title}</p>
      ${text === "" ? nothing : html`<p>${text}</p>`}
      ${hidden === 0
        ? nothing
        : html`<button class="button" @click=${onReset}>${t("Show all lines")}</button>`}
    </div>
  `;
}

function explain(
  { state, status, hidden, cleared }: EmptyListModel,
): [title: string, text: string] {
  if (hidden > 0) {
    const title = t("No matching lines ({count} hidden)", { count: formatNumber(hidden) });
    return [title, t("New lines that match will appear here.")];
  }
  if (state.state !== "live") return [status.text, status.detail];
  if (cleared) return [t("Cleared"), t("New lines will appear here.")];
  const past = state.history ? "" : ` ${t("Earlier lines are not available.")}`;
  return [
    t("Waiting for {app} to log something", { app: state.app }),
    t("Lines appear here as they are written.") + past,
  ];
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
