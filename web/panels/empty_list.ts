/**
 * What is shown instead of rows if there are none.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
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
  /** What the reader can do about the state. */
  readonly remedy: TemplateResult | typeof nothing;
  onReset(): void;
}

/** Explains why there are no rows, and what to do. */
export function emptyListTemplate(model: EmptyListModel): TemplateResult {
  const { state, status, hidden } = model;
  const isLive = state.state === "live";
  const slot = hidden > 0 ? undefined : isLive ? "empty" : state.state;
  const content = contentTemplate(model);
  return html`
    <div class="empty" data-kind=${hidden > 0 || isLive ? nothing : status.kind}>
      ${slot === "empty" || slot === "ended" ? html`<slot name=${slot}>${content}</slot>` : content}
    </div>
  `;
}

function contentTemplate(model: EmptyListModel): TemplateResult {
  const { hidden, remedy, onReset } = model;
  const [title, text] = explain(model);
  return html`
    <p class="empty-title">${title}</p>
    ${text === "" ? nothing : html`<p>${text}</p>`}
    ${hidden === 0
      ? remedy
      : html`<button class="button" @click=${onReset}>${t("Show all lines")}</button>`}
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
