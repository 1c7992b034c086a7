/**
 * A run that proves continuity: whatever dies or is cut off, every client receives every line of its
 * scope, in the order of the stream, and none twice.
 */
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { type ClusterNode, startNatsCluster } from "../../support/nats_cluster.ts";
import { TcpBalancer } from "../../support/tcp_balancer.ts";
import { shows } from "../line.ts";
import { Random } from "../random.ts";
import { pause } from "../run.ts";
import { type Client, type ClientKind, createClient, follow } from "./clients.ts";
import { AnnouncedLines } from "./comparison/announced_lines.ts";
import { ALL_FAULTS, injectFaults, type Lanes, STREAM } from "./faults.ts";
import { Instance } from "./instance.ts";
import { ConfirmedPublisher } from "./publisher.ts";
import { compare, type Comparison } from "./comparison/comparison.ts";
import { Scopes } from "./comparison/scopes.ts";
import { jetstream, readReplica } from "./comparison/stored_lines.ts";
import { KEEPALIVE_SECONDS, STALL_SECONDS, type World } from "./world.ts";

/** Parameters of a run. */
export interface HistorySoakOptions {
  /** How long lines are published and faults are injected. */
  readonly seconds: number;
  /** Determines scopes, the behavior of clients and the order of faults. */
  readonly seed: number;
  /** The number of clients of each kind. */
  readonly clients?: Readonly<Record<ClientKind, number>>;
  /** Lines per second. */
  readonly rate?: number;
  /** The faults to inject. */
  readonly lanes?: Lanes;
  /** Called with a description of each step. */
  readonly onStep?: (what: string) => void;
}

/** Results of a run. */
export interface HistoryReport {
  readonly options: HistorySoakOptions;
  /** The number of lines that were stored. */
  readonly lines: number;
  /** The number of lines that the publisher had to send again. */
  readonly repeated: number;
  readonly faults: readonly string[];
  /** Each client and what its lines are, compared with the stream. */
  readonly clients: readonly (Comparison & { readonly client: Client })[];
  readonly violations: readonly string[];
  /** What NATS itself violated: nodes that do not catch up, lines that it confirmed but has not stored, replicas that differ. */
  readonly natsViolations: readonly string[];
  /** Why instances had no history at times, according to their logs. */
  readonly reasons: readonly string[];
  /** How long clients needed to receive everything after the last fault, in seconds. */
  readonly settled: number;
}

const CLIENTS = { eventSource: 80, viewer: 50, curl: 40, slow: 30 };
/** Lines per second. */
const RATE = 100;
/** Where the stream republishes its lines. */
const REPUBLISHED = "natstap.>";
const NETWORKS = 4;
const INSTANCES = 3;
/** The share of a run that its longest fault may last. */
const LONGEST_SHARE = 0.25;
/** Time in which the clients connect; some only after the first faults. */
const ARRIVAL_SHARE = 0.3;
/** How long all clients may receive nothing new before those that lack lines are given up. */
const PATIENCE_MS = 75_000;
/** How long lines are published before the first client connects. */
const FIRST_SECONDS = 5;

