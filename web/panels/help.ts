/**
 * The help: what keys do.
 *
 * @module
 */
import { html, type TemplateResult } from "lit";
import * as icons from "./icons.ts";

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["/", "Go to the field"],
  ["f", "Switch filter / find"],
  ["Enter  Shift Enter", "Next, previous match (find)"],
  ["n  N", "Next, previous match, from the list"],
  ["Space", "Pause, or go on"],
  ["g  G", "Oldest line, newest line (and follow)"],
  ["w", "Wrap long lines, or not"],
  ["t", "Times: local, UTC, relative"],
  ["Esc", "Close, clear, leave the field"],
  ["?", "This help"],
];

/** The help, as a dialog. It is open while {@linkcode HTMLDialogElement.showModal} says so. */
export function helpTemplate(onClose: () => void): TemplateResult {
  return html`
    <dialog class="help" aria-labelledby="help-title" @click=${(event: MouseEvent) => {
      if (event.target === event.currentTarget) onClose();
    }}>
      <div class="help-body">
        <header>
          <h2 id="help-title">Keys</h2>
          <button class="tool" aria-label="Close" @click=${onClose}>${icons.close}</button>
        </header>
        <dl>
          ${KEYS.map(([keys, what]) =>
            html`
              <dt>${keys.split("  ").map((key) => html`<kbd>${key}</kbd>`)}</dt>
              <dd>${what}</dd>
            `
          )}
        </dl>
        <p>A click on a region or machine shows its lines only. A click on a bar leads to its lines.</p>
      </div>
    </dialog>
  `;
}
