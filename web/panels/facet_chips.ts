/**
 * The chips below the toolbar, which filter by level, region and the other facets.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ReactiveElement } from "../reactive_element.ts";
import { createElement, KeyedElements } from "../list/keyed_elements.ts";
import { countText } from "../rows/count_text.ts";
import { type Facet, FACET_NAMES, type FacetCounts } from "../rows/facets.ts";
import { gapTime, type TimeMode } from "../rows/row_time.ts";
import { SEVERITIES, type Severity } from "../../lib/log_line/severity.ts";
import type { RowQuery } from "../search/row_query.ts";
import type { Text } from "../texts/texts.ts";
import { formatNumber, locale, t } from "../texts/translate.ts";
import * as icons from "./icons.ts";

/** Maximum number of values shown per facet, since there may be one per line. */
const MAX_VALUES = 24;
/** The room for them in a wide view. */
const ROOM_PX = 660;
/** Maximum length of a value shown, since a value may be a megabyte. */
const MAX_LENGTH = 100;
/** Created once, because creating it takes longer than formatting. */
let compact: Intl.NumberFormat | undefined;
/** The level's chips are always visible; those of the other facets are shown on request. */
const OTHER_FACETS = FACET_NAMES.filter((facet) => facet !== "level");
/** The label of the other facets. */
const OTHERS: Text = "Regions, machines, providers";

/** Renders the chips, and remembers whether those other than the levels are shown. */
export class FacetChips {
  readonly #host: ReactiveElement;
  #open = false;
  readonly #groups = new Map<string, KeyedElements<string>>();

  constructor(host: ReactiveElement) {
    this.#host = host;
  }

  template(counts: FacetCounts, query: RowQuery, time: TimeMode): TemplateResult {
    const model = { counts, query, groups: this.#groups };
    const open = this.#open;
    const levels = bySeverity(model);
    const selected = open ? [] : OTHER_FACETS.filter((facet) => valuesOf(query, facet).length > 0);
    const roomy = open ? [] : roomyFacets(counts);
    return html`
      <div class="chips">
        ${levels.length === 0 ? nothing : html`
          <div class="chip-group levels" role="group" aria-label=${t("Levels")}>
            ${chips(model, "levels", "level", levels)}
          </div>
        `}
        ${selectedTemplate(model, selected.filter((facet) => !roomy.includes(facet)), "selected")}
        ${selectedTemplate(
          model,
          selected.filter((facet) => roomy.includes(facet)),
          "selected elsewhere",
        )}
        ${roomy.map((facet) =>
          html`
            <div class="chip-group roomy" role="group" aria-label=${t(facet)}>
              ${chips(model, "roomy", facet, byName(model, facet))}
            </div>
          `
        )}
        ${spanTemplate(query, time)} ${query.hasFacets
          ? html`
            <button class="text-button" @click=${() => query.resetFacets()}>${t(
              "Show all",
            )}</button>
          `
          : nothing}
        <button class="text-button facets-button"
          aria-label=${t(OTHERS)} aria-expanded=${open} aria-controls="facets" @click=${() =>
            this.#toggle()}>
          ${icons.funnel}<span class="facets-button-text">${t(OTHERS)}</span>
          <span class="arrow">${icons.down}</span>
        </button>
      </div>
      ${open ? facets(model) : nothing}
    `;
  }

  #toggle(): void {
    this.#open = !this.#open;
    this.#host.requestUpdate();
  }
}

function selectedTemplate(model: Model, names: Facet[], classes: string) {
  if (names.length === 0) return nothing;
  return html`
    <div class="chip-group ${classes}" role="group" aria-label=${t("Selected")}>
      ${names.map((facet) => chips(model, classes, facet, valuesOf(model.query, facet)))}
    </div>
  `;
}

/** The facets of few and short values, which a wide view shows beside the levels. */
function roomyFacets(counts: FacetCounts): Facet[] {
  let room = ROOM_PX;
  return OTHER_FACETS.filter((facet) => {
    const { size } = counts[facet];
    if (size < 2 || size > MAX_VALUES) return false;
    const width = [...counts[facet].keys()].reduce((sum, { length }) => sum + 54 + 7.5 * length, 8);
    if (width > room) return false;
    room -= width;
    return true;
  });
}

/** The counts of all values, and the query that selects some of them. */
interface Model {
  readonly counts: FacetCounts;
  readonly query: RowQuery;
  /** The chips of each facet in each place. */
  readonly groups: Map<string, KeyedElements<string>>;
}

