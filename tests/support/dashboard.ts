/**
 * The Grafana dashboard in `deploy/grafana`, and what its queries refer to.
 *
 * @module
 */
import dashboard from "../../deploy/grafana/natstap.json" with { type: "json" };

/** One query of a panel. */
export interface Query {
  /** The panel's title. */
  readonly panel: string;
  /** In PromQL, with Grafana's variables. */
  readonly expr: string;
  /** The name of each series in the legend, with labels as `{{label}}`. */
  readonly legendFormat: string;
}

/** The dashboard. */
export const DASHBOARD = dashboard;

/** All panels except the row headings. */
export const PANELS = DASHBOARD.panels.filter(({ type }) => type !== "row");

/** All queries. */
export const QUERIES: readonly Query[] = PANELS.flatMap(({ title, targets }) =>
  targets!.map(({ expr, legendFormat }) => ({ panel: title, expr, legendFormat }))
);

/** Whether a query needs metrics that only Fly has. */
export function needsFly({ expr }: Query): boolean {
  return metricsOf(expr).some((name) => name.startsWith("fly_"));
}

/** Replaces Grafana's variables in a query; `app` is a regular expression that selects the apps. */
export function substitute({ expr }: Query, app: string): string {
  return expr.replaceAll("$app", app).replaceAll("$__rate_interval", "15s");
}

/** Returns the metrics that an expression names. */
export function metricsOf(expr: string): string[] {
  return [...new Set(expr.match(/\b(natstap|process|fly)_\w+/g))];
}

/** Returns the labels that an expression matches, groups by or joins on. */
export function labelsOf(expr: string): string[] {
  const matched = expr.matchAll(/[{,]\s*(\w+)\s*(?:=|!~|!=)/g).map(([, label]) => label!);
  const grouped = expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g).flatMap(([, list]) =>
    list!.split(",").map((label) => label.trim())
  );
  return [...new Set([...matched, ...grouped])];
}
