/** The clients of a run: each one connects, reads in its own way, leaves, and starts again. */
import type { KernelSocket } from "../support/clients/kernel_socket.ts";
import { FORGERIES } from "./forgeries.ts";
import { LOUD, QUIET, type Scope } from "./line.ts";
import type { Random } from "./random.ts";
import { Refusal, Session } from "./session.ts";
import { Visit } from "./visit.ts";
import { connectWire, openSlowWire, type ReadRate, type Request, type Wire } from "./wire.ts";
import { pause, type Run } from "./run.ts";

/** The number of clients of each kind. */
export interface ClientCounts {
  /** Read everything immediately. */
  readonly steady: number;
  /** Read more slowly than lines arrive. */
  readonly slow: number;
  /** Stop reading for a while, sometimes for too long. */
  readonly stalled: number;
  /** Disappear without closing the connection, or reset it. */
  readonly vanishing: number;
  /** Use invalid tokens. */
  readonly forgers: number;
}

/** The service's time limits, which clients check. In milliseconds. */
export interface Deadlines {
  readonly stall: number;
  readonly keepalive: number;
}

/** What a client does repeatedly. */
type Behavior = (run: Run, random: Random, deadlines: Deadlines) => Promise<void>;

const SLOW: ReadRate = { bytes: 2_048, pause: 100 };
const STALLED: ReadRate = { bytes: 0, pause: 50 };
const HURRIED: ReadRate = { bytes: 65_536, pause: 5 };
/** Enough lines to fill every buffer on the way to a vanished client. */
const FILL_LINES = 4_000;
/** Extra time for a busy machine. */
const GRACE_MS = 5_000;

const BEHAVIORS: Readonly<Record<keyof ClientCounts, Behavior>> = {
  steady,
  slow,
  stalled,
  vanishing,
  forgers: forge,
};

/** Runs the clients; resolves once all have left. */
export async function runClients(
  run: Run,
  size: ClientCounts,
  deadlines: Deadlines,
  random: Random,
): Promise<void> {
  const follow = async (behavior: Behavior, random: Random) => {
    while (run.phase === "load") {
      await pause(random.between(0, behavior === forge ? 300 : 2_000));
      await behavior(run, random, deadlines);
    }
  };
  const clients = Object.entries(BEHAVIORS).flatMap(([kind, behavior]) =>
    Array.from({ length: size[kind as keyof ClientCounts] }, () => follow(behavior, random.fork()))
  );
  await Promise.all(clients);
}

async function steady(run: Run, random: Random): Promise<void> {
  const visit = await Visit.begin(run, random, {
    kind: "steady",
    scope: drawScope(random),
    keepsUp: true,
    connect: connectWire,
    onLine: (number) => {
      run.received(number);
    },
  });
  await visit?.stay(random.between(1_000, 30_000));
  await visit?.leave();
}

async function slow(run: Run, random: Random): Promise<void> {
  const rate = { ...SLOW };
  const visit = await beginAtRate(run, random, "slow", rate);
  if (visit === undefined) return;
  hurryToSettle(run, rate);
  await visit.stay(random.between(5_000, 30_000));
  await visit.leave();
}

async function stalled(run: Run, random: Random, { stall }: Deadlines): Promise<void> {
  const rate = { ...HURRIED };
  const visit = await beginAtRate(run, random, "stalled", rate);
  if (visit === undefined) return;
  Object.assign(rate, STALLED);
  hurryToSettle(run, rate);
  const timer = setTimeout(() => Object.assign(rate, HURRIED), random.between(0.2, 4) * stall);
  await visit.stay(random.between(2, 8) * stall);
  clearTimeout(timer);
  await visit.leave();
}

/** Vanishes silently or resets the connection; the service must notice in time. */
async function vanishing(run: Run, random: Random, deadlines: Deadlines): Promise<void> {
  let socket: KernelSocket | undefined;
  const visit = await beginAtRate(run, random, "vanishing", { ...HURRIED }, (opened) => {
    socket = opened;
  });
  if (visit === undefined) return;
  await visit.stay(random.between(200, 3_000));
  if (visit.reason === undefined && run.phase === "load" && random.chance(0.7)) {
    socket!.vanish();
    await assertFound(run, visit.jti, deadlines);
  }
  await visit.leave();
}

/** Waits until the service has ended the stream of a vanished client. */
async function assertFound(run: Run, jti: string, { stall, keepalive }: Deadlines) {
  const limit = stall + 2 * keepalive + GRACE_MS;
  const from = run.loudLines;
  let fullAt = Infinity;
  while (run.phase === "load" && run.closeOf(jti) === undefined) {
    await pause(50);
    const now = performance.now();
    // Lines of the loud app that others receive were sent to the vanished client too.
    if (run.loudLines - from >= FILL_LINES) fullAt = Math.min(fullAt, now);
    if (now > fullAt + limit) {
      return run.timeViolation(`A vanished client was not noticed within ${limit} ms`);
    }
  }
  if (run.closeOf(jti) !== undefined) run.found.vanished++;
}

/** Sends a request with an invalid token, which must be refused. */
async function forge(run: Run, random: Random): Promise<void> {
  const { name, make, codes } = random.pick(FORGERIES);
  const token = await make(run.keys);
  const request: Request = { port: run.port, token, scope: { app: LOUD }, format: "sse" };
  const start = performance.now();
  let wire: Wire | undefined;
  try {
    wire = await connectWire(request);
    await Session.open(wire, run.journal, request);
    run.violation(`A stream was opened for ${name}`);
  } catch (error) {
    if (!(error instanceof Refusal)) return run.violation(`No response to ${name}`, error);
    run.refused(error.code, "forgeries");
    const took = performance.now() - start;
    run.found.slowestRefusal = Math.max(run.found.slowestRefusal, took);
    if (codes.includes(error.code) || run.isTolerated(error.code, start)) return;
    run.violation(`The response to ${name} was ${error.code}`);
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

/** Opens a stream with enough traffic to fall behind. */
function beginAtRate(
  run: Run,
  random: Random,
  kind: keyof ClientCounts,
  rate: ReadRate,
  onOpen: (socket: KernelSocket) => void = () => {},
): Promise<Visit | undefined> {
  const connect = (request: Request) => {
    const wire = openSlowWire(request, rate);
    onOpen(wire.socket);
    return wire;
  };
  const scope = { app: random.pick([LOUD, LOUD, "*"]) };
  return Visit.begin(run, random, { kind, scope, keepsUp: false, connect });
}

/** Lets a slow client catch up once no more lines are published. */
async function hurryToSettle(run: Run, rate: ReadRate): Promise<void> {
  while (run.phase === "load") await pause(100);
  if (run.phase === "settle") Object.assign(rate, HURRIED);
}