function facets(model: Model): TemplateResult {
  return html`
    <div class="facets" id="facets">
      ${OTHER_FACETS.map((facet) =>
        html`
          <span class="facet-name" id="facet-${facet}">${t(facet)}</span>
          <div class="chip-group" role="group" aria-labelledby="facet-${facet}">
            ${chips(model, "facets", facet, byName(model, facet))} ${omitted(model, facet)}
          </div>
        `
      )}
    </div>
  `;
}

/** As long as a value has a chip, the chip has the same element, so that it keeps the focus. */
function chips(model: Model, place: string, facet: Facet, values: readonly string[]): Element {
  const key = `${place} ${facet}`;
  const group = model.groups.get(key) ?? new KeyedElements(createElement(), (value) => value);
  model.groups.set(key, group);
  group.render(values, (value) => chip(model, facet, value));
  return group.parent;
}

function chip(model: Model, facet: Facet, value: string): TemplateResult {
  compact ??= new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const { counts, query } = model;
  const count = counts[facet].get(value) ?? 0;
  const lines = countText(count, "line");
  const shown = value.slice(0, MAX_LENGTH);
  const { selected, excluded } = query.chosen(facet);
  const isExcluded = excluded.has(value);
  const state = isExcluded ? `, ${t("excluded")}` : "";
  const hint = `${shown}: ${lines}${state || `\n${t("Alt+click excludes it")}`}`;
  return html`
    <button
      class="chip ${facet === "level" ? value : ""} ${isExcluded ? "excluded" : ""}"
      part="chip"
      aria-pressed=${selected.has(value)}
      aria-label="${t(facet)} ${shown}, ${lines}${state}"
      title=${hint}
      @click=${({ altKey }: MouseEvent) => query.toggleFacet(facet, value, altKey || isExcluded)}
      @keydown=${(event: KeyboardEvent) => {
        if (!event.altKey || event.key !== "Enter") return;
        event.preventDefault();
        query.toggleFacet(facet, value, true);
      }}
    >
      <span class="chip-name">${shown}</span><span class="chip-count">${compact.format(
        count,
      )}</span>
    </button>
  `;
}

/** The span of time that the query selects, as by dragging in the rate chart. */
function spanTemplate(query: RowQuery, time: TimeMode): TemplateResult | typeof nothing {
  const { span } = query;
  if (span === undefined) return nothing;
  const label = `${gapTime(span.from, time)} – ${gapTime(span.to, time)}`;
  return html`
    <button class="chip span" aria-label=${t("Remove the time span {span}", { span: label })}
      title=${t("Show lines from any time")}
      @click=${() => query.selectSpan()}>${label} ${icons.close}</button>
  `;
}

function omitted({ counts }: Model, facet: Facet): unknown {
  const { size } = counts[facet];
  if (size === 0) return html`<span class="hint">${t("none yet")}</span>`;
  const more = size - MAX_VALUES;
  return more > 0
    ? html`<span class="hint">${
      t("and {count} less frequent", { count: formatNumber(more) })
    }</span>`
    : nothing;
}

/** The selected and the excluded values. */
function valuesOf(query: RowQuery, facet: Facet): string[] {
  const { selected, excluded } = query.chosen(facet);
  return [...selected, ...excluded];
}

/** The most frequent and the selected values, by name, so that changing counts do not reorder them. */
function byName({ counts, query }: Model, facet: Facet): string[] {
  return [...new Set([...mostFrequent(counts[facet]), ...valuesOf(query, facet)])].sort();
}

/** Avoids sorting all values: with 100,000 machines, that would take 0.1 s each time. */
function mostFrequent(counts: ReadonlyMap<string, number>): string[] {
  const values: string[] = [];
  let min = 0;
  for (const [value, count] of counts) {
    if (values.length === MAX_VALUES && count <= min) continue;
    values.push(value);
    values.sort((a, b) => counts.get(b)! - counts.get(a)!);
    values.length = Math.min(values.length, MAX_VALUES);
    min = counts.get(values.at(-1)!)!;
  }
  return values;
}

function bySeverity(model: Model): string[] {
  const rank = (severity: string) => SEVERITIES.indexOf(severity as Severity);
  return byName(model, "level").filter((level) => rank(level) >= 0).sort((a, b) =>
    rank(a) - rank(b)
  );
}
