/**
 * The delivered dashboard, and what its queries name.
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
  /** What stands at the series, with labels as `{{label}}`. */
  readonly legendFormat: string;
}

/** The dashboard as it is delivered. */
export const DASHBOARD = dashboard;

/** All panels but the headings of rows. */
export const PANELS = DASHBOARD.panels.filter(({ type }) => type !== "row");

/** All queries. */
export const QUERIES: readonly Query[] = PANELS.flatMap(({ title, targets }) =>
  targets!.map(({ expr, legendFormat }) => ({ panel: title, expr, legendFormat }))
);

/** Whether a query is about what Fly measures, of which there is nothing elsewhere. */
export function isFlys({ expr }: Query): boolean {
  return metricsOf(expr).some((name) => name.startsWith("fly_"));
}

/** The query as Prometheus understands it, for the apps that `app`, a regular expression, matches. */
export function fill({ expr }: Query, app: string): string {
  return expr.replaceAll("$app", app).replaceAll("$__rate_interval", "15s");
}

/** The metrics that an expression names. */
export function metricsOf(expr: string): string[] {
  return [...new Set(expr.match(/\b(natstap|process|fly)_\w+/g))];
}

/** The labels that an expression matches, groups by or joins on. */
export function labelsOf(expr: string): string[] {
  const matched = expr.matchAll(/[{,]\s*(\w+)\s*(?:=|!~|!=)/g).map(([, label]) => label!);
  const grouped = expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g).flatMap(([, list]) =>
    list!.split(",").map((label) => label.trim())
  );
  return [...new Set([...matched, ...grouped])];
}
