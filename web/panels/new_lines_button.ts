/**
 * The button that counts new lines that are out of view, and jumps to them.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { countText } from "../rows/count_text.ts";
import * as icons from "./icons.ts";
import { t } from "../texts/translate.ts";

export interface NewLinesModel {
  readonly paused: boolean;
  /** Number of rows held back. */
  readonly waiting: number;
  readonly following: boolean;
  /** Number of rows in the list that have not been in view. */
  readonly unseen: number;
  /** Resumes, and follows the newest line. */
  onEnd(): void;
}

/** Renders the button; nothing while the list follows the newest line. */
export function newLinesTemplate(model: NewLinesModel): TemplateResult | typeof nothing {
  const { paused, following, onEnd } = model;
  if (!paused && following) return nothing;
  return html`
    <button class="new-lines" part="pill" data-paused=${paused} @click=${onEnd}>
      <span>${label(model)}</span>${paused ? icons.play : icons.toEnd}
    </button>
  `;
}

function label({ paused, waiting, unseen }: NewLinesModel): string {
  const count = waiting + unseen;
  const lines = countText(count, "new line");
  if (paused) return count === 0 ? t("Paused") : t("Paused · {lines}", { lines });
  return count === 0 ? t("Jump to the newest line") : lines;
}
