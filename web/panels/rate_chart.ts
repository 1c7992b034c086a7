/**
 * A bar chart of the lines per second over the last minutes, as far as they match. A click on a bar jumps to its
 * lines; dragging, or Shift and the arrow keys, selects a span of time.
 *
 * @module
 */
import { html, nothing, svg, type TemplateResult } from "lit/html.js";
import type { ReactiveElement } from "../reactive_element.ts";
import { countText } from "../rows/count_text.ts";
import { type Bar, LineRate } from "../rows/line_rate.ts";
import { lineTime, type TimeSpan } from "../rows/line_time.ts";
import type { Line } from "../rows/row.ts";
import { gapTime, type TimeMode } from "../rows/row_time.ts";
import { withSpan } from "../query/edit_query.ts";
import type { RowQuery } from "../search/row_query.ts";
import { formatNumber, t } from "../texts/translate.ts";

/** Seconds per bar. */
const BAR_SECONDS = 2;
/** Number of bars per minute: the chart grows by a minute at a time until it has its full length. */
const MINUTE = 60 / BAR_SECONDS;
/** Width of a bar, width of the space after it, and height of the chart, in units of the SVG. */
const WIDTH = 4;
const SPACE = 1;
const HEIGHT = 28;
/** Minimum height of a bar with lines, so that one line among thousands is visible. */
const MIN_HEIGHT = 2;

/** How far the pointer moves before it selects a span rather than a bar, in pixels. */
const DRAG_PX = 5;

/** Counts the lines that match, and renders the chart as a slider, so that it can be used by keyboard. */
export class RateChart {
  readonly #host: ReactiveElement;
  readonly #query: RowQuery;
  readonly #onJump: (id: number) => void;
  readonly #all = new LineRate();
  /** The lines that match, while there is a query. */
  #matching: LineRate | undefined;
  /** The version of the query that {@linkcode #matching} counts. */
  #version = 0;
  /** Index of the bar under the pointer, or chosen by keyboard. */
  #selected: number | undefined;
  /** Where the pointer went down, in pixels, and the time there. */
  #drag: { readonly x: number; readonly from: number; to: number | undefined } | undefined;

  /** @param onJump Called with the id of a line to scroll to. */
  constructor(host: ReactiveElement, query: RowQuery, onJump: (id: number) => void) {
    this.#host = host;
    this.#query = query;
    this.#onJump = onJump;
  }

  /** A line of the past counts at its own time, if it has one. */
  add(line: Line, isHistory: boolean): void {
    const { time = 0, received } = line;
    const at = isHistory ? Math.min(time, received) : received;
    this.#all.add(line, at);
    if (this.#matching !== undefined && this.#query.matches(line)) this.#matching.add(line, at);
  }

  clear(): void {
    this.#all.clear();
    this.#matching?.clear();
  }

  /** The lines that match, as soon as they are known: then the chart follows a new query. */
  #rate(): LineRate {
    const { version, applied } = this.#query;
    if (version !== this.#version) {
      // If the query has only a span, all lines are counted: another span may follow.
      const countsAll = withSpan(applied) === "";
      const lines = countsAll ? [] : this.#query.matchingLines();
      if (lines !== undefined) {
        this.#version = version;
        this.#matching = countsAll ? undefined : new LineRate();
        for (const line of lines) this.#matching?.add(line, lineTime(line));
      }
    }
    return this.#matching ?? this.#all;
  }

