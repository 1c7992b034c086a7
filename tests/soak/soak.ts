/** A soak run: start everything, warm up, apply load and faults, come to rest, and stop. */
import { startService } from "../support/service.ts";
import { FaultyNats, PUBLISHER_USER, SERVICE_USER } from "./faulty_nats.ts";
import { type ClientCounts, type Deadlines, runClients } from "./clients.ts";
import { type Fault, FAULTS } from "./faults.ts";
import { Journal } from "./journal.ts";
import { Keys } from "./signing_keys.ts";
import { Publisher } from "./publisher.ts";
import { Random } from "./random.ts";
import { isBack, measureAtRest, type Resources } from "./resources.ts";
import { type Findings, pause, Run } from "./run.ts";

/** Parameters of a run. */
export interface SoakOptions {
  /** Duration of the load. Faults that are still active, coming to rest and stopping take longer. */
  readonly seconds: number;
  /** Determines the behavior of clients and the order of faults. */
  readonly seed: number;
  /** Number of clients of each kind. */
  readonly clients?: ClientCounts;
  /** Faults to choose from. */
  readonly faults?: readonly Fault[];
  /** Called with a description of each step. */
  readonly onStep?: (what: string) => void;
}

/** Results of a run. */
export interface Report {
  readonly options: SoakOptions;
  readonly lines: number;
  readonly faults: readonly string[];
  readonly found: Findings;
  readonly before: Resources;
  readonly after: Resources;
  /** Duration of the shutdown with open streams, in milliseconds. */
  readonly stop: number;
}

/** The default number of clients. */
const CLIENTS: ClientCounts = { steady: 200, slow: 20, stalled: 20, vanishing: 20, forgers: 6 };
const DEADLINES: Deadlines = { stall: 3_000, keepalive: 1_000 };
/** Lines per second. */
const RATE = 600;
/** Maximum duration of the shutdown. */
const STOP_LIMIT_MS = 5_000;
/** Extra time for a busy machine. */
const GRACE_MS = 5_000;
/** Memory growth during this time does not count. */
const WARM_UP_MS = 8_000;
/** Time for slow clients to catch up. */
const SETTLE_MS = 60_000;

/** Runs a soak. Violated guarantees are part of the report and do not reject the promise. */
export async function soak(options: SoakOptions): Promise<Report> {
  const { seconds, seed, clients = CLIENTS, faults: possible = FAULTS, onStep = () => {} } =
    options;
  const random = new Random(seed);
  await using keys = await Keys.start();
  await using nats = await FaultyNats.start(possible.length > 0 ? "1s" : "10s");
  await using service = await startService(settings(nats, keys));
  await service.logged(({ msg }) => msg === "NATS connected");
  const journal = new Journal();

  onStep("warming up");
  const warm = new Run(service, keys, journal);
  await load(warm, nats, clients, WARM_UP_MS, [], random);
  const before = await measureAtRest(warm, nats);

  onStep("load");
  const run = new Run(service, keys, journal);
  run.found.violations.push(...warm.found.violations);
  const faults: string[] = [];
  const onFault = (name: string) => {
    faults.push(name);
    onStep(name);
  };
  const planned = plan(random, seconds, possible);
  await load(run, nats, clients, seconds * 1_000, planned, random, onFault);
  onStep("coming to rest");
  const after = await measureAtRest(run, nats, before);
  if (!isBack(after, before)) {
    run.violation(`Resources were not released: ${JSON.stringify(run.active)}`);
  }

  onStep("stopping");
  const stop = await stopUnderLoad(run, nats, clients, random);
  return { options, lines: journal.length, faults, found: run.found, before, after, stop };
}

function settings(nats: FaultyNats, keys: Keys): Record<string, string> {
  return {
    NATS_URL: `nats://127.0.0.1:${nats.port}`,
    NATS_USER: SERVICE_USER.user,
    NATS_PASSWORD: SERVICE_USER.password,
    JWT_JWKS_URL: keys.url,
    ALLOW_ALL_APPS: "true",
    KEEPALIVE_SECONDS: String(DEADLINES.keepalive / 1_000),
    STALL_SECONDS: String(DEADLINES.stall / 1_000),
    BUFFER_BYTES: "65536",
    BUFFER_TOTAL_BYTES: "4194304",
    SHUTDOWN_SECONDS: String(STOP_LIMIT_MS / 1_000),
    MAX_STREAMS: "2000",
    MAX_STREAMS_PER_APP: "1000",
  };
}

/** The order of faults: each one once before any is repeated. */
function plan(random: Random, seconds: number, possible: readonly Fault[]): Fault[] {
  // Long faults do not fit into a short run.
  const faults = possible.filter((fault) => fault.seconds <= seconds / 3);
  const rounds = faults.length === 0 ? 0 : Math.ceil(seconds / faults.length);
  return Array.from({ length: rounds }, () => random.shuffle(faults)).flat();
}

/** Publishes to clients for `time` while faults are injected; then accounts for everything. */
async function load(
  run: Run,
  nats: FaultyNats,
  size: ClientCounts,
  time: number,
  faults: Fault[],
  random: Random,
  onFault: (name: string) => void = () => {},
): Promise<void> {
  const publisher = new Publisher({ port: nats.port, ...PUBLISHER_USER }, run, RATE);
  const clients = runClients(run, size, DEADLINES, random.fork());
  const endAt = performance.now() + time;
  for (const fault of faults) {
    await pause(random.between(500, 2_500));
    if (performance.now() >= endAt) break;
    onFault(fault.name);
    const inject = () => fault.inject({ run, nats, publisher }, random);
    await run.tolerate(fault.tolerated, inject).catch((error) => run.violation(fault.name, error));
  }
  await pause(Math.max(0, endAt - performance.now()));
  await publisher.stop();
  run.phase = "settle";
  await Promise.race([clients, pause(SETTLE_MS)]);
  run.phase = "settled";
  await clients;
}

/** Sends SIGTERM while clients read or have stalled; returns the duration of the shutdown. */
async function stopUnderLoad(
  run: Run,
  nats: FaultyNats,
  size: ClientCounts,
  random: Random,
): Promise<number> {
  run.phase = "load";
  const publisher = new Publisher({ port: nats.port, ...PUBLISHER_USER }, run, RATE);
  const clients = runClients(run, { ...size, forgers: 0, vanishing: 0 }, DEADLINES, random.fork());
  await pause(4_000);
  let took = 0;
  await run.tolerate(["shutdown", "shutting_down"], async () => {
    run.phase = "stop";
    const start = performance.now();
    const { code } = await run.service.stop();
    took = performance.now() - start;
    if (code !== 0) run.violation(`The service exited with ${code}`);
    if (took > STOP_LIMIT_MS + GRACE_MS) run.timeViolation(`The shutdown took ${took} ms`);
  });
  run.phase = "stopped";
  await Promise.all([clients, publisher.stop()]);
  return took;
}
