/**
 * Measures natstap against its baselines, and prints one Markdown table.
 *
 *     deno task bench [--only NAME] [--before FOLDER] [--json]
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createAuthority } from "../tools/authority.ts";
import { findNatsServer, startNatsServer } from "../tools/nats_server.ts";
import { type Figures, median } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { type Cast, openStage, type ServerName } from "./processes.ts";
import { type Row, table } from "./table.ts";
import { type Results, verdict } from "./targets.ts";

/** In a flood NATS holds what a server has not read yet, for as long as that takes. */
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
  const chosen = choose(values.only).map((scenario) => before ? withBefore(scenario) : scenario);
  await using nats = await startNatsServer({ config: NATS_CONFIG });
  await using authority = await createAuthority();
  // The publisher stays without TLS, so that it costs the same.
  const tls = await authority.serverConfig("IP:127.0.0.1");
  await using tlsNats = await startNatsServer({
    config: `${NATS_CONFIG}\n${tls}\nallow_non_tls: true`,
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      await Promise.all([nats.stop(), tlsNats.stop()]);
      Deno.exit(1);
    });
  }

  const rows: Row[] = [];
  const verdicts: string[] = [];
  for (const scenario of chosen) {
    const { name, servers, targets } = scenario;
    const source = scenario.tls
      ? { natsPort: tlsNats.port, ca: authority.path }
      : { natsPort: nats.port };
    const results = await run(scenario, source, before);
    rows.push(...servers.map((server) => ({ scenario: name, server, figures: results[server] })));
    verdicts.push(...targets.map((target) => `${name}: ${verdict(target, results)}`));
  }

  const machine = await describeMachine(await findNatsServer());
  if (values.json) return console.log(JSON.stringify({ machine, rows, verdicts }, null, 2));
  console.log(`${machine}\n\n${table(rows)}\n`);
  for (const verdict of verdicts) console.log(`- ${verdict}`);
}

function choose(only: string | undefined): Scenario[] {
  const chosen = scenarios.filter(({ name }) => only === undefined || name === only);
  if (chosen.length > 0) return chosen;
  const names = scenarios.map(({ name }) => name).join(", ");
  console.error(`Cannot find a scenario "${only}": there are ${names}`);
  Deno.exit(1);
}

/** The same with the other version of natstap beside it. */
function withBefore({ servers, ...scenario }: Scenario): Scenario {
  const [natstap, ...others] = servers;
  return { ...scenario, servers: [natstap!, "before", ...others] };
}

/** Runs all servers in all rounds, each round in another order. */
async function run(
  scenario: Scenario,
  source: Pick<Cast, "natsPort" | "ca">,
  before: string | undefined,
): Promise<Results> {
  const { title, servers, rounds, together, settings = {}, scraped = false } = scenario;
  const runs = new Map<ServerName, Figures[]>(servers.map((server) => [server, []]));
  let chunk = 1;

  const runOne = async (server: ServerName) => {
    await using stage = await openStage({ server, ...source, settings, chunk, scraped, before });
    const figures = await scenario.run(stage);
    runs.get(server)!.push(figures);
    // natstap is the first in the first round: the floor's chunks are to be as large as its own.
    if (server === "natstap") chunk = Math.round(figures.also["lines a chunk"] ?? 1);
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
