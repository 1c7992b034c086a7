/**
 * Icons of 16 × 16 pixels, in the color of the text.
 *
 * @module
 */
import { html, type TemplateResult } from "lit/html.js";

function icon(path: string, strokeWidth = 1.5, fill = "none"): TemplateResult {
  return html`
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d=${path} stroke-width=${strokeWidth} fill=${fill} />
    </svg>
  `;
}

export const search = icon(
  "M2.75 7a4.25 4.25 0 1 0 8.5 0 4.25 4.25 0 1 0-8.5 0m7.5 3.25 3.25 3.25",
);
export const clock = icon("M2.5 8a5.5 5.5 0 1 0 11 0 5.5 5.5 0 1 0-11 0M8 5v3.25l2 1.25");
export const help = icon(
  "M2.25 8a5.75 5.75 0 1 0 11.5 0 5.75 5.75 0 1 0-11.5 0" +
    "M6.3 6.5a1.7 1.7 0 1 1 2.5 1.5c-.55.3-.8.6-.8 1.15M8 11.2v.05",
);
export const wrap = icon(
  "M2.5 4h11M2.5 8h8.75a2.1 2.1 0 0 1 0 4.25H8M9.5 10.5l-1.75 1.75L9.5 14M2.5 12.25h2.25",
);
export const trash = icon("M2.75 4.5h10.5M6.25 4.5V2.75h3.5V4.5M4.25 4.5l.6 8.75h6.3l.6-8.75");
export const download = icon("M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M2.75 13.25h10.5");
export const funnel = icon("M2.5 4h11M4.75 8h6.5M7 12h2");
export const close = icon("m4.5 4.5 7 7m0-7-7 7");
export const pause = icon("M5.5 3.75v8.5m5-8.5v8.5", 2);
export const play = icon("m5.25 3.5 7 4.5-7 4.5z", 1.5, "currentColor");
export const more = icon("M3.5 8v.01M8 8v.01M12.5 8v.01", 2.25);
export const up = icon("m4 10 4-4 4 4");
export const down = icon("m4 6 4 4 4-4");
export const toEnd = icon("M8 2.75V10M4.75 7 8 10.25 11.25 7M4 13.25h8");
export const columns = icon("M2.75 3.25h10.5v9.5H2.75zM6.25 3.25v9.5M9.75 3.25v9.5");
