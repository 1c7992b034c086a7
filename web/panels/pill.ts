/**
 * The pill: how many lines came that are not in view, and the way to them.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import * as icons from "./icons.ts";

export interface PillModel {
  readonly paused: boolean;
  /** How many lines are held back. */
  readonly waiting: number;
  readonly following: boolean;
  readonly unseen: number;
  /** Goes to the newest line, and on from there. */
  onEnd(): void;
}

/** The pill; nothing where the newest line is in view. */
export function pillTemplate(model: PillModel): TemplateResult | typeof nothing {
  const { paused, following, onEnd } = model;
  if (!paused && following) return nothing;
  return html`
    <button class="pill" part="pill" data-paused=${paused} @click=${onEnd}>
      <span>${words(model)}</span>${paused ? icons.play : icons.toEnd}
    </button>
  `;
}

function words({ paused, waiting, unseen }: PillModel): string {
  const count = waiting + unseen;
  const lines = `${count.toLocaleString("en")} new ${count === 1 ? "line" : "lines"}`;
  if (paused) return count === 0 ? "Paused" : `Paused · ${lines}`;
  return count === 0 ? "To the newest line" : lines;
}
