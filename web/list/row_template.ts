/**
 * The markup of a row: a log line, or a gap.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { CustomColumns } from "../columns/custom_columns.ts";
import type { MachineNames } from "../columns/machine_names.ts";
import { plainSpan } from "../message/ansi.ts";
import { segmentsOf } from "../message/segments.ts";
import { textTemplate } from "../message/text_template.ts";
import { messageTemplate } from "../message/message_template.ts";
import { COLUMNS, type Facet, FACET_ENTRIES } from "../rows/facets.ts";
import { describeGap } from "../rows/gap_text.ts";
import { type Gap, type Line, type LiveMark, type Row, timeOf } from "../rows/row.ts";
import { shortDay } from "../rows/row_day.ts";
import { fullTime, rowTime, type TimeMode } from "../rows/row_time.ts";
import { rowLabel } from "./row_label.ts";
import { actionsTemplate, expandTemplate, handleClick, type RowActions } from "./row_actions.ts";
import { t } from "../texts/translate.ts";

/** How a row is shown, and the actions of its buttons. */
export interface RowOptions extends RowActions {
  readonly time: TimeMode;
  readonly wrap: boolean;
  /** Whether the whole message is shown, or the tree of its JSON. */
  readonly expanded: boolean;
  /** The time as it is shown; see {@linkcode timeText}. */
  readonly visibleTime: string;
  /** Matches the text to highlight; has the flag `g`. */
  readonly pattern: RegExp | undefined;
  /** Whether this row is the current match. */
  readonly current: boolean;
  /** Whether the row flashes, so that the reader notices it. */
  readonly flash?: boolean;
  readonly selected?: boolean;
  /** Whether the keyboard's cursor is on this row. */
  readonly cursor?: boolean;
  /** The text above the row, such as the day that begins with it; `""` if there is none. */
  readonly above: string;
  readonly machines: MachineNames;
  /** The columns that the reader chose. */
  readonly columns: CustomColumns;
  /** Whether the row is dimmed, because it does not match. */
  readonly dimmed: boolean;
}

/** Renders a row as one element. */
export function rowTemplate(row: Row, options: RowOptions): TemplateResult {
  if (row.kind === "line") return lineTemplate(row, options);
  return row.kind === "gap" ? gapTemplate(row, options) : liveTemplate(row, options);
}

/** Maximum length of a value in a tooltip, since values may have any length. */
const MAX_VALUE_LENGTH = 100;
const MAX_TAG_LENGTH = 12;

/** The level is not a button, since its chips are always visible. */
const BUTTONS = COLUMNS.filter(({ facet }) => facet !== "level");
/** Facets without a column. */
const TAGS = FACET_ENTRIES.filter(([, { column }]) => column === undefined);

/**
 * A fast stream replaces all rows in view each frame, so a row has few elements, one listener, and icons
 * that are drawn by the style sheet. 50 new rows take 4 ms to render and 8 ms to lay out.
 */
function lineTemplate(line: Line, options: RowOptions): TemplateResult {
  const classes = [...classesOf(options), line.severity].join(" ");
  const tabIndex = options.cursor ? 0 : -1;
  const time = options.visibleTime;
  return html`
    <div class=${classes} part="row ${line.severity}" data-id=${line.id}
      id=${options.cursor ? rowElementId(line.id) : nothing} role="row"
      aria-selected=${options.selected ? "true" : nothing} aria-label=${rowLabel(line, time)}
      @click=${(event: MouseEvent) => handleClick(event, line, options)}>
      <div class="cells" role="gridcell">
      ${aboveTemplate(options)}
      <span class="time cell" part="time" title=${timeTitle(line)}>${time}</span>
      <span class="level cell" part="level"
        title=${line.level.slice(0, MAX_VALUE_LENGTH)}>${shortLevel(line.level)}</span>
      ${BUTTONS.map(({ facet, maxLength }) => {
        const value = line[facet];
        if (facet === "machine") return machineButton(value, options.machines);
        // A longer value ends in an ellipsis.
        return facetButton(facet, "cell", value, value.slice(0, maxLength + 1));
      })}
      ${columnCells(line, options)}
      ${expandTemplate(line, options.expanded, tabIndex)}
      <div class="message" part="message">
        ${TAGS.map(([facet, { usualValue }]) =>
          tagTemplate(facet, line[facet], usualValue)
        )} ${messageTemplate(line, { ...options, omitted: options.columns.omitted })}
      </div>
      ${actionsTemplate(line, options, tabIndex)}
      </div>
    </div>
  `;
}

