import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Trace } from "../../tools/chart_svg.ts";
import { drawDashboard } from "../../tools/dashboard_svg.ts";
import { asksFly, type Panel, withoutPanels } from "../../tools/grafana_panel.ts";

const RANGE = { start: 0, end: 60, step: 10 };
const GRID = { x: 0, y: 0, w: 8, h: 8 };

function panelOf(defaults: Record<string, unknown>, more: Partial<Panel> = {}): Panel {
  const fieldConfig = { defaults, overrides: [] };
  return { type: "timeseries", title: "Streams", gridPos: GRID, fieldConfig, ...more };
}

function traceOf(name: string, points: [number, number][]): Trace {
  return { refId: "A", name, points };
}

function draw(panel: Panel, ...traces: Trace[]): string {
  return drawDashboard("natstap", [{ panel, traces }], RANGE);
}

/** The paths of a class, as lists of points. */
function lines(svg: string): string[][] {
  return [...svg.matchAll(/ d="M([^"]+)" class="l"/g)].map(([, path]) => path!.split(/[LHV]/));
}

Deno.test("drawDashboard() draws no line across a time without a value", () => {
  const points: [number, number][] = [[0, 1], [10, 2], [20, NaN], [30, 4], [50, 3], [60, 1]];
  const drawn = lines(draw(panelOf({}), traceOf("a", points)));
  assertEquals(drawn.map((line) => line.length), [2, 1, 2]);
});

Deno.test("drawDashboard() leaves out points that a level line passes through", () => {
  const points: [number, number][] = [[0, 1], [10, 1], [20, 1], [30, 1], [40, 2], [50, 2], [60, 2]];
  const [line] = lines(draw(panelOf({}), traceOf("a", points)));
  assertEquals(line!.length, 4);
});

Deno.test("drawDashboard() stacks where the panel does, and scales to the sum", () => {
  const stacking = { custom: { stacking: { mode: "normal" } } };
  const traces = [traceOf("a", [[0, 30], [60, 30]]), traceOf("b", [[0, 40], [60, 40]])];
  assertStringIncludes(draw(panelOf(stacking), ...traces), ">80</text>");
  const side = draw(panelOf({}), ...traces);
  assertEquals([side.includes(">40</text>"), side.includes(">80</text>")], [true, false]);
});

Deno.test("drawDashboard() tells the last value of a line and the highest of bars", () => {
  const trace = traceOf("a", [[0, 3], [10, 9], [20, 5]]);
  const legend = (svg: string) => /class="v">([^<]+)/.exec(svg)?.[1];
  assertEquals(legend(draw(panelOf({}), trace)), "5");
  assertEquals(legend(draw(panelOf({ custom: { drawStyle: "bars" } }), trace)), "max 9");
});

Deno.test("drawDashboard() shows a stat in its threshold's colour, and words without a value", () => {
  const steps = [{ color: "green", value: null }, { color: "red", value: 0.01 }];
  const stat = panelOf({ unit: "percentunit", noValue: "no lines", thresholds: { steps } }, {
    type: "stat",
  });
  const shown = (...points: [number, number][]) =>
    /class="n" style="fill:(#\w+)">([^<]+)/.exec(draw(stat, traceOf("a", points)))?.slice(1);
  const [[green], [red]] = [shown([60, 0.005])!, shown([60, 0.02])!];
  assertEquals([shown([60, 0.005])![1], shown([60, 0.02])![1]], ["0.5%", "2%"]);
  assertEquals(green === red, false);
  assertEquals(shown([50, 0.02])?.[1], "no lines", "A value of the past is none of the end's");
});

Deno.test("drawDashboard() keeps markup in names and titles from being markup", () => {
  const evil = `</text><script>alert("&")</script>`;
  const svg = drawDashboard(evil, [{
    panel: panelOf({}, { title: evil }),
    traces: [traceOf(evil, [[0, 1]])],
  }], RANGE);
  assertEquals(svg.includes("<script"), false);
});

Deno.test("drawDashboard() refuses a panel of a type that it does not know", () => {
  const pie = panelOf({}, { type: "piechart" });
  assertThrows(() => draw(pie), TypeError, `Cannot draw "Streams": its type is "piechart"`);
});

Deno.test("withoutPanels() moves up what is left and drops the heading of an empty row", () => {
  const panel = (type: string, title: string, y: number, h: number, expr = "up"): Panel => ({
    type,
    title,
    gridPos: { x: 0, y, w: 8, h },
    ...(type !== "row" && { targets: [{ refId: "A", expr }] }),
  });
  const panels = [
    panel("row", "first", 0, 1),
    panel("timeseries", "Fly's", 1, 8, "rate(fly_instance_cpu[1m])"),
    panel("row", "second", 9, 1),
    panel("timeseries", "half Fly's", 10, 8, "butterfly_total + fly_app_concurrency"),
    panel("timeseries", "no fly", 18, 8, "butterfly_total"),
    panel("row", "third", 26, 1),
  ];
  const left = withoutPanels(panels, panels.filter(asksFly));
  assertEquals(left.map(({ title, gridPos: { y } }) => [title, y]), [["second", 0], ["no fly", 1]]);
});
