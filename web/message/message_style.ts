/**
 * Styles of messages: text, links, matches and JSON.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const messageStyle: string = css`
  .message {
    grid-column: message;
    min-width: 0;
    tab-size: 4;
    /* Bidirectional controls affect only their own message. */
    unicode-bidi: isolate;
    white-space: nowrap;
    /* Stacked combining marks must not cover other rows. */
    overflow-y: clip;
  }

  .message .text {
    white-space: pre;
  }

  /* A line grows if the font of its script is taller than the row. */
  .message .text,
  .message .json span {
    line-height: normal;
  }

  .row.wrap .message,
  .row.expanded .message {
    white-space: normal;
    overflow-wrap: anywhere;
  }

  .row.wrap .text,
  .row.expanded .text,
  .message .json .entry,
  .message .json summary {
    white-space: pre-wrap;
  }

  .message a {
    user-select: text;
    color: var(--natstap-accent);
    text-decoration: underline;
    text-decoration-color: color-mix(in srgb, currentColor 40%, transparent);
    text-underline-offset: 2px;
  }

  .message a:hover {
    text-decoration-color: currentColor;
  }

  .message mark {
    border-radius: 2px;
    color: light-dark(#1f2328, #fff);
    background: light-dark(#ffe58a, #6b5200);
  }

  /* A match must be visible whatever colors the app chose. */
  .message mark [class] {
    color: inherit !important;
    background: none !important;
  }

  .current .message mark {
    color: light-dark(#000, #fff);
    background: light-dark(#ffb454, #b35c00);
  }

  .message :is(.rest, .field-name, .field, .punctuation, .json) {
    color: var(--natstap-muted);
  }

  .message .more {
    display: inline-block;
    line-height: calc(var(--natstap-row-height) - 4px);
    padding: 0 6px;
    border-radius: 4px;
    color: var(--natstap-accent);
    box-shadow: 0 0 0 1px color-mix(in srgb, currentColor 35%, transparent);
  }

  .message .more:hover {
    text-decoration: underline;
  }

  .message .field-name,
  .message .field {
    /* Bidirectional controls affect only their own key or value. */
    unicode-bidi: isolate;
  }

  /* One hue, for keys: the message, and errors, must be louder. */
  .message :is(.key, .field-name) {
    color: color-mix(in oklab, var(--natstap-ansi-blue) 40%, var(--natstap-muted));
  }

  .message :is(.string, .number, .word) {
    color: color-mix(in oklab, var(--natstap-fg) 78%, var(--natstap-muted));
  }

  .message .json .children {
    margin-left: 0.5ch;
    padding-left: 2ch;
    border-left: 1px solid var(--natstap-border);
  }

  .message .json .lines {
    padding-left: 2ch;
  }

  .message .json summary {
    width: fit-content;
    border-radius: 3px;
    list-style: none;
    cursor: pointer;
  }

  .message .json summary::-webkit-details-marker {
    display: none;
  }

  .message .json summary:hover {
    background: color-mix(in srgb, var(--natstap-fg) 8%, transparent);
  }

  .message .json [open] > summary > .collapsed {
    display: none;
  }
`;
