/**
 * What a row looks like: a log line, or a place where lines are missing.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import { fullTime, rowTime, type TimeMode } from "./row_time.ts";
import { canUnfold } from "../message/content.ts";
import { describeGap } from "../rows/gap_text.ts";
import { messageTemplate } from "../message/message.ts";
import { type Gap, type Line, type Row, severityOf } from "../rows/row.ts";

/** What of a line can be filtered by with a click. */
export type PickedFacet = "region" | "machine" | "provider";

/** How a row is shown, and what becomes of clicks in it. */
export interface RowOptions {
  readonly time: TimeMode;
  readonly wrap: boolean;
  /** Whether the whole message is shown, or the tree of its JSON. */
  readonly unfolded: boolean;
  /** For relative times: milliseconds since the epoch. */
  readonly now: number;
  /** What is highlighted; with the flag `g`. */
  readonly pattern: RegExp | undefined;
  /** Whether this row is the current match. */
  readonly current: boolean;
  /** Whether it lights up for a moment: the eye is to find it. */
  readonly flash?: boolean;
  onFold(): void;
  onCopy(): void;
  /** Absent where no filter hides the context. */
  onContext?: (() => void) | undefined;
  onPick(facet: PickedFacet, value: string): void;
}

/** A row. */
export function rowTemplate(row: Row, options: RowOptions): TemplateResult {
  return row.kind === "line" ? lineTemplate(row, options) : gapTemplate(row, options);
}

/**
 * In a flood each frame makes all rows in view anew: a row is one template with few elements, one
 * listener, and icons that the style sheet draws. 50 new rows take 4 ms, and 8 to lay out.
 */
function lineTemplate(line: Line, options: RowOptions): TemplateResult {
  const names = [...namesOf(options), severityOf(line.level)].join(" ");
  const { id, region, machine, level } = line;
  const time = rowTime(line.time ?? line.received, options.time, options.now);
  const only = { region: pickTitle("region", region), machine: pickTitle("machine", machine) };
  const [shortRegion, shortMachine] = [region.slice(0, 12), machine.slice(0, 8)];
  return html`
    <div class=${names} part="row" data-id=${id} @click=${clickIn(line, options)}>
      <span class="time" part="time" title=${timeTitle(line)}>${time}</span>
      <span class="level" part="level">${shortLevel(level)}</span>
      <button class="region" part="region" tabindex="-1" title=${only
        .region}>${shortRegion}</button>
      <button class="machine" part="machine" tabindex="-1" title=${only
        .machine}>${shortMachine}</button>
      ${foldTemplate(line, options)}
      <div class="message" part="message">
        ${providerTemplate(line)} ${messageTemplate(line, options)}
      </div>
      <div class="actions">
        ${contextTemplate(options)}
        <button class="copy" title="Copy line" aria-label="Copy line"></button>
      </div>
    </div>
  `;
}

/** What a click in a row does is told by the class of the button that it hits. */
function clickIn(line: Line, options: RowOptions): (event: Event) => void {
  return ({ target }) => {
    const button = target instanceof Element && target.closest("button")?.classList[0];
    if (button === "region" || button === "machine" || button === "provider") {
      if (line[button] !== "") options.onPick(button, line[button]);
    } else if (button === "fold" || button === "more") options.onFold();
    else if (button === "context") options.onContext?.();
    else if (button === "copy") options.onCopy();
  };
}

function namesOf({ time, wrap, unfolded, current, flash }: RowOptions): string[] {
  const states = Object.entries({ wrap, unfolded, current, flash });
  return ["row", time, ...states.filter(([, holds]) => holds === true).map(([name]) => name)];
}

function timeTitle({ time, received }: Line): string {
  if (time !== undefined) return fullTime(time);
  return `${fullTime(received)}\nwhen it came here: the line has no time`;
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

/** Names are written by strangers too. */
const LONGEST_NAME = 100;

/**
 * The buttons that pick are for the pointer: the chips filter by the same values from the keyboard,
 * and no one walks by tab through all the machines of all the rows.
 */
function pickTitle(facet: PickedFacet, value: string): string {
  return value === "" ? "" : `${facet} ${value.slice(0, LONGEST_NAME)}: show no other`;
}

/** Most lines are the app's own: only others say whose they are. */
function providerTemplate({ provider }: Line) {
  if (provider === "" || provider === "app") return nothing;
  const shown = provider.slice(0, 12);
  const title = pickTitle("provider", provider);
  return html`<button class="provider" part="provider" tabindex="-1" title=${title}>${shown}</button>`;
}

function foldTemplate(line: Line, { unfolded }: RowOptions) {
  if (!canUnfold(line)) return nothing;
  const label = unfolded ? "Fold in" : "Fold out";
  return html`<button class="fold" title=${label} aria-label=${label} aria-expanded=${unfolded}></button>`;
}

function contextTemplate({ onContext }: RowOptions) {
  if (onContext === undefined) return nothing;
  return html`<button class="context" title="Show in context" aria-label="Show in context"></button>`;
}

function gapTemplate(gap: Gap, options: RowOptions): TemplateResult {
  const names = [...namesOf(options), "gap"].join(" ");
  const { text, title } = describeGap(gap, options.time);
  const { received, id } = gap;
  const shown = rowTime(received, options.time, options.now);
  return html`
    <div class=${names} part="row gap" data-id=${id}>
      <span class="time" part="time" title=${fullTime(received)}>${shown}</span>
      <span class="missing" title=${title}>${text}</span>
    </div>
  `;
}
