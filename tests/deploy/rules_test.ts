import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "@std/assert";
import { findPromtool } from "../../tools/prometheus.ts";
import { outputOf } from "../support/command.ts";

const FOLDER = fileURLToPath(new URL("../../deploy/prometheus", import.meta.url));

Deno.test("promtool accepts the rules", async () => {
  assertMatch(await promtool("check", "rules", "natstap.rules.yml"), /6 rules found/);
});

Deno.test("promtool accepts the configuration, and finds the rules by it", async () => {
  assertMatch(await promtool("check", "config", "prometheus.yml"), /1 rule files found/);
});

Deno.test("every alert fires, clears, and stays silent just below its threshold", async () => {
  await promtool("test", "rules", "natstap.rules.test.yml");
  const [rules, tests] = await Promise.all(["rules", "rules.test"].map(readAlertNames));
  assertEquals(tests!.fired, rules!.all, "Not every alert is tested to fire");
  assertEquals(tests!.silent, rules!.all, "Not every alert is tested to stay silent");
});

/** Runs promtool; returns what it prints. Fails if it finds a problem. */
async function promtool(...args: string[]): Promise<string> {
  const command = new Deno.Command(await findPromtool(), { args, cwd: FOLDER });
  const { code, stdout, stderr } = await outputOf(command);
  assertEquals(code, 0, stdout + stderr);
  return stdout + stderr;
}

async function readAlertNames(file: string) {
  const text = await Deno.readTextFile(`${FOLDER}/natstap.${file}.yml`);
  const names = (pattern: RegExp) =>
    [...new Set(text.matchAll(pattern).map(([, name]) => name!))].toSorted();
  return {
    all: names(/- alert: (\w+)/g),
    fired: names(/- alertname: (\w+)\n +eval_time: \w+\n +exp_alerts:\n/g),
    silent: names(/\{ alertname: (\w+), eval_time: \w+, exp_alerts: \[\] \}/g),
  };
}
