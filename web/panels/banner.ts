/**
 * The banner above the rows, which says why no new lines arrive.
 *
 * @module
 */
import { css, type CSSResult, html, nothing, type TemplateResult } from "lit";
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

  /** The status to show at the time `now`, if any. */
  status(now: number): Status | undefined {
    const problem = this.#problem;
    if (problem === undefined) return undefined;
    const isShort = now - this.#since < MIN_INTERRUPTION_MS;
    if (problem.state === "reconnecting" && isShort) return undefined;
    return statusOf(problem, false, now);
  }
}

/** Renders the banner, or nothing. */
export function bannerTemplate(status: Status | undefined): TemplateResult | typeof nothing {
  if (status === undefined) return nothing;
  const { kind, spoken, detail } = status;
  const reason = detail === `${spoken}.` ? "" : detail;
  return html`<div class="banner" data-kind=${kind}><strong>${spoken}.</strong> ${reason}</div>`;
}

export const bannerStyle: CSSResult = css`
  .banner {
    flex: none;
    padding: 7px 12px;
    border-bottom: 1px solid var(--natstap-border);
    background: color-mix(in srgb, var(--status-color) 10%, var(--natstap-bg));
  }

  .banner strong {
    color: var(--status-color);
  }
`;
