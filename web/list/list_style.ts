/**
 * Styles of the list, except for its rows.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const listStyle: string = css`
  .list {
    position: relative;
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
  }

  .scroller {
    flex: 1;
    min-height: 0;
    overflow: auto;
    contain: strict;
    /* Expanded rows take this width, without the scroll bar. */
    container-type: size;
    overflow-anchor: none;
    overscroll-behavior: contain;
    scrollbar-color: color-mix(in srgb, var(--natstap-muted) 55%, transparent) transparent;
  }

  .scroller:focus-visible {
    outline: 0;
  }

  /* Beside the colors of severities, which an outline of the list would cover. */
  .scroller:focus-visible + .focus-ring {
    position: absolute;
    z-index: 2;
    inset: 2px 2px 2px 5px;
    outline: 2px solid var(--natstap-accent);
    pointer-events: none;
  }

  .canvas {
    position: relative;
    min-width: 100%;
  }

  /* Rows may overflow this: sizing it to the widest row would take two layouts. */
  .block {
    position: absolute;
    top: 0;
    left: 0;
    width: 100%;
  }

  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
