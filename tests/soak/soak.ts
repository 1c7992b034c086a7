/**
 * One run: everything is started, warmed up, used and abused, brought to rest, and stopped.
 *
 * @module
 */
import { startService } from "../support/service.ts";
import { Bus, PUBLISHER_USER, SERVICE_USER } from "./bus.ts";
import { type CrowdSize, type Deadlines, gather } from "./crowd.ts";
import { type Fault, FAULTS } from "./faults.ts";
import { Journal } from "./journal.ts";
import { Keys } from "./keys.ts";
import { Publisher } from "./publisher.ts";
import { Random } from "./random.ts";
import { isBack, lookAtRest, type Vitals } from "./vitals.ts";
import { type Findings, pause, World } from "./world.ts";

/** What to do. */
export interface SoakOptions {
  /** How long there is load. Faults that last, and the way to rest and to the stop, come on top. */
  readonly seconds: number;
  /** What decides on clients and faults. */
  readonly seed: number;
  /** How many clients there are of each kind. */
  readonly crowd?: CrowdSize;
  /** What may go wrong. */
  readonly faults?: readonly Fault[];
  /** Told of what happens, as it happens. */
  readonly tell?: (what: string) => void;
}

/** What was done and found. */
export interface Report {
  readonly options: SoakOptions;
  readonly lines: number;
  readonly faults: readonly string[];
  readonly found: Findings;
  readonly before: Vitals;
  readonly after: Vitals;
  /** How long the stop took, with streams open. Milliseconds. */
  readonly stop: number;
}

/** The clients of a run, unless it says otherwise. */
const CROWD: CrowdSize = { steady: 200, slow: 20, stalled: 20, vanishing: 20, forgers: 6 };
const DEADLINES: Deadlines = { stall: 3_000, keepalive: 1_000 };
/** Lines a second. */
const RATE = 600;
/** How long a stop may take. Milliseconds. */
const STOP_LIMIT = 5_000;
/** What a busy machine may add to that. Milliseconds. */
const GRACE = 5_000;
/** How long memory grows before it counts. Milliseconds. */
const WARM_UP = 8_000;
/** How long who is behind may take to catch up. Milliseconds. */
const SETTLE = 60_000;

/** Runs, and resolves to what was found. Never rejects for a broken promise of the service. */
export async function soak(options: SoakOptions): Promise<Report> {
  const { seconds, seed, crowd = CROWD, faults: possible = FAULTS, tell = () => {} } = options;
  const random = new Random(seed);
  await using keys = await Keys.start();
  await using bus = await Bus.start(possible.length > 0 ? "1s" : "10s");
  await using service = await startService(settings(bus, keys));
  await service.logged(({ msg }) => msg === "NATS connected");
  const journal = new Journal();

  tell("warming up");
  const warm = new World(service, keys, journal);
  await load(warm, bus, crowd, WARM_UP, [], random);
  const before = await lookAtRest(warm, bus);

  tell("load");
  const world = new World(service, keys, journal);
  world.found.breaches.push(...warm.found.breaches);
  const faults: string[] = [];
  const told = (name: string) => {
    faults.push(name);
    tell(name);
  };
  await load(world, bus, crowd, seconds * 1_000, plan(random, seconds, possible), random, told);
  tell("coming to rest");
  const after = await lookAtRest(world, bus, before);
  if (!isBack(after, before)) {
    world.breach(`The service holds more than before: ${JSON.stringify(world.active)}`);
  }

  tell("stopping");
  const stop = await stopUnderLoad(world, bus, crowd, random);
  return { options, lines: journal.length, faults, found: world.found, before, after, stop };
}

function settings(bus: Bus, keys: Keys): Record<string, string> {
  return {
    NATS_URL: `nats://127.0.0.1:${bus.port}`,
    NATS_USER: SERVICE_USER.user,
    NATS_PASSWORD: SERVICE_USER.password,
    JWT_JWKS_URL: keys.url,
    ALLOW_ALL_APPS: "true",
    KEEPALIVE_SECONDS: String(DEADLINES.keepalive / 1_000),
    STALL_SECONDS: String(DEADLINES.stall / 1_000),
    BUFFER_BYTES: "65536",
    BUFFER_TOTAL_BYTES: "4194304",
    SHUTDOWN_SECONDS: String(STOP_LIMIT / 1_000),
    MAX_STREAMS: "2000",
    MAX_STREAMS_PER_APP: "1000",
  };
}

/** Which faults come, in which order: each once before any comes again. */
function plan(random: Random, seconds: number, possible: readonly Fault[]): Fault[] {
  // What takes long has no place in a short run.
  const faults = possible.filter((fault) => fault.seconds <= seconds / 3);
  const rounds = faults.length === 0 ? 0 : Math.ceil(seconds / faults.length);
  return Array.from({ length: rounds }, () => random.shuffle(faults)).flat();
}

/** Publishes to a crowd for so long, and has faults happen; then all is accounted for, and all leave. */
async function load(
  world: World,
  bus: Bus,
  size: CrowdSize,
  time: number,
  faults: Fault[],
  random: Random,
  told: (name: string) => void = () => {},
): Promise<void> {
  const publisher = new Publisher({ port: bus.port, ...PUBLISHER_USER }, world, RATE);
  const crowd = gather(world, size, DEADLINES, random.fork());
  const endAt = performance.now() + time;
  for (const fault of faults) {
    await pause(random.between(500, 2_500));
    if (performance.now() >= endAt) break;
    told(fault.name);
    const happen = () => fault.happen({ world, bus, publisher }, random);
    await world.excuse(fault.excuses, happen).catch((error) => world.breach(fault.name, error));
  }
  await pause(Math.max(0, endAt - performance.now()));
  await publisher.stop();
  world.phase = "settle";
  await Promise.race([crowd, pause(SETTLE)]);
  world.phase = "settled";
  await crowd;
}

/** SIGTERM, with readers that read and readers that do not; returns how long it took. */
async function stopUnderLoad(
  world: World,
  bus: Bus,
  size: CrowdSize,
  random: Random,
): Promise<number> {
  world.phase = "load";
  const publisher = new Publisher({ port: bus.port, ...PUBLISHER_USER }, world, RATE);
  const crowd = gather(world, { ...size, forgers: 0, vanishing: 0 }, DEADLINES, random.fork());
  await pause(4_000);
  let took = 0;
  await world.excuse(["shutdown", "shutting_down"], async () => {
    world.phase = "stop";
    const start = performance.now();
    const { code } = await world.service.stop();
    took = performance.now() - start;
    if (code !== 0) world.breach(`The service ended with ${code}`);
    if (took > STOP_LIMIT + GRACE) world.breach(`The stop took ${took} ms`);
  });
  world.phase = "stopped";
  await Promise.all([crowd, publisher.stop()]);
  return took;
}
