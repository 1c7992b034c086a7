/**
 * The banner above the rows, which says why no new lines arrive.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ConnectionState } from "../connection/connection_options.ts";
import { type Status, statusOf } from "../connection/status.ts";

/** Shorter interruptions are not shown. */
const MIN_INTERRUPTION_MS = 3000;

/** Remembers the last problem during the next attempt, so that the list does not jump. */
export class Banner {
  #problem: ConnectionState | undefined;
  #since = 0;

  /** Records a new state, at the time `now` in milliseconds. */
  update(state: ConnectionState, now: number): void {
    if (state.state === "connecting") return;
    const isProblem = state.state === "ended" || state.state === "reconnecting";
    if (this.#problem === undefined) this.#since = now;
    this.#problem = isProblem ? state : undefined;
  }

  /** The problem that is shown, or will be soon. */
  get problem(): ConnectionState | undefined {
    return this.#problem;
  }

  /** The status to show at the time `now`, if any. */
  status(now: number): Status | undefined {
    const problem = this.#problem;
    if (problem === undefined) return undefined;
    const isShort = now - this.#since < MIN_INTERRUPTION_MS;
    if (problem.state === "reconnecting" && isShort) return undefined;
    return statusOf(problem, false, now);
  }
}

/** Renders the banner, or nothing. A host page may replace the content if the stream has ended. */
export function bannerTemplate(
  status: Status | undefined,
  hasEnded: boolean,
  remedy: TemplateResult | typeof nothing,
): TemplateResult | typeof nothing {
  if (status === undefined) return nothing;
  const { kind, spoken, detail } = status;
  const reason = detail === `${spoken}.` ? "" : detail;
  const content =
    html`<span class="banner-text"><strong>${spoken}.</strong> ${reason}</span>${remedy}`;
  return html`
    <div class="banner" data-kind=${kind}>
      ${hasEnded ? html`<slot name="ended">${content}</slot>` : content}
    </div>
  `;
}