/** Runs a soak. Violated guarantees are part of the report and do not reject the promise. */
export async function historySoak(options: HistorySoakOptions): Promise<HistoryReport> {
  const { seconds, seed, clients: counts = CLIENTS, rate = RATE, lanes = ALL_FAULTS } = options;
  const { onStep = () => {} } = options;
  const random = new Random(seed);
  await using stack = new AsyncDisposableStack();
  onStep("starting");
  const cluster = stack.use(await startNatsCluster());
  const nats = await connectAnywhere(cluster.nodes.map(({ port }) => port));
  stack.defer(() => nats.close());
  await createStream(nats);
  const instances = Array.from(
    { length: INSTANCES },
    () => stack.use(new Instance(cluster.nodes, ENV)),
  );
  const ports = () => instances.flatMap(({ port }) => port ?? []);
  const networks = Array.from({ length: NETWORKS }, () => stack.use(new TcpBalancer(ports)));
  const world: World = {
    ...{ cluster, instances, networks, nats },
    natsViolations: [],
    settling: false,
  };
  await Promise.all(instances.map((instance) => instance.start()));
  await Promise.all(instances.map(hasHistory));
  const announced = new AnnouncedLines();
  for (const { port } of cluster.nodes) {
    const observer = await connectAnywhere([port]);
    stack.defer(() => observer.close());
    announced.observe(observer, REPUBLISHED);
  }
  const publisher = new ConfirmedPublisher(nats, rate);
  while (publisher.confirmed < FIRST_SECONDS * rate) await pause(100);

  onStep("load");
  const clients = Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => createClient(kind as ClientKind, NETWORKS, random))
  );
  const leaving = new AbortController();
  const following = Promise.all(clients.map(async (client) => {
    const own = random.fork();
    await pause(own.between(0, seconds * 1_000 * ARRIVAL_SHARE));
    await follow(client, world, own, leaving.signal);
  }));
  const ending = new AbortController();
  const faults: string[] = [];
  const injecting = Promise.all(lanes.map((lane) =>
    injectFaults(lane, world, random.fork(), {
      longest: seconds * 1_000 * LONGEST_SHARE,
      signal: ending.signal,
      onFault: (name) => {
        faults.push(name);
        onStep(name);
      },
    })
  ));
  await Promise.race([pause(seconds * 1_000), following]);
  ending.abort();
  onStep("ending the faults");
  await injecting;

  onStep("storing the last lines");
  await publisher.stop();
  onStep("settling");
  world.settling = true;
  const replicas = await readReplicas(cluster.nodes);
  onStep("the stream has been read");
  const stored = replicas[0]!;
  const scopes = new Scopes(stored);
  const start = performance.now();
  await settle(clients, scopes, onStep);
  const settled = (performance.now() - start) / 1_000;
  leaving.abort();
  await following;

  await Promise.all(instances.map((instance) => instance.stop()));

  onStep("comparing");
  publisher.lines.forEach(({ sequence }, number) => announced.add(sequence!, number));
  for (const replica of replicas) replica.forEach((number, id) => announced.add(id, number));
  const reused = announced.reused(stored);
  const compared = clients.map((client) => ({
    client,
    ...compare(client.receipts, {
      ...{ stored, reused, scope: scopes.of(client.scope) },
      isOwn: (number) => shows(client.scope, number),
    }),
  }));
  return {
    options,
    lines: stored.length - 1,
    repeated: publisher.repeated,
    faults,
    clients: compared,
    violations: [
      ...instances.flatMap(({ violations }) => violations),
      ...clients.flatMap(({ receipts }) => receipts.violations),
      ...compared.flatMap(({ client, first }) =>
        scopes.lateStart(client, first, publisher, reused) ?? []
      ),
    ],
    natsViolations: [
      ...world.natsViolations,
      ...Array.from(reused, (id) => `The ID ${id} was given to several lines`),
      ...differences(replicas),
    ],
    reasons: instances.flatMap(({ reasons }) => reasons),
    settled,
  };
}

const ENV = {
  HISTORY_STREAM: STREAM,
  // Whatever a client misses can be sent.
  HISTORY_MAX_LINES: "1000000",
  ALLOW_ALL_APPS: "true",
  KEEPALIVE_SECONDS: String(KEEPALIVE_SECONDS),
  STALL_SECONDS: String(STALL_SECONDS),
  MAX_STREAMS_PER_APP: "10000",
};

async function settle(
  clients: readonly Client[],
  scopes: Scopes,
  onStep: (what: string) => void,
): Promise<void> {
  let received = -1;
  let waiting = clients.length;
  for (let idleSince = performance.now(); performance.now() < idleSince + PATIENCE_MS;) {
    const behind = clients.filter((client) => !scopes.isComplete(client)).length;
    if (behind === 0) break;
    if (behind < waiting) onStep(`${behind} clients are behind`);
    waiting = behind;
    const now = clients.reduce((sum, { receipts }) => sum + receipts.ids.length, 0);
    if (now > received) idleSince = performance.now();
    received = now;
    await pause(500);
  }
  // Whatever else arrives is wrong.
  await pause(2_000);
}

function connectAnywhere(ports: readonly number[]): Promise<NatsConnection> {
  return connect({
    servers: ports.map((port) => `127.0.0.1:${port}`),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    // A node that hangs is soon given up.
    pingInterval: 1_000,
    maxPingOut: 2,
  });
}

/** Reads the stream from every node. */
async function readReplicas(nodes: readonly ClusterNode[]): Promise<number[][]> {
  return await Promise.all(nodes.map(async ({ port }) => {
    const nats = await connectAnywhere([port]);
    try {
      return await readReplica(nats, STREAM);
    } finally {
      await nats.close();
    }
  }));
}

/** Describes where replicas first differ. */
function differences([first, ...others]: readonly number[][]): string[] {
  return others.flatMap((other, index) => {
    const sequence = first!.findIndex((number, sequence) => other[sequence] !== number);
    if (sequence === -1) return [];
    return `Line ${sequence} is ${first![sequence]} on node 0 and ${other[sequence]} on node ${
      index + 1
    }`;
  });
}

async function createStream(nats: NatsConnection): Promise<void> {
  await jetstream(nats, `STREAM.CREATE.${STREAM}`, {
    name: STREAM,
    subjects: ["logs.>"],
    storage: "file",
    num_replicas: 3,
    max_bytes: 1_073_741_824,
    republish: { src: ">", dest: REPUBLISHED },
    allow_direct: true,
  });
}

async function hasHistory(instance: Instance): Promise<void> {
  while (!instance.logs.some(({ msg }) => msg === "history available")) await pause(50);
}
