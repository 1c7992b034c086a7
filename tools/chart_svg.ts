/**
 * A chart of values over time as SVG, much as Grafana draws it: axes, lines or bars, and a legend.
 *
 * @module
 */
import { formatValue, type Scale, scaleOf } from "./chart_scale.ts";
import { type Panel, type Style, styleOf } from "./grafana_panel.ts";
import { type Box, CHARACTER, clock, escape, rectangle, round, rule, text } from "./svg.ts";

/** A query's answer: one line of a chart. */
export interface Trace {
  readonly refId: string;
  readonly name: string;
  /** Times in seconds, in order; a moment without a value is left out. */
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** The moments that a chart shows. Seconds. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** A trace, how it is drawn, and the heights on which a stacked one stands. */
interface Curve {
  readonly name: string;
  readonly told: string;
  readonly style: Style;
  readonly points: readonly (readonly [time: number, value: number, base: number])[];
}

/** A scale, and where its values are in the picture. */
interface Axis {
  readonly labels: readonly (readonly [value: number, label: string])[];
  readonly scale: Scale;
}

type Place = (value: number) => number;

const PADDING = 12;
const TITLE_HEIGHT = 42;
const TIMES_HEIGHT = 32;
const LEGEND_LINE = 20;

/** Draws the inside of a panel: what its queries answered, over a range of time. */
export function drawTimeSeries(
  panel: Panel,
  traces: readonly Trace[],
  box: Box,
  range: Range,
): string {
  const curves = curvesOf(panel, traces);
  const legend = legendOf(curves, box);
  const left = axisOf(curves.filter(({ style }) => !style.right));
  const right = axisOf(curves.filter(({ style }) => style.right));
  const plot = {
    x: box.x + PADDING + widthOf(left),
    y: box.y + TITLE_HEIGHT,
    width: box.width - 2 * PADDING - widthOf(left) - widthOf(right),
    height: box.height - TITLE_HEIGHT - TIMES_HEIGHT - legend.height,
  };
  const x = (time: number) =>
    plot.x + plot.width * (time - range.start) / (range.end - range.start);
  const height = ({ scale: { min, max } }: Axis): Place => (value) =>
    plot.y + plot.height * (1 - (Math.min(value, max) - min) / (max - min));
  const drawn = curves.map((curve) =>
    drawCurve(curve, x, height((curve.style.right ? right : left)!), range.step)
  );
  const lines = left?.labels.map(([value]) => rule(plot.x, height(left)(value), plot.width)) ?? [];
  const labels = [left, right].flatMap((axis) => {
    const at = axis === left ? plot.x - 6 : plot.x + plot.width + 6;
    return axis?.labels.map(([value, label]) =>
      text(at, height(axis)(value) + 4.5, label, axis === left ? "e" : "")
    ) ?? [];
  });
  return [...lines, ...labels, drawTimes(plot, x, range), ...drawn, legend.svg].join("");
}

/** Stacks what is to be stacked, from the first trace up, as Grafana does. */
function curvesOf(panel: Panel, traces: readonly Trace[]): Curve[] {
  const heights = new Map<number, number>();
  return traces.map(({ refId, name, points }, index) => {
    const style = styleOf(panel, refId, index);
    const placed = points.filter(([, value]) => Number.isFinite(value)).map(([time, value]) => {
      const base = style.stacked ? heights.get(time) ?? 0 : 0;
      if (style.stacked) heights.set(time, base + value);
      return [time, base + value, base] as const;
    });
    return { name, style, points: placed, told: told(points, style) };
  });
}

/** What the legend tells: the last value; of bars, which come and go, the highest. */
function told(points: Trace["points"], { bars, unit }: Style): string {
  const values = points.map(([, value]) => value).filter(Number.isFinite);
  return bars
    ? `max ${formatValue(Math.max(...values), unit)}`
    : formatValue(values.at(-1) ?? NaN, unit);
}

function axisOf(curves: readonly Curve[]): Axis | undefined {
  const style = curves[0]?.style;
  if (style === undefined) return undefined;
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value));
  const scale = scaleOf(values, style.unit, style);
  return { scale, labels: scale.ticks.map((tick) => [tick, formatValue(tick, style.unit)]) };
}

