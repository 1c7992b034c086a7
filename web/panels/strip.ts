/**
 * The strip: how many lines came over the last minutes, errors in their colour.
 *
 * @module
 */
import { html, nothing, svg, type TemplateResult } from "lit";
import { gapTime, type TimeMode } from "../list/row_time.ts";
import type { Bar } from "../rows/line_rate.ts";

/** Seconds that a bar stands for. */
export const BAR_SECONDS = 2;
/** The width of a bar and of the space after it, and the strip's height, in the drawing's own units. */
const WIDTH = 4;
const SPACE = 1;
const HEIGHT = 28;
/** The least height of a bar that stands for something: one line among thousands must be seen. */
const LEAST = 2;

export interface StripModel {
  readonly bars: readonly Bar[];
  /** The bar pointed at. */
  readonly pointed: number | undefined;
  readonly time: TimeMode;
  onPoint(index: number | undefined): void;
  onJump(bar: Bar): void;
}

/** The bars, which show what they are when pointed at, and lead to their lines. */
export function stripTemplate(model: StripModel): TemplateResult {
  const { bars, pointed, time, onPoint, onJump } = model;
  const most = Math.max(1, ...bars.map(({ lines }) => lines));
  const minutes = bars.length * BAR_SECONDS / 60;
  const index = pointed ?? bars.length - 1;
  const bar = bars[index];
  const jump = (to: Bar | undefined) => to?.firstId !== undefined && onJump(to);
  return html`
    <div
      class="strip"
      part="strip"
      role="slider"
      tabindex="0"
      aria-label="Lines over the last ${minutes} minutes"
      aria-valuemin="0"
      aria-valuemax=${bars.length - 1}
      aria-valuenow=${index}
      aria-valuetext=${bar ? words(bar, time) : "none"}
      @pointermove=${(event: PointerEvent) => onPoint(barAt(event, bars.length))}
      @pointerleave=${() => onPoint(undefined)}
      @blur=${() => onPoint(undefined)}
      @click=${(event: MouseEvent) => jump(bars[barAt(event, bars.length)])}
      @keydown=${(event: KeyboardEvent) => {
        const next = stepped(event.key, index, bars.length);
        if (event.key === "Enter") jump(bar);
        else if (next !== undefined) onPoint(next);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <svg viewBox="0 0 ${bars.length *
        WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
        ${pointed === undefined ? nothing : svg`
          <rect class="strip-point" x=${pointed * WIDTH} width=${WIDTH} height=${HEIGHT} />
        `}
        <path class="strip-lines" d=${outline(bars, ({ lines }) => scaled(lines, most))} />
        <path class="strip-errors" d=${outline(bars, ({ errors }) => scaled(errors, most))} />
      </svg>
      <span class="strip-start" aria-hidden="true">−${minutes} min</span>
      <span class="strip-words" .style=${place(pointed, bars.length)}>${pointed === undefined ||
          bar === undefined
        ? rateOf(bars)
        : words(bar, time)}</span>
    </div>
  `;
}

function outline(bars: readonly Bar[], height: (bar: Bar) => number): string {
  return bars.map((bar, i) => {
    const high = height(bar);
    return high && `M${i * WIDTH} ${HEIGHT}v${-high}h${WIDTH - SPACE}v${high}z`;
  }).filter(Boolean).join("");
}

function scaled(count: number, most: number): number {
  return count && Math.max(LEAST, Math.round(100 * HEIGHT * count / most) / 100);
}

/** A finger that taps points at nothing before it does. */
function barAt({ offsetX, currentTarget }: MouseEvent, count: number): number {
  const { clientWidth } = currentTarget as HTMLElement;
  return Math.max(0, Math.min(count - 1, Math.floor(offsetX / clientWidth * count)));
}

function stepped(key: string, index: number, count: number): number | undefined {
  if (key === "ArrowLeft") return Math.max(0, index - 1);
  if (key === "ArrowRight") return Math.min(count - 1, index + 1);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}

/** Where the words stand: beside the bar that they are about, on the side that has more room. */
function place(index: number | undefined, count: number): string {
  if (index === undefined) return "";
  const left = 100 * (index + 0.5) / count;
  return left < 50 ? `left: calc(${left}% + 8px)` : `right: calc(${100 - left}% + 8px); left: auto`;
}

/** The rate of the last bars that are over: the last one has only begun. */
function rateOf(bars: readonly Bar[]): string {
  if (bars.slice(0, -1).every(({ lines }) => lines === 0)) return "";
  const over = bars.slice(-4, -1);
  const lines = over.reduce((sum, bar) => sum + bar.lines, 0);
  const rate = lines / (over.length * BAR_SECONDS || 1);
  return `${rate.toLocaleString("en", { maximumFractionDigits: rate < 10 ? 1 : 0 })} lines/s`;
}

function words({ from, lines, errors }: Bar, time: TimeMode): string {
  const at = gapTime(from, time);
  const bad = errors > 0 ? `, ${errors.toLocaleString("en")} with errors` : "";
  return `${at}: ${lines.toLocaleString("en")} ${lines === 1 ? "line" : "lines"}${bad}`;
}
