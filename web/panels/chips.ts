/**
 * The chips: what has been seen of levels, regions, machines and providers, how often, to filter by.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Facet, FacetCounts } from "../rows/facets.ts";
import * as icons from "./icons.ts";
import { severityOf } from "../rows/row.ts";

/** What of each is asked for; nothing asks for all. */
export type Picks = Readonly<Record<Facet, ReadonlySet<string>>>;

/** The picks that ask for all. */
export const NO_PICKS: Picks = {
  level: new Set(),
  region: new Set(),
  machine: new Set(),
  provider: new Set(),
};

/** Values are strangers' text, and may be as many as there are lines: so many are shown. */
const MOST = 24;
/** How much of a value is shown: it may be a megabyte long. */
const LONGEST = 100;
/** Levels in the order of their urgency. */
const URGENCY = ["error", "warn", "info", "debug", "none"];
const FOLDED: readonly Facet[] = ["region", "machine", "provider"];
const count = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export interface ChipsModel {
  readonly counts: FacetCounts;
  readonly picks: Picks;
  readonly open: boolean;
  onPick(facet: Facet, value: string): void;
  onOpen(): void;
  onReset(): void;
}

/** `picks` with `value` put in, or taken out if it is there. */
export function toggled(picks: Picks, facet: Facet, value: string): Picks {
  const values = new Set(picks[facet]);
  if (!values.delete(value)) values.add(value);
  return { ...picks, [facet]: values };
}

/** Whether nothing is picked. */
export function isEmpty(picks: Picks): boolean {
  return Object.values(picks).every(({ size }) => size === 0);
}

/** The row of chips below the toolbar. */
export function chipsTemplate(model: ChipsModel): TemplateResult {
  const { picks, open, onOpen, onReset } = model;
  const levels = byUrgency(model);
  const picked = open ? [] : FOLDED.filter((facet) => picks[facet].size > 0);
  return html`
    <div class="chips">
      ${levels.length === 0 ? nothing : html`
        <div class="chip-group levels" role="group" aria-label="Levels">
          ${chips(model, "level", levels)}
        </div>
      `}
      ${picked.length === 0 ? nothing : html`
        <div class="chip-group picked" role="group" aria-label="Picked">
          ${picked.map((facet) => chips(model, facet, [...picks[facet]]))}
        </div>
      `}
      ${isEmpty(picks) ? nothing : html`
        <button class="text-button" @click=${onReset}>Show all</button>
      `}
      <button class="text-button unfold"
        aria-label="Regions, machines, providers" aria-expanded=${open} aria-controls="facets" @click=${onOpen}>
        ${icons.funnel}<span class="unfold-name">Regions, machines, providers</span>
        <span class="turned">${icons.down}</span>
      </button>
    </div>
    ${open ? facets(model) : nothing}
  `;
}

function facets(model: ChipsModel): TemplateResult {
  return html`
    <div class="facets" id="facets">
      ${FOLDED.map((facet) =>
        html`
          <span class="facet-name" id="facet-${facet}">${facet}</span>
          <div class="chip-group" role="group" aria-labelledby="facet-${facet}">
            ${chips(model, facet, byName(model, facet))} ${unshown(model, facet)}
          </div>
        `
      )}
    </div>
  `;
}

function chips(model: ChipsModel, facet: Facet, values: readonly string[]): unknown {
  return repeat(values, (value) => value, (value) => chip(model, facet, value));
}

function chip({ counts, picks, onPick }: ChipsModel, facet: Facet, value: string): TemplateResult {
  const seen = counts[facet].get(value) ?? 0;
  const shown = value.slice(0, LONGEST);
  const kind = facet === "level" ? severityOf(value) : facet;
  return html`
    <button
      class="chip"
      part="chip"
      data-kind=${kind}
      aria-pressed=${picks[facet].has(value)}
      aria-label="${facet} ${shown}, ${seen} lines"
      title="${shown}: ${seen.toLocaleString("en")} lines"
      @click=${() => onPick(facet, value)}
    >
      <span class="chip-name">${shown}</span><span class="chip-count">${count.format(seen)}</span>
    </button>
  `;
}

function unshown({ counts }: ChipsModel, facet: Facet): unknown {
  const more = counts[facet].size - MOST;
  if (counts[facet].size === 0) return html`<span class="hint">none seen yet</span>`;
  return more > 0
    ? html`<span class="hint">and ${more.toLocaleString("en")} rarer</span>`
    : nothing;
}

/** The most frequent values and those that are picked, in an order that counts do not shuffle. */
function byName({ counts, picks }: ChipsModel, facet: Facet): string[] {
  return [...new Set([...mostFrequent(counts[facet]), ...picks[facet]])].sort();
}

/** Without sorting all: an app that logs 100,000 machines would have each drawing take 0.1 s. */
function mostFrequent(counts: ReadonlyMap<string, number>): string[] {
  const values: string[] = [];
  let least = 0;
  for (const [value, count] of counts) {
    if (values.length === MOST && count <= least) continue;
    values.push(value);
    values.sort((a, b) => counts.get(b)! - counts.get(a)!);
    values.length = Math.min(values.length, MOST);
    least = counts.get(values.at(-1)!)!;
  }
  return values;
}

function byUrgency(model: ChipsModel): string[] {
  const rank = (level: string) => URGENCY.indexOf(severityOf(level));
  return byName(model, "level").sort((a, b) => rank(a) - rank(b));
}