  /** The number of bars: as many as the lines take, so that the first minutes do not look empty. */
  #length(): number {
    const all = this.#all.bars(BAR_SECONDS);
    const first = all.findIndex(({ lines }) => lines > 0);
    const used = first === -1 ? 1 : all.length - first;
    return Math.ceil(used / MINUTE) * MINUTE;
  }

  template(time: TimeMode): TemplateResult {
    const bars = this.#rate().bars(BAR_SECONDS).slice(-this.#length());
    const span = this.#span;
    const selected = this.#selected;
    const max = Math.max(1, ...bars.map(({ lines }) => lines));
    const minutes = formatNumber(bars.length * BAR_SECONDS / 60);
    const duration = t("{minutes} min", { minutes });
    const index = selected ?? bars.length - 1;
    const bar = bars[index];
    return html`
      <div
        class="rate-chart"
        part="strip"
        role="slider"
        tabindex="0"
        aria-label=${t("Lines over the last {duration}", { duration })}
        aria-valuemin="0"
        aria-valuemax=${bars.length - 1}
        aria-valuenow=${index}
        aria-valuetext=${bar ? describe(bar, time) : t("none")}
        @pointerdown=${(event: PointerEvent) => this.#press(event, bars)}
        @pointermove=${(event: PointerEvent) => this.#move(event, bars)}
        @pointerup=${(event: PointerEvent) => this.#release(event, bars)}
        @pointercancel=${() => this.#drag = undefined}
        @pointerleave=${() => this.#select(undefined)}
        @blur=${() => {
          this.#drag = undefined;
          this.#select(undefined);
        }}
        @keyup=${(event: KeyboardEvent) => event.key === "Shift" && this.#release(event, bars)}
        @keydown=${(event: KeyboardEvent) => {
          const next = indexAfter(event.key, index, bars.length);
          if (event.key === "Enter") this.#jump(bar);
          else if (next !== undefined) {
            if (event.shiftKey) {
              this.#drag = { x: 0, from: bars[index]!.from, ...this.#drag, to: bars[next]!.from };
            }
            this.#select(next);
          } else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <svg viewBox="0 0 ${bars.length *
          WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
          ${selected === undefined ? nothing : svg`
            <rect class="selected-bar" x=${selected * WIDTH} width=${WIDTH} height=${HEIGHT} />
          `}
          ${span === undefined ? nothing : svg`
            <rect class="selected-span" x=${place(span.from, bars)} height=${HEIGHT}
              width=${Math.max(1, place(span.to, bars) - place(span.from, bars))} />
          `}
          <path class="line-bars" d=${outline(bars, ({ lines }) => scale(lines, max))} />
          <path class="error-bars" d=${outline(bars, ({ errors }) => scale(errors, max))} />
        </svg>
        <span class="chart-start" aria-hidden="true">−${duration}</span>
        <span class="chart-label" .style=${position(selected, bars.length)}>${selected ===
              undefined || bar === undefined
          ? currentRate(bars)
          : describe(bar, time) + (span ? "" : ` · ${t("drag to select")}`)}</span>
      </div>
    `;
  }

  /** The span that is being selected, or is selected. */
  get #span(): TimeSpan | undefined {
    const { from, to } = this.#drag ?? {};
    if (from === undefined || to === undefined) return this.#query.span;
    return { from: Math.min(from, to), to: Math.max(from, to) };
  }

  #press(event: PointerEvent, bars: readonly Bar[]): void {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, from: bars[barAt(event, bars.length)]!.from, to: undefined };
  }

  #move(event: PointerEvent, bars: readonly Bar[]): void {
    const bar = barAt(event, bars.length);
    const drag = this.#drag;
    const isDragged = drag !== undefined &&
      (drag.to !== undefined || Math.abs(event.clientX - drag.x) >= DRAG_PX);
    if (isDragged) drag.to = bars[bar]!.from;
    this.#select(bar);
  }

  #release(event: PointerEvent | KeyboardEvent, bars: readonly Bar[]): void {
    if (this.#drag === undefined) return;
    const span = this.#drag.to === undefined ? undefined : this.#span!;
    this.#drag = undefined;
    if (span === undefined) {
      return "offsetX" in event ? this.#jump(bars[barAt(event, bars.length)]) : undefined;
    }
    // The last bar of the span belongs to it.
    this.#query.selectSpan({ from: span.from, to: span.to + BAR_SECONDS * 1000 });
  }

  #select(index: number | undefined): void {
    this.#selected = index;
    this.#host.requestUpdate();
  }

  #jump(bar: Bar | undefined): void {
    if (bar?.firstId !== undefined) this.#onJump(bar.firstId);
  }
}

function outline(bars: readonly Bar[], heightOf: (bar: Bar) => number): string {
  return bars.map((bar, i) => {
    const height = heightOf(bar);
    return height && `M${i * WIDTH} ${HEIGHT}v${-height}h${WIDTH - SPACE}v${height}z`;
  }).filter(Boolean).join("");
}

function scale(count: number, max: number): number {
  return count && Math.max(MIN_HEIGHT, Math.round(100 * HEIGHT * count / max) / 100);
}

/** Computed from the event, since no pointer move precedes a tap. */
function barAt({ offsetX, currentTarget }: MouseEvent, count: number): number {
  const { clientWidth } = currentTarget as HTMLElement;
  return Math.max(0, Math.min(count - 1, Math.floor(offsetX / clientWidth * count)));
}

function indexAfter(key: string, index: number, count: number): number | undefined {
  if (key === "ArrowLeft") return Math.max(0, index - 1);
  if (key === "ArrowRight") return Math.min(count - 1, index + 1);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}

/** The position of a time in the SVG. */
function place(time: number, bars: readonly Bar[]): number {
  const seconds = (time - bars[0]!.from) / 1000;
  return Math.max(0, Math.min(bars.length, seconds / BAR_SECONDS)) * WIDTH;
}

/** The label is beside the selected bar, on the side with more room. */
function position(index: number | undefined, count: number): string {
  if (index === undefined) return "";
  const percent = (bars: number) => `${100 * bars / count}%`;
  return index < count / 2
    ? `left: calc(${percent(index + 1)} + 4px)`
    : `right: calc(${percent(count - index)} + 4px); left: auto`;
}

/** The rate of the last complete bars. */
function currentRate(bars: readonly Bar[]): string {
  if (bars.slice(0, -1).every(({ lines }) => lines === 0)) return "";
  const complete = bars.slice(-4, -1);
  const lines = complete.reduce((sum, bar) => sum + bar.lines, 0);
  const rate = lines / (complete.length * BAR_SECONDS || 1);
  const maximumFractionDigits = rate < 10 ? 1 : 0;
  return t("{rate} lines/s", { rate: formatNumber(rate, { maximumFractionDigits }) });
}

function describe({ from, lines, errors }: Bar, time: TimeMode): string {
  const suffix = errors > 0 ? `, ${countText(errors, "error")}` : "";
  return `${gapTime(from, time)}: ${countText(lines, "line")}${suffix}`;
}
