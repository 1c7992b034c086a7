/**
 * A panel of a Grafana dashboard, as its JSON holds it: what a picture shows of it.
 *
 * @module
 */

/** A panel, or the heading of a row of panels. */
export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: GridPos;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: FieldConfig;
}

/** Where a panel stands: Grafana's grid has 24 columns. */
export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A query of a panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
}

/** How a panel's values are shown. */
export interface FieldConfig {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly overrides: readonly {
    readonly matcher: { readonly id: string; readonly options: unknown };
    readonly properties: readonly { readonly id: string; readonly value: unknown }[];
  }[];
}

/** How one of a panel's series is drawn. */
export interface Style {
  readonly unit: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly colour: string;
  /** The area's opacity: 0 to 1. */
  readonly fill: number;
  readonly bars: boolean;
  readonly stepped: boolean;
  readonly dashed: boolean;
  readonly stacked: boolean;
  /** Whether its axis stands at the right. */
  readonly right: boolean;
  /** What stands where there is no value. */
  readonly noValue: string;
}

/** Grafana's colours, as dark as a white ground needs them. */
const COLOURS: Readonly<Record<string, string>> = {
  green: "#3f9142",
  yellow: "#d9a400",
  blue: "#3274d9",
  orange: "#f2720c",
  red: "#d8293e",
  purple: "#8f3bb8",
  cyan: "#1fa3a3",
  brown: "#96622d",
};
const PALETTE = Object.values(COLOURS);

/** How a panel's series is drawn: as the panel says, but for what an override says otherwise. */
export function styleOf(panel: Panel, refId: string, index: number): Style {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  const { custom = {}, ...fields } = defaults;
  const named = Object.entries(custom as object).map(([name, value]) => [`custom.${name}`, value]);
  const all: Record<string, unknown> = { ...fields, ...Object.fromEntries(named) };
  for (const { matcher, properties } of overrides) {
    if (matcher.id !== "byFrameRefID" || matcher.options !== refId) continue;
    for (const { id, value } of properties) all[id] = value;
  }
  const { fixedColor } = (all.color ?? {}) as { fixedColor?: string };
  const { mode } = (all["custom.stacking"] ?? {}) as { mode?: string };
  const { fill } = (all["custom.lineStyle"] ?? {}) as { fill?: string };
  return {
    unit: String(all.unit ?? "short"),
    min: all.min as number | undefined,
    max: all.max as number | undefined,
    colour: fixedColor === undefined ? PALETTE[index % PALETTE.length]! : colourOf(fixedColor),
    fill: Number(all["custom.fillOpacity"] ?? 0) / 100,
    bars: all["custom.drawStyle"] === "bars",
    stepped: all["custom.lineInterpolation"] === "stepAfter",
    dashed: fill === "dash",
    stacked: mode === "normal",
    right: all["custom.axisPlacement"] === "right",
    noValue: String(all.noValue ?? "no data"),
  };
}

/** The colour of the highest threshold that the value has reached. */
export function thresholdColour({ fieldConfig }: Panel, value: number): string {
  const { steps = [] } = (fieldConfig?.defaults.thresholds ?? {}) as {
    steps?: { color: string; value: number | null }[];
  };
  const reached = steps.filter((step) => step.value === null || value >= step.value);
  return colourOf(reached.at(-1)?.color ?? "green");
}

function colourOf(name: string): string {
  return COLOURS[name.replace(/^(semi-|super-)?(dark|light)-/, "")] ?? name;
}

/** Whether a panel asks for series that only Fly has. */
export function asksFly({ targets = [] }: Panel): boolean {
  return targets.some(({ expr }) => /\bfly_/.test(expr));
}

/** The others, moved up to where nothing is left, without the headings of rows that are empty now. */
export function withoutPanels(panels: readonly Panel[], gone: readonly Panel[]): Panel[] {
  const left = panels.filter((panel) => !gone.includes(panel));
  const kept = left.filter(({ type }, index) =>
    type !== "row" || (left[index + 1]?.type ?? "row") !== "row"
  );
  const isTaken = (line: number) => kept.some(({ gridPos: { y, h } }) => y <= line && line < y + h);
  const lift = (y: number) => Array.from({ length: y }, (_, line) => line).filter(isTaken).length;
  return kept.map((panel) => {
    const { gridPos } = panel;
    return { ...panel, gridPos: { ...gridPos, y: lift(gridPos.y) } };
  });
}
