/**
 * What stands in the place of rows where there are none.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import type { ConnectionState } from "./connection.ts";
import type { Status } from "./status.ts";

export interface EmptyModel {
  readonly state: ConnectionState;
  readonly status: Status;
  /** How many rows are held; none of them is shown. */
  readonly held: number;
  onReset(): void;
}

/** Says above the rows why there will be no more. */
export function bannerTemplate({ kind, text, detail }: Status): TemplateResult | typeof nothing {
  if (kind !== "ended") return nothing;
  const why = detail === `${text}.` ? "" : detail;
  return html`<div class="banner" data-kind=${kind}><strong>${text}.</strong> ${why}</div>`;
}

/** Says why there is no row, and what to do. */
export function emptyTemplate({ state, status, held, onReset }: EmptyModel): TemplateResult {
  if (held > 0) {
    return html`
      <div class="empty">
        <p class="empty-title">None of the ${held.toLocaleString(
          "en",
        )} lines held fits the filter</p>
        <p>Lines that do will appear here when they come.</p>
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
  return html`
    <div class="empty">
      <p class="empty-title">Waiting for ${state.app} to log something</p>
      <p>Lines appear here the moment they are written. What came before is not kept.</p>
    </div>
  `;
}
