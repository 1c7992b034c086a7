/**
 * A Grafana dashboard as one SVG, much as Grafana shows it: panels on a grid, under the headings of
 * their rows.
 *
 * @module
 */
import { formatValue } from "./chart_scale.ts";
import { drawTimeSeries, type Range, type Trace } from "./chart_svg.ts";
import { type GridPos, type Panel, styleOf, thresholdColour } from "./grafana_panel.ts";
import { type Box, clock, CSS, escape, rectangle, text } from "./svg.ts";

/** A panel, and what its queries answered. */
export interface DrawnPanel {
  readonly panel: Panel;
  readonly traces: readonly Trace[];
}

const WIDTH = 1200;
const COLUMNS = 24;
const MARGIN = 16;
const HEADER = 52;
const GRID_HEIGHT = 32;
const GAP = 8;

/**
 * Draws a dashboard: the same SVG whenever it is given the same.
 *
 * @throws {TypeError} If a panel is of a type that this cannot draw.
 */
export function drawDashboard(title: string, panels: readonly DrawnPanel[], range: Range): string {
  const bottom = Math.max(...panels.map(({ panel: { gridPos: { y, h } } }) => y + h));
  const height = HEADER + bottom * GRID_HEIGHT + MARGIN;
  const times = `${clock(range.start, true)} to ${clock(range.end, true)} UTC`;
  const ground = rectangle({ x: 0, y: 0, width: WIDTH, height }, "#f4f5f5", ' rx="8"');
  const heading = text(MARGIN + 4, 36, title, "h") + text(WIDTH - MARGIN - 4, 35, times, "e");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">` +
    `<title>${escape(title)}</title><style>${CSS}</style>\n${ground}${heading}\n` +
    `${panels.map((drawn) => drawPanel(drawn, range)).join("\n")}\n</svg>\n`;
}

function drawPanel({ panel, traces }: DrawnPanel, range: Range): string {
  const box = boxOf(panel.gridPos);
  const frame = rectangle(box, "#fff", ' rx="3" stroke="#d8dadd"');
  const title = text(box.x + 12, box.y + 25, panel.title, "t");
  switch (panel.type) {
    case "row":
      return text(box.x + 4, box.y + 20, panel.title, "r");
    case "stat":
      return frame + title + drawStat(panel, traces, box, range);
    case "timeseries":
      return frame + title + drawTimeSeries(panel, traces, box, range);
  }
  throw new TypeError(`Cannot draw "${panel.title}": its type is "${panel.type}"`);
}

function boxOf({ x, y, w, h }: GridPos): Box {
  const column = (WIDTH - 2 * MARGIN + GAP) / COLUMNS;
  return {
    x: MARGIN + x * column,
    y: HEADER + y * GRID_HEIGHT,
    width: w * column - GAP,
    height: h * GRID_HEIGHT - GAP,
  };
}

/** The value at the end, where there is one. */
function drawStat(panel: Panel, traces: readonly Trace[], box: Box, { end }: Range): string {
  const { unit, noValue } = styleOf(panel, traces[0]?.refId ?? "", 0);
  const [, value = NaN] = traces[0]?.points.find(([time]) => time === end) ?? [];
  const shown = Number.isFinite(value) ? formatValue(value, unit) : noValue;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2 + 26];
  return text(x, y, shown, "n", thresholdColour(panel, value));
}
