/**
 * Styles of the chips.
 *
 * @module
 */
import { css } from "../theme/css.ts";

export const facetChipsStyle: string = css`
  .chips,
  .facets {
    flex: none;
    padding: 0 12px 8px;
    background: var(--natstap-surface);
  }

  .chips {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    min-height: 34px;
  }

  .chip-group {
    display: flex;
    flex-wrap: wrap;
    gap: 5px;
    min-width: 0;
  }

  .chip {
    --chip: var(--level, var(--natstap-accent));
    display: inline-flex;
    align-items: center;
    gap: 6px;
    max-width: 26ch;
    height: 24px;
    padding: 0 8px;
    border: 1px solid var(--natstap-border);
    border-radius: 12px;
    background: var(--natstap-bg);
    white-space: nowrap;
  }

  .levels .chip::before {
    width: 7px;
    height: 7px;
    border-radius: 2px;
    background: var(--chip);
    content: "";
  }

  .chip:hover {
    border-color: color-mix(in srgb, var(--chip) 60%, transparent);
  }

  .chip[aria-pressed="true"] {
    border-color: var(--chip);
    background: color-mix(in srgb, var(--chip) 15%, var(--natstap-bg));
    box-shadow: inset 0 0 0 1px var(--chip);
  }

  .chip.excluded {
    border-style: dashed;
    border-color: var(--chip);
    color: var(--natstap-muted);
  }

  .chip.excluded .chip-name {
    text-decoration: line-through;
  }

  .chip.span {
    flex: none;
    font-variant-numeric: tabular-nums;
  }

  .chip.span .icon {
    width: 12px;
    height: 12px;
  }

  .levels + .selected {
    padding-left: 6px;
    border-left: 1px solid var(--natstap-border);
  }

  .roomy {
    display: none;
    flex-wrap: nowrap;
    padding-left: 6px;
    border-left: 1px solid var(--natstap-border);
  }

  .roomy .chip {
    font-family: var(--natstap-font);
    font-size: 11.5px;
  }

  @container natstap (width >= 1320px) {
    .roomy {
      display: flex;
    }
    .selected.elsewhere,
    .roomy ~ .span ~ .facets-button .facets-button-text {
      display: none;
    }
    .roomy ~ .span ~ .facets-button > .icon {
      display: block;
    }
  }

  .chip-name {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .chip-count {
    color: var(--natstap-muted);
    font-variant-numeric: tabular-nums;
  }

  .text-button {
    gap: 5px;
    height: 24px;
    padding: 0 8px;
  }

  .facets-button {
    margin-left: auto;
    white-space: nowrap;
  }

  .facets-button .icon {
    width: 14px;
    height: 14px;
  }

  .facets-button > .icon {
    display: none;
  }

  .arrow {
    display: inline-flex;
  }

  .facets-button[aria-expanded="true"] .arrow {
    rotate: 180deg;
  }

  .facets {
    display: grid;
    grid-template-columns: auto 1fr;
    align-items: baseline;
    gap: 7px 12px;
    max-height: 38%;
    overflow: auto;
  }

  .facet-name {
    color: var(--natstap-muted);
    font-size: 12px;
    text-transform: capitalize;
  }

  .facets .chip {
    font-family: var(--natstap-font);
    font-size: 11.5px;
  }

  .hint {
    align-self: center;
    color: var(--natstap-muted);
    font-size: 12px;
  }
`;
