/**
 * What stands in the place of rows where there are none.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import type { ConnectionState } from "../connection/connection.ts";
import type { Status } from "../connection/status.ts";

export interface EmptyModel {
  readonly state: ConnectionState;
  readonly status: Status;
  /** How many rows are held; none of them is shown. */
  readonly held: number;
  /** Whether there were some, until they were cleared. */
  readonly cleared: boolean;
  onReset(): void;
}

/** Says why there is no row, and what to do. */
export function emptyTemplate(model: EmptyModel): TemplateResult {
  const { state, status, held, cleared, onReset } = model;
  if (held > 0) {
    return html`
      <div class="empty">
        <p class="empty-title">No line matches (${held.toLocaleString("en")} here)</p>
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
  if (cleared) {
    return html`
      <div class="empty">
        <p class="empty-title">Cleared</p>
        <p>New lines appear here.</p>
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
