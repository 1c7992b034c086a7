/**
 * What a message looks like: its text with styles, links and matches, or the tree of its JSON.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { contentOf, fits, treeOf } from "./content.ts";
import { treeTemplate } from "./json_tree.ts";
import { piecesOf } from "./pieces.ts";
import type { Line } from "../rows/row.ts";
import { textTemplate } from "./text_view.ts";

/** How a message is shown. */
export interface MessageOptions {
  readonly unfolded: boolean;
  /** What is highlighted; with the flag `g`. */
  readonly pattern: RegExp | undefined;
}

/** The message of a line. */
export function messageTemplate(line: Line, options: MessageOptions): TemplateResult {
  const { unfolded, pattern } = options;
  // A frame draws all rows in view anew: what has not changed costs nothing.
  const body = guard([line, unfolded, pattern], () => bodyTemplate(line, options));
  return html`${body}${restTemplate(line, options)}`;
}

function bodyTemplate(line: Line, { unfolded, pattern }: MessageOptions): TemplateResult {
  const tree = unfolded ? treeOf(line) : undefined;
  if (tree !== undefined) return treeTemplate(tree, pattern);
  const text = textTemplate(piecesOf(contentOf(line, unfolded).spans, pattern));
  return html`<span class="text">${text}</span>`;
}

/** What is not shown, and how to see it. */
function restTemplate(line: Line, { unfolded }: MessageOptions) {
  const { hidden } = contentOf(line, unfolded);
  if (hidden === 0) return nothing;
  if (unfolded) {
    return html`<span class="rest">… ${sizeOf(hidden)} more: copy the line for all</span>`;
  }
  const all = `show ${fits(line) ? "all" : "more of"} ${sizeOf(line.message.length)}`;
  return html`<span class="rest">… <button class="more">${all}</button></span>`;
}

/** As it is told to people: characters are close enough to bytes. */
function sizeOf(length: number): string {
  if (length < 1000) return `${length} characters`;
  return length < 999_500 ? `${Math.round(length / 1000)} KB` : `${(length / 1e6).toFixed(1)} MB`;
}
