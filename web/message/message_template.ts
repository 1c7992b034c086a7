/**
 * The markup of a message: text with styles, links and matches, or a JSON tree.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { guard } from "lit/directives/guard.js";
import { countText } from "../rows/count_text.ts";
import { contentOf, fits, treeOf } from "./content.ts";
import { treeTemplate } from "./json_tree.ts";
import { segmentsOf } from "./segments.ts";
import type { Line } from "../rows/row.ts";
import { textTemplate } from "./text_template.ts";
import { t } from "../texts/translate.ts";

/** How a message is shown. */
export interface MessageOptions {
  readonly expanded: boolean;
  /** Matches the text to highlight; has the flag `g`. */
  readonly pattern: RegExp | undefined;
  /** The names of fields that are columns. */
  readonly omitted: ReadonlySet<string>;
}

export function messageTemplate(line: Line, options: MessageOptions): TemplateResult {
  const { expanded, pattern, omitted } = options;
  // All rows in view are rendered in every frame: an unchanged message costs nothing.
  const body = guard([line, expanded, pattern, omitted], () => bodyTemplate(line, options));
  return html`${body}${restTemplate(line, options)}`;
}

function bodyTemplate(
  line: Line,
  { expanded, pattern, omitted }: MessageOptions,
): TemplateResult {
  const tree = expanded ? treeOf(line) : undefined;
  if (tree !== undefined && !line.isStructured) return treeTemplate(tree, pattern);
  const text = textTemplate(segmentsOf(contentOf(line, expanded, omitted).spans, pattern));
  const message = html`<span class="text">${text}</span>`;
  return tree === undefined ? message : html`${message}${treeTemplate(tree, pattern)}`;
}

/** How much is hidden, and how to see it. */
function restTemplate(line: Line, { expanded }: MessageOptions) {
  const { hidden } = contentOf(line, expanded);
  if (hidden === 0) return nothing;
  if (expanded) {
    return html`<span class="rest">… ${
      t("{size} more: copy the line to get all of it", { size: sizeOf(hidden) })
    }</span>`;
  }
  if (line.more !== undefined) {
    return html`<span class="rest"> <button class="more" tabindex="-1">${
      countText(line.more.length, "more line")
    }</button></span>`;
  }
  const size = sizeOf(line.message.length);
  const all = fits(line) ? t("show all {size}", { size }) : t("show more of {size}", { size });
  return html`<span class="rest">… <button class="more" tabindex="-1">${all}</button></span>`;
}

/** Approximate: characters are close enough to bytes. */
function sizeOf(length: number): string {
  if (length < 1000) return countText(length, "character");
  return length < 999_500 ? `${Math.round(length / 1000)} KB` : `${(length / 1e6).toFixed(1)} MB`;
}
