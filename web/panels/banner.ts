/**
 * What stands above the rows while no more come.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import type { ConnectionState } from "../connection/connection.ts";
import { type Status, statusOf } from "../connection/status.ts";

/** What is over sooner is not worth a word. Milliseconds. */
const BRIEF = 3000;

/** Holds why no more lines come, also while the next try is under way: nothing jumps for that. */
export class Banner {
  #trouble: ConnectionState | undefined;
  #since = 0;

  /** Takes notice of the connection's state, `now`. */
  become(state: ConnectionState, now: number): void {
    if (state.state === "connecting") return;
    const isTrouble = state.state === "ended" || state.state === "reconnecting";
    if (this.#trouble === undefined) this.#since = now;
    this.#trouble = isTrouble ? state : undefined;
  }

  /** What there is to say, `now`. */
  status(now: number): Status | undefined {
    const trouble = this.#trouble;
    if (trouble === undefined) return undefined;
    if (trouble.state === "reconnecting" && now - this.#since < BRIEF) return undefined;
    return statusOf(trouble, false, now);
  }
}

/** Says why. */
export function bannerTemplate(status: Status | undefined): TemplateResult | typeof nothing {
  if (status === undefined) return nothing;
  const { kind, spoken, detail } = status;
  const why = detail === `${spoken}.` ? "" : detail;
  return html`<div class="banner" data-kind=${kind}><strong>${spoken}.</strong> ${why}</div>`;
}
