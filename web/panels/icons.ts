/**
 * The icons of tools: 16 × 16, in the colour of the text.
 *
 * @module
 */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

function icon(shape: SVGTemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${shape}</svg>`;
}

export const search: TemplateResult = icon(
  svg`
    <circle cx="7" cy="7" r="4.25" />
    <path d="m10.25 10.25 3.25 3.25" />
  `,
);
export const funnel: TemplateResult = icon(svg`
  <path d="M2.5 4h11M4.75 8h6.5M7 12h2" />
`);
export const close: TemplateResult = icon(svg`
  <path d="m4.5 4.5 7 7m0-7-7 7" />
`);
export const pause: TemplateResult = icon(svg`
  <path d="M5.5 3.75v8.5m5-8.5v8.5" stroke-width="2" />
`);
export const play: TemplateResult = icon(
  svg`
    <path d="m5.25 3.5 7 4.5-7 4.5z" fill="currentColor" />
  `,
);
export const wrap: TemplateResult = icon(
  svg`
    <path d="M2.5 4h11M2.5 8h8.75a2.1 2.1 0 0 1 0 4.25H8M9.5 10.5l-1.75 1.75L9.5 14M2.5 12.25h2.25" />
  `,
);
export const clock: TemplateResult = icon(
  svg`
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 5v3.25l2 1.25" />
  `,
);
export const trash: TemplateResult = icon(
  svg`
    <path d="M2.75 4.5h10.5M6.25 4.5V2.75h3.5V4.5M4.25 4.5l.6 8.75h6.3l.6-8.75" />
  `,
);
export const download: TemplateResult = icon(
  svg`
    <path d="M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M2.75 13.25h10.5" />
  `,
);
export const help: TemplateResult = icon(
  svg`
    <circle cx="8" cy="8" r="5.75" />
    <path d="M6.3 6.5a1.7 1.7 0 1 1 2.5 1.5c-.55.3-.8.6-.8 1.15" />
    <path d="M8 11.2v.05" stroke-width="1.75" />
  `,
);
export const more: TemplateResult = icon(
  svg`
    <path d="M3.5 8v.01M8 8v.01M12.5 8v.01" stroke-width="2.25" />
  `,
);
export const up: TemplateResult = icon(svg`
  <path d="m4 10 4-4 4 4" />
`);
export const down: TemplateResult = icon(svg`
  <path d="m4 6 4 4 4-4" />
`);
export const toEnd: TemplateResult = icon(svg`
  <path d="M8 2.75V10M4.75 7 8 10.25 11.25 7M4 13.25h8" />
`);
