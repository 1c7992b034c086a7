/**
 * Measures natstap against its baselines and prints a Markdown table.
 *
 *     deno task bench [--only NAME] [--before FOLDER] [--json]
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createAuthority } from "../tools/authority.ts";
import { STREAM } from "../tools/history_stream.ts";
import { findNatsServer, startNatsServer } from "../tools/nats_server.ts";
import { type Figures, median } from "./figures.ts";
import { type ProcessOptions, type ServerName, startProcesses } from "./processes/run_processes.ts";
import { storeLines } from "./load/stored_lines.ts";
import { describeMachine } from "./report/machine.ts";
import { type Row, table } from "./report/table.ts";
import { describeTarget, type Results } from "./report/targets.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/** Lets NATS buffer a whole flood without disconnecting the server under test. */
const NATS_CONFIG = 'max_pending: 1GB\nwrite_deadline: "60s"';

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      only: { type: "string" },
      before: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const before = values.before && resolve(values.before);
  const selected = select(values.only).map((scenario) => before ? withBefore(scenario) : scenario);
  await using nats = await startNatsServer({ config: NATS_CONFIG });
  await using authority = await createAuthority();
  // The publisher does not use TLS, so that it costs the same.
  const tls = await authority.serverConfig("IP:127.0.0.1");
  await using tlsNats = await startNatsServer({
    config: `${NATS_CONFIG}\n${tls}\nallow_non_tls: true`,
  });
  await using historyNats = await startNatsServer({ config: NATS_CONFIG, jetstream: true });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      await Promise.all([nats.stop(), tlsNats.stop(), historyNats.stop()]);
      Deno.exit(1);
    });
  }

  if (selected.some(({ history }) => history)) {
    console.error("storing a million lines");
    await storeLines(historyNats.url);
  }

  const rows: Row[] = [];
  const outcomes: string[] = [];
  for (const scenario of selected) {
    const { name, servers, targets } = scenario;
    const connect = (server: ServerName) => {
      if (scenario.tls) return { nats: tlsNats, ca: authority.path };
      return { nats: scenario.history && server !== "live" ? historyNats : nats };
    };
    const results = await run(scenario, connect, before);
    rows.push(...servers.map((server) => ({ scenario: name, server, figures: results[server] })));
    outcomes.push(...targets.map((target) => `${name}: ${describeTarget(target, results)}`));
  }

  const machine = await describeMachine(await findNatsServer());
  if (values.json) {
    return console.log(JSON.stringify({ machine, rows, targets: outcomes }, null, 2));
  }
  console.log(`${machine}\n\n${table(rows)}\n`);
  for (const outcome of outcomes) console.log(`- ${outcome}`);
}

function select(only: string | undefined): Scenario[] {
  const selected = scenarios.filter(({ name }) => only === undefined || name === only);
  if (selected.length > 0) return selected;
  const names = scenarios.map(({ name }) => name).join(", ");
  console.error(`Cannot find scenario "${only}": expected one of ${names}`);
  Deno.exit(1);
}

/** Adds the other version of natstap to a scenario that can measure it. */
function withBefore(scenario: Scenario): Scenario {
  if (scenario.currentOnly) return scenario;
  const [natstap, ...others] = scenario.servers;
  return { ...scenario, servers: [natstap!, "before", ...others] };
}

/** Runs all servers in all rounds, in a different order each round. */
async function run(
  scenario: Scenario,
  connect: (server: ServerName) => Pick<ProcessOptions, "nats" | "ca">,
  before: string | undefined,
): Promise<Results> {
  const { title, servers, rounds, together, scraped = false } = scenario;
  const runs = new Map<ServerName, Figures[]>(servers.map((server) => [server, []]));
  let linesPerChunk = 1;

  const runOne = async (server: ServerName) => {
    const settings = { ...scenario.settings };
    if (scenario.history && server !== "live") settings.HISTORY_STREAM = STREAM;
    const options = { server, ...connect(server), settings, linesPerChunk, scraped, before };
    await using processes = await startProcesses(options);
    const figures = await scenario.run(processes);
    runs.get(server)!.push(figures);
    // natstap runs before the floor in the first round, so that the floor can use the same chunks.
    if (server === "natstap") linesPerChunk = Math.round(figures.other["lines per chunk"] ?? 1);
  };
  for (let round = 0; round < rounds; round++) {
    console.error(`${title}: round ${round + 1} of ${rounds}`);
    const first = round % servers.length;
    const order = [...servers.slice(first), ...servers.slice(0, first)];
    if (together) await Promise.all(order.map(runOne));
    else for (const server of order) await runOne(server);
  }
  return Object.fromEntries(servers.map((name) => [name, median(runs.get(name)!)])) as Results;
}

await main();
