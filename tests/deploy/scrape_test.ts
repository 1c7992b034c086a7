/** A real Prometheus scrapes a real natstap, runs the dashboard's queries, and raises the alerts. */
import { assert, assertEquals } from "@std/assert";
import { findPromtool, type Series } from "../../tools/prometheus.ts";
import { startNatsServer } from "../../tools/nats_server.ts";
import { outputOf } from "../support/command.ts";
import { labelsOf, metricsOf, needsFly, QUERIES, substitute } from "../support/dashboard.ts";
import { assertEventually } from "../support/patience.ts";
import { planMetrics } from "../support/scrape.ts";
import { startService } from "../support/service.ts";
import { startTrouble, type Trouble } from "../support/trouble.ts";

const OWN_QUERIES = QUERIES.filter((query) => !needsFly(query));

Deno.test("promtool accepts the metrics", async () => {
  const { env, url } = planMetrics();
  await using _service = await startService({ ...env, NATS_URL: "nats://127.0.0.1:1" });
  const promtool = new Deno.Command(await findPromtool(), {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { body } = await fetch(url);
  await body!.pipeTo(promtool.stdin);
  assertEquals(await outputOf(promtool), { code: 0, stdout: "", stderr: "" });
});

Deno.test("Prometheus scrapes a natstap with late and dropped lines, forged tokens and few free streams", async (t) => {
  await using trouble = await startTrouble();

  await t.step("Prometheus scrapes it without an error", async () => {
    const { prometheus, instance } = trouble;
    const target = async () =>
      (await prometheus.targets()).find((target) => target.instance === instance);
    await assertEventually(target, { instance, health: "up", lastError: "" });
  });

  for (const query of OWN_QUERIES) {
    await t.step(`"${query.panel}" shows ${query.legendFormat}, only for natstap`, async () => {
      const { prometheus, instance } = trouble;
      const shown = async () => (await prometheus.query(substitute(query, ".*"))).filter(hasValue);
      await assertEventually(async () => (await shown()).length > 0, true, query.expr);
      const series = await shown();
      assertEquals(series.filter(({ labels }) => (labels.instance ?? instance) !== instance), []);
      for (const [, label] of query.legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        for (const { labels } of series) assert(labels[label!], `No ${label} of ${query.expr}`);
      }
      const selected = await prometheus.query(substitute(query, "natstap"));
      assert(selected.some(hasValue), "The selected app is missing");
      const others = await prometheus.query(substitute(query, "another"));
      assertEquals(others, [], "Another app is shown");
    });
  }

  await t.step("Every metric and label in the dashboard and the rules exists", async () => {
    const rules = await readRules(trouble);
    for (const { expr, legendFormat } of [...rules, ...OWN_QUERIES]) {
      const names = metricsOf(expr);
      const series = await Promise.all(names.map((name) => trouble.prometheus.query(name)));
      assertEquals(names.filter((_, i) => series[i]!.length === 0), [], expr);
      const known = new Set(series.flat().flatMap(({ labels }) => Object.keys(labels)));
      const inLegend = legendFormat.matchAll(/\{\{(\w+)\}\}/g).map(([, label]) => label!);
      const unknown = [...labelsOf(expr), ...inLegend].filter((label) => !known.has(label));
      assertEquals(unknown, [], expr);
    }
  });

  await t.step("Every alert is raised, except that natstap or NATS is gone", async () => {
    const rules = await readRules(trouble);
    assertEquals(rules.filter(({ health }) => health !== "ok"), []);
    const expected = rules.map(({ name }) => name).filter((name) => !name.endsWith("Gone"));
    await assertEventually(() => readAlerts(trouble), expected);
  });

  await t.step(
    "When NATS is killed, its alert is raised; the others clear when their cause ends",
    async () => {
      await trouble.end();
      await trouble.stack.nats.stop("SIGKILL");
      const gone = async () => (await readAlerts(trouble)).includes("NatstapNatsGone");
      await assertEventually(gone, true);
      const full = async () => (await readAlerts(trouble)).includes("NatstapAlmostFull");
      await assertEventually(full, false);
      await using _nats = await startNatsServer({ port: trouble.stack.nats.port });
      await assertEventually(gone, false);
      const reconnects = async () =>
        await trouble.prometheus.query("natstap_nats_reconnects_total");
      await assertEventually(async () => (await reconnects())[0]?.value, 1);
    },
  );

  await t.step("When natstap is killed, its alert is raised", async () => {
    await trouble.stack.service.stop("SIGKILL");
    await assertEventually(async () => (await readAlerts(trouble)).includes("NatstapGone"), true);
  });
});

interface Rule {
  name: string;
  expr: string;
  health: string;
  legendFormat: string;
}

/** Returns the rules that Prometheus has loaded, in alphabetical order. */
async function readRules({ prometheus }: Trouble): Promise<Rule[]> {
  const response = await fetch(`${prometheus.url}/api/v1/rules`);
  const { data: { groups: [group] } } = await response.json();
  return group.rules.map(({ name, query, health }: Record<string, string>) => ({
    name,
    expr: query,
    health,
    legendFormat: "",
  })).toSorted((a: Rule, b: Rule) => a.name < b.name ? -1 : 1);
}

/** Returns the alerts that are pending or firing, in alphabetical order. */
async function readAlerts({ prometheus }: Trouble): Promise<string[]> {
  const alerts = await prometheus.query("ALERTS");
  return [...new Set(alerts.map(({ labels }) => labels.alertname!))].toSorted();
}

function hasValue({ value }: Series): boolean {
  return Number.isFinite(value);
}
