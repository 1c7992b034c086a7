/**
 * The clients, each of which comes, reads in its own way, goes, and comes again.
 *
 * @module
 */
import type { KernelSocket } from "../support/clients/kernel_socket.ts";
import { FORGERIES } from "./forgeries.ts";
import { LOUD, QUIET, type Scope } from "./line.ts";
import type { Random } from "./random.ts";
import { Refusal, Session } from "./session.ts";
import { Visit } from "./visit.ts";
import { connectWire, openSlowWire, type Pace, type Request, type Wire } from "./wire.ts";
import { pause, type World } from "./world.ts";

/** How many there are of each kind. */
export interface CrowdSize {
  /** Take all, at once. */
  readonly steady: number;
  /** Take less than comes. */
  readonly slow: number;
  /** Take nothing for a while, which may be too long. */
  readonly stalled: number;
  /** Leave without a word, some so that nobody is told. */
  readonly vanishing: number;
  /** Have no token that is good. */
  readonly forgers: number;
}

/** What the service is set to, as the clients judge it by. Milliseconds. */
export interface Deadlines {
  readonly stall: number;
  readonly keepalive: number;
}

/** What a client does, again and again. */
type Habit = (world: World, random: Random, deadlines: Deadlines) => Promise<void>;

const SLOW: Pace = { bytes: 2_048, pause: 100 };
const STALLED: Pace = { bytes: 0, pause: 50 };
const HURRIED: Pace = { bytes: 65_536, pause: 5 };
/** Lines that fill every buffer on the way to a client that is not there. */
const FILL_LINES = 4_000;
/** What a busy machine may add to a deadline. Milliseconds. */
const GRACE = 5_000;

const HABITS: Readonly<Record<keyof CrowdSize, Habit>> = {
  steady,
  slow,
  stalled,
  vanishing,
  forgers: forge,
};

/** Sends the clients off; resolves once all have left. */
export async function gather(
  world: World,
  size: CrowdSize,
  deadlines: Deadlines,
  random: Random,
): Promise<void> {
  const follow = async (habit: Habit, random: Random) => {
    while (world.phase === "load") {
      await pause(random.between(0, habit === forge ? 300 : 2_000));
      await habit(world, random, deadlines);
    }
  };
  const clients = Object.entries(HABITS).flatMap(([kind, habit]) =>
    Array.from({ length: size[kind as keyof CrowdSize] }, () => follow(habit, random.fork()))
  );
  await Promise.all(clients);
}

async function steady(world: World, random: Random): Promise<void> {
  const visit = await Visit.begin(world, random, {
    kind: "steady",
    scope: drawScope(random),
    keepsUp: true,
    connect: connectWire,
    onLine: (number) => {
      world.hear(number);
    },
  });
  await visit?.stay(random.between(1_000, 30_000));
  await visit?.leave();
}

async function slow(world: World, random: Random): Promise<void> {
  const pace = { ...SLOW };
  const visit = await beginAtPace(world, random, "slow", pace);
  if (visit === undefined) return;
  hurryToSettle(world, pace);
  await visit.stay(random.between(5_000, 30_000));
  await visit.leave();
}

async function stalled(world: World, random: Random, { stall }: Deadlines): Promise<void> {
  const pace = { ...HURRIED };
  const visit = await beginAtPace(world, random, "stalled", pace);
  if (visit === undefined) return;
  Object.assign(pace, STALLED);
  hurryToSettle(world, pace);
  const timer = setTimeout(() => Object.assign(pace, HURRIED), random.between(0.2, 4) * stall);
  await visit.stay(random.between(2, 8) * stall);
  clearTimeout(timer);
  await visit.leave();
}

/** Vanishes: by a RST, or in silence; then the service has so long to find out. */
async function vanishing(world: World, random: Random, deadlines: Deadlines): Promise<void> {
  let socket: KernelSocket | undefined;
  const visit = await beginAtPace(world, random, "vanishing", { ...HURRIED }, (opened) => {
    socket = opened;
  });
  if (visit === undefined) return;
  await visit.stay(random.between(200, 3_000));
  if (visit.reason === undefined && world.phase === "load" && random.chance(0.7)) {
    socket!.vanish();
    await assertFound(world, visit.jti, deadlines);
  }
  await visit.leave();
}

/** Waits until the service has ended the stream of a client that is not there. */
async function assertFound(world: World, jti: string, { stall, keepalive }: Deadlines) {
  const limit = stall + 2 * keepalive + GRACE;
  const from = world.loudLines;
  let fullAt = Infinity;
  while (world.phase === "load" && world.closeOf(jti) === undefined) {
    await pause(50);
    const now = performance.now();
    // What others get of the loud app was also for the one that is not there.
    if (world.loudLines - from >= FILL_LINES) fullAt = Math.min(fullAt, now);
    if (now > fullAt + limit) {
      return world.breach(`A client that had vanished was still there after ${limit} ms`);
    }
  }
  if (world.closeOf(jti) !== undefined) world.found.vanished++;
}

/** Asks with a token that is no good, and is not let in. */
async function forge(world: World, random: Random): Promise<void> {
  const { name, make, codes } = random.pick(FORGERIES);
  const token = await make(world.keys);
  const request: Request = { port: world.port, token, scope: { app: LOUD }, format: "sse" };
  const start = performance.now();
  let wire: Wire | undefined;
  try {
    wire = await connectWire(request);
    await Session.open(wire, world.journal, request);
    world.breach(`A stream was opened for ${name}`);
  } catch (error) {
    if (!(error instanceof Refusal)) return world.breach(`No answer came to ${name}`, error);
    world.refused(error.code, "forgeries");
    const took = performance.now() - start;
    world.found.slowestRefusal = Math.max(world.found.slowestRefusal, took);
    if (codes.includes(error.code) || world.isExcused(error.code)) return;
    world.breach(`The answer to ${name} was ${error.code}`);
  } finally {
    wire?.close();
  }
}

function drawScope(random: Random): Scope {
  return {
    app: random.pick([...QUIET, LOUD, LOUD, LOUD, "*", "*"]),
    ...(random.chance(0.2) && { region: random.pick(["dfw", "iad"]) }),
    ...(random.chance(0.1) && { machine: random.pick(["m1", "m2"]) }),
  };
}

/** Begins a visit where there is enough to be too slow for. */
function beginAtPace(
  world: World,
  random: Random,
  kind: keyof CrowdSize,
  pace: Pace,
  onOpen: (socket: KernelSocket) => void = () => {},
): Promise<Visit | undefined> {
  const connect = (request: Request) => {
    const wire = openSlowWire(request, pace);
    onOpen(wire.socket);
    return wire;
  };
  const scope = { app: random.pick([LOUD, LOUD, "*"]) };
  return Visit.begin(world, random, { kind, scope, keepsUp: false, connect });
}

/** Once lines have ceased, who is behind catches up. */
async function hurryToSettle(world: World, pace: Pace): Promise<void> {
  while (world.phase === "load") await pause(100);
  if (world.phase === "settle") Object.assign(pace, HURRIED);
}