/** Id of the element of a row at the cursor. */
export function rowElementId(id: number): string {
  return `row-${id}`;
}

function classesOf(options: RowOptions): string[] {
  const { time, wrap, expanded, current, flash, selected, cursor, above, dimmed } = options;
  const hasAbove = above !== "";
  const flags = { wrap, expanded, current, flash, selected, cursor, dimmed, "has-above": hasAbove };
  const states = Object.entries(flags);
  return ["row", time, ...states.filter(([, holds]) => holds === true).map(([name]) => name)];
}

/** The time of a row, after the date if it is not today's. */
export function timeText(row: Row, mode: TimeMode, now: number): string {
  const time = timeOf(row);
  return `${shortDay(time, mode, now)} ${rowTime(time, mode, now)}`.trimStart();
}

function aboveTemplate({ above }: RowOptions): TemplateResult | typeof nothing {
  return above === "" ? nothing : html`<div class="above" part="above"><span>${above}</span></div>`;
}

function columnCells(line: Line, { columns, pattern }: RowOptions): TemplateResult[] {
  return columns.valuesOf(line).map((text, index) =>
    html`
      <button class="value column cell c${index}" part="column"
        tabindex="-1" title=${text} data-name=${columns.names[index]!}>${text === ""
          ? nothing
          : textTemplate(segmentsOf([plainSpan(text)], pattern))}</button>
    `
  );
}

/** A single machine needs no color. */
function machineButton(value: string, machines: MachineNames): TemplateResult {
  if (value === "") return facetButton("machine", "cell", "", "");
  const { label, color } = machines.of(value);
  const kind = machines.count > 1 ? `cell hue-${color}` : "cell";
  return facetButton("machine", kind, value, label);
}

function timeTitle({ time, received }: Line): string {
  if (time !== undefined) return fullTime(time);
  return `${fullTime(received)}\n${t("Time of arrival: the line has no timestamp")}`;
}

const SHORT_LEVELS: Readonly<Record<string, string>> = {
  warning: "warn",
  information: "info",
  critical: "crit",
  notice: "note",
  verbose: "verb",
};

function shortLevel(level: string): string {
  return Object.hasOwn(SHORT_LEVELS, level) ? SHORT_LEVELS[level]! : level.slice(0, 5);
}

/**
 * A button that filters by a value. It is not in the tab order, which would become very long; the
 * chips do the same from the keyboard.
 */
function facetButton(facet: Facet, kind: string, value: string, shown: string): TemplateResult {
  const values = { facet: t(facet), value: value.slice(0, MAX_VALUE_LENGTH) };
  const title = value === ""
    ? ""
    : `${t("Show only {facet} {value}", values)}\n${t("Alt+click excludes it")}`;
  return html`
    <button class="${facet} ${kind}" part=${facet} tabindex="-1"
      title=${title}>${shown}</button>
  `;
}

function tagTemplate(facet: Facet, value: string, usualValue = "") {
  if (value === "" || value === usualValue) return nothing;
  return facetButton(facet, "tag", value, value.slice(0, MAX_TAG_LENGTH));
}

function gapTemplate(gap: Gap, options: RowOptions): TemplateResult {
  const classes = [...classesOf(options), "gap"].join(" ");
  const { text, title } = describeGap(gap, options.time);
  const time = options.visibleTime;
  return html`
    <div class=${classes} part="row gap" data-id=${gap.id} role="row"
      aria-label="${time} ${text}"
      id=${options.cursor ? rowElementId(gap.id) : nothing}
      aria-selected=${options.selected ? "true" : nothing}>
      ${aboveTemplate(options)}
      <span class="time cell" part="time" title=${fullTime(gap.received)}>${time}</span>
      <span class="missing" title=${title}>${text}</span>
    </div>
  `;
}

function liveTemplate({ id, received }: LiveMark, options: RowOptions): TemplateResult {
  const classes = [...classesOf(options), "live"].join(" ");
  return html`
    <div class=${classes} part="row live" data-id=${id} role="row" title=${fullTime(received)}
      id=${options.cursor ? rowElementId(id) : nothing}
      aria-selected=${options.selected ? "true" : nothing}>
      ${aboveTemplate(options)}
      <span class="live-text">${t("Live from here")}</span>
    </div>
  `;
}
