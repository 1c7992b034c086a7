/**
 * The markup of text segments.
 *
 * @module
 */
import { html, type TemplateResult } from "lit/html.js";
import type { Segment } from "./segments.ts";

/** Rendered segments. */
export type Rendered = (string | TemplateResult)[];

/** Renders segments; plain text needs no element. */
export function textTemplate(segments: readonly Segment[]): Rendered {
  const rendered: Rendered = [];
  for (let at = 0; at < segments.length;) {
    const { href } = segments[at]!;
    let end = at + 1;
    while (end < segments.length && segments[end]!.href === href) end++;
    const part = segments.slice(at, end).map(segmentTemplate);
    if (href === undefined) rendered.push(...part);
    else rendered.push(linkTemplate(href, part));
    at = end;
  }
  return rendered;
}

/** A drag that begins in a link selects, as elsewhere in a row, rather than dragging the link. */
function linkTemplate(href: string, part: Rendered): TemplateResult {
  return html`<a href=${href} draggable="false" target="_blank" rel="noopener noreferrer">${part}</a>`;
}

function segmentTemplate({ text, className, css, isMatch }: Segment): string | TemplateResult {
  if (isMatch) return html`<mark>${styled(text, className, css)}</mark>`;
  return styled(text, className, css);
}

function styled(text: string, className: string, css: string): string | TemplateResult {
  // As a property: the page's policy blocks a style attribute, but not a style set by script.
  if (css !== "") return html`<span class=${className} .style=${css}>${text}</span>`;
  return className === "" ? text : html`<span class=${className}>${text}</span>`;
}
