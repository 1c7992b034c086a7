/**
 * Pieces of text as elements.
 *
 * @module
 */
import { html, type TemplateResult } from "lit";
import type { Piece } from "./pieces.ts";

/** What a list of pieces is rendered as. */
export type Rendered = (string | TemplateResult)[];

/** Pieces as elements; where there is nothing to say of one it is text alone. */
export function textTemplate(pieces: readonly Piece[]): Rendered {
  const rendered: Rendered = [];
  for (let at = 0; at < pieces.length;) {
    const { href } = pieces[at]!;
    let end = at + 1;
    while (end < pieces.length && pieces[end]!.href === href) end++;
    const part = pieces.slice(at, end).map(pieceTemplate);
    if (href === undefined) rendered.push(...part);
    else rendered.push(linkTemplate(href, part));
    at = end;
  }
  return rendered;
}

function linkTemplate(href: string, part: Rendered): TemplateResult {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer">${part}</a>`;
}

function pieceTemplate({ text, className, css, isMatch }: Piece): string | TemplateResult {
  if (isMatch) return html`<mark>${styled(text, className, css)}</mark>`;
  return styled(text, className, css);
}

function styled(text: string, className: string, css: string): string | TemplateResult {
  // As a property: the page's policy refuses a style attribute, but not what a script sets.
  if (css !== "") return html`<span class=${className} .style=${css}>${text}</span>`;
  return className === "" ? text : html`<span class=${className}>${text}</span>`;
}