function widthOf(axis: Axis | undefined): number {
  if (axis === undefined) return 0;
  return Math.max(...axis.labels.map(([, { length }]) => length)) * CHARACTER + 6;
}

function drawCurve({ points, style }: Curve, x: Place, y: Place, step: number): string {
  const { colour, fill, dashed } = style;
  if (style.bars) {
    const width = x(step) - x(0);
    const bars = points.map(([time, value, base]) => {
      const [left, right] = [round(x(time) - width), round(x(time))];
      return `M${left} ${round(y(base))}V${round(y(value))}H${right}V${round(y(base))}z`;
    });
    const crisp = 'fill-opacity=".85" shape-rendering="crispEdges"';
    return `<path d="${bars.join("")}" fill="${colour}" ${crisp}/>`;
  }
  return runsOf(points, step).map((run) => {
    const tops = run.map(([time, value]) => [round(x(time)), round(y(value))] as const);
    const line = pathOf(tops, style.stepped);
    const bases = run.map(([time, , base]) => [round(x(time)), round(y(base))] as const).reverse();
    const area = `${line}L${pathOf(bases, false).slice(1)}z`;
    return (fill > 0 ? `<path d="${area}" fill="${colour}" fill-opacity="${fill}"/>` : "") +
      `<path d="${line}" class="l" stroke="${colour}"${dashed ? ' stroke-dasharray="7 6"' : ""}/>`;
  }).join("");
}

/** Parts without a gap: a line does not cross a time that has no value. */
function runsOf(points: Curve["points"], step: number): Curve["points"][] {
  const runs: Curve["points"][number][][] = [];
  let previous = -Infinity;
  for (const point of points) {
    if (point[0] - previous > step * 1.5) runs.push([]);
    runs.at(-1)!.push(point);
    previous = point[0];
  }
  return runs;
}

/** Points on a level between two others are left out: they take bytes and show nothing. */
function pathOf(points: readonly (readonly [string, string])[], stepped: boolean): string {
  const kept = points.filter(([, y], index) =>
    y !== points[index - 1]?.[1] || y !== points[index + 1]?.[1]
  );
  return "M" +
    kept.map(([x, y], index) =>
      stepped && index > 0 ? `H${x}V${y}` : `${index > 0 ? "L" : ""}${x} ${y}`
    ).join("");
}

function drawTimes(plot: Box, x: Place, { start, end }: Range): string {
  const every = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400]
    .find((seconds) => x(seconds) - x(0) > (seconds < 60 ? 80 : 48)) ?? end - start;
  let drawn = "";
  for (let time = Math.ceil(start / every) * every; time <= end; time += every) {
    const label = clock(time, every < 60);
    drawn += rule(x(time), plot.y, 0, plot.height);
    // In full, or not at all.
    if (x(time) + label.length * CHARACTER / 2 > plot.x + plot.width + PADDING) continue;
    drawn += text(x(time), plot.y + plot.height + 19, label, "m");
  }
  return drawn;
}

/** Names in columns, as many as fit beside each other. */
function legendOf(curves: readonly Curve[], box: Box): { svg: string; height: number } {
  const room = box.width - 2 * PADDING;
  const longest = Math.max(...curves.map(({ name, told }) => name.length + told.length + 1));
  const column = longest * CHARACTER + 34;
  const columns = Math.max(1, Math.min(curves.length, Math.floor(room / column)));
  const height = Math.ceil(curves.length / columns) * LEGEND_LINE;
  const svg = curves.map(({ name, told, style: { colour } }, index) => {
    const x = box.x + PADDING + (index % columns) * column;
    const y = box.y + box.height - height + 4 + Math.floor(index / columns) * LEGEND_LINE;
    return rectangle({ x, y: y - 2, width: 14, height: 4 }, colour, ' rx="2"') +
      `<text x="${round(x + 20)}" y="${round(y + 4.5)}">${escape(name)} ` +
      `<tspan class="v">${escape(told)}</tspan></text>`;
  }).join("");
  return { svg, height };
}
