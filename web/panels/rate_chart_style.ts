/**
 * Styles of the rate chart.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const rateChartStyle: string = css`
  .rate-chart {
    position: relative;
    flex: none;
    height: 34px;
    border-block: 1px solid var(--natstap-border);
    background: var(--natstap-surface);
    cursor: crosshair;
    touch-action: pan-y;
    user-select: none;
  }

  .rate-chart:focus-visible {
    outline-offset: -2px;
  }

  .rate-chart svg {
    display: block;
    width: 100%;
    height: 100%;
    padding-top: 4px;
    pointer-events: none;
  }

  .line-bars {
    fill: color-mix(in srgb, var(--natstap-muted) 72%, transparent);
  }

  .error-bars {
    fill: var(--natstap-error);
  }

  .selected-bar {
    fill: color-mix(in srgb, var(--natstap-fg) 16%, transparent);
  }

  .selected-span {
    fill: color-mix(in srgb, var(--natstap-accent) 24%, transparent);
  }

  .chart-label,
  .chart-start {
    position: absolute;
    top: 3px;
    left: 8px;
    padding: 0 5px;
    border-radius: 4px;
    background: color-mix(in srgb, var(--natstap-surface) 82%, transparent);
    color: var(--natstap-muted);
    font-size: 11.5px;
    font-variant-numeric: tabular-nums;
    line-height: 14px;
    white-space: nowrap;
    pointer-events: none;
  }

  .chart-label:empty {
    display: none;
  }

  .chart-start {
    top: 18px;
    line-height: 13px;
  }
`;
