import { assert, assertEquals, assertMatch } from "@std/assert";
import { DASHBOARD, labelsOf, metricsOf, needsFly, PANELS, QUERIES } from "../support/dashboard.ts";

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** The Fly series that the dashboard shows, with the labels that Fly documents for each. */
const FLY_SERIES: Record<string, string[]> = {
  fly_instance_memory_mem_total: [],
  fly_instance_memory_mem_available: [],
  fly_instance_cpu: ["cpu_id", "mode"],
  fly_instance_filefd_allocated: [],
  fly_instance_net_sent_bytes: ["device"],
  fly_app_concurrency: [],
  fly_edge_http_responses_count: ["status"],
};
/** The labels of all Fly series, except that those of the edge have no instance. */
const FLY_LABELS = ["app", "region", "host", "instance"];

Deno.test("the dashboard can be imported: it has a uid and nothing specific to one Grafana", () => {
  const { uid, title, schemaVersion } = DASHBOARD;
  assertEquals([uid, title], ["natstap", "natstap"]);
  assert(schemaVersion >= 36, "The schema of Grafana 9");
  assertEquals(["id", "__inputs", "version"].filter((name) => name in DASHBOARD), []);
});

Deno.test("the dashboard lets users choose the data source and the apps, by default all", () => {
  const [datasource, app] = DASHBOARD.templating.list;
  assertEquals(DASHBOARD.templating.list.length, 2);
  assertEquals([datasource!.name, datasource!.type], ["datasource", "datasource"]);
  assertEquals([datasource!.query, datasource!.current], ["prometheus", {}]);
  assertEquals([app!.name, app!.type, app!.datasource], ["app", "query", DATASOURCE]);
  assertEquals(app!.definition, "label_values(natstap_build_info, app)");
  // ".*" also matches series without this label, which only Fly or prometheus.yml sets.
  assertEquals([app!.includeAll, app!.multi, app!.allValue], [true, true, ".*"]);
  assertEquals(app!.current, { selected: true, text: ["All"], value: ["$__all"] });
});

Deno.test("every panel and every query uses the chosen data source", () => {
  for (const { title, datasource, targets } of PANELS) {
    assertEquals(datasource, DATASOURCE, title);
    for (const target of targets!) assertEquals(target.datasource, DATASOURCE, title);
  }
});

Deno.test("every panel has a unique title, a unit, and a description", () => {
  assertEquals(new Set(PANELS.map(({ title }) => title)).size, PANELS.length);
  for (const { title, description, fieldConfig, targets } of PANELS) {
    assertMatch(description!, /^[A-Z0-9].{40,}\.$/, title);
    assertMatch(fieldConfig!.defaults.unit, /^\w+$|^count:\w+\/s$/, title);
    for (const { legendFormat } of targets!) assert(legendFormat !== "", title);
    const ids = targets!.map(({ refId }) => refId);
    assertEquals(new Set(ids).size, ids.length, title);
    for (const { matcher } of fieldConfig!.overrides) {
      assert(
        ids.includes(matcher.options),
        `An override of "${title}" matches none of its queries`,
      );
    }
  }
});

Deno.test("the dashboard has rows on lines, NATS and capacity, and one with what Fly measures", () => {
  const rows = DASHBOARD.panels.filter(({ type }) => type === "row");
  assertEquals(rows.map(({ title }) => title), [
    "Do users get their lines?",
    "Is NATS reachable?",
    "Is there enough capacity?",
    "Capacity as measured by Fly (empty elsewhere)",
  ]);
  const lastRow = DASHBOARD.panels.indexOf(rows.at(-1)!);
  const panelsWithFly = new Set(QUERIES.filter(needsFly).map(({ panel }) => panel));
  assertEquals([...panelsWithFly], DASHBOARD.panels.slice(lastRow + 1).map(({ title }) => title));
});

Deno.test("the dashboard's panels fill the grid in reading order, without gaps or overlaps", () => {
  const ids = DASHBOARD.panels.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  let [x, y, height] = [0, 0, 0];
  for (const { title, gridPos } of DASHBOARD.panels) {
    if (x === 24) [x, y] = [0, y + height];
    if (x > 0) assertEquals(gridPos.h, height, title);
    assertEquals([gridPos.x, gridPos.y], [x, y], title);
    [x, height] = [x + gridPos.w, gridPos.h];
    assert(x <= 24, title);
  }
  assertEquals(x, 24);
});

Deno.test("every query names metrics, selects the chosen apps, and uses the right rate interval", () => {
  for (const { panel, expr } of QUERIES) {
    assert(metricsOf(expr).length > 0, panel);
    const selectors = expr.match(/\b(natstap|process|fly)_\w+(\{[^}]*\})?/g)!;
    for (const selector of selectors) assertMatch(selector, /\{app=~"\$app"[,}]/, panel);
    for (const [range] of expr.matchAll(/\[.*?\]/g)) {
      assertEquals(range, "[$__rate_interval]", panel);
    }
  }
});

Deno.test("the dashboard uses only fly_ series and labels that Fly documents", () => {
  const queries = QUERIES.filter(needsFly);
  const named = new Set(queries.flatMap(({ expr }) => metricsOf(expr)).filter(isFlyName));
  assertEquals([...named].toSorted(), Object.keys(FLY_SERIES).toSorted());
  for (const { panel, expr } of queries) {
    const known = [...FLY_LABELS, ...metricsOf(expr).flatMap((name) => FLY_SERIES[name] ?? [])];
    const unknown = labelsOf(expr).filter((label) => !known.includes(label));
    assertEquals(unknown, [], panel);
    // Otherwise, with all apps selected, it would show apps other than natstap.
    const kept = / and on \(app\) natstap_build_info\{app=~"\$app"\}/.test(expr);
    assert(kept || !isFlyName(metricsOf(expr)[0]!), panel);
  }
});

function isFlyName(name: string): boolean {
  return name.startsWith("fly_");
}
