/** The faults of a run. Those of one lane follow each other; lanes run at the same time. */
import type { ClusterNode } from "../../support/nats_cluster.ts";
import { hang } from "../faulty_nats.ts";
import type { Random } from "../random.ts";
import { pause } from "../run.ts";
import { jetstream } from "./comparison/stored_lines.ts";
import type { World } from "./world.ts";

/** The stream that clients read. */
export const STREAM = "logs";
/** The longest cut of a network. */
const MAX_CUT_MS = 60_000;
/** How long a node may need to catch up with the others, and how often those that do not are restarted. */
const RECOVERY_MS = 30_000;
const MAX_RESTARTS = 3;
const POLL_MS = 200;

/** A fault that goes away by itself. */
export interface Fault {
  readonly name: string;
  /** @param longest The longest that it may last, in milliseconds, apart from recovering. */
  readonly inject: (world: World, random: Random, longest: number) => Promise<void>;
}

/** Faults of the nodes of NATS, of which a majority must be there. */
const NODE_FAULTS: readonly Fault[] = [
  {
    name: "a node of NATS is killed and restarted",
    inject: async (world, random, longest) => {
      const node = random.pick(world.cluster.nodes);
      await node.stop("SIGKILL");
      await pause(random.between(100, Math.min(longest, 10_000)));
      await node.start();
      await recovered(world);
    },
  },
  {
    name: "the leader's node is killed and restarted",
    inject: async (world, random, longest) => {
      const node = world.cluster.nodes[await leader(world)]!;
      await node.stop("SIGKILL");
      await pause(random.between(100, Math.min(longest, 10_000)));
      await node.start();
      await recovered(world);
    },
  },
  {
    name: "another node becomes the leader",
    inject: async (world) => {
      await jetstream(world.nats, `STREAM.LEADER.STEPDOWN.${STREAM}`).catch(() => {});
      await recovered(world);
    },
  },
];

/** Faults after which nats-server 2.9 may lose lines that it has confirmed. */
const NODE_HANGS: readonly Fault[] = [
  {
    name: "a node of NATS hangs",
    inject: async (world, random, longest) => {
      await hang(random.pick(world.cluster.nodes).pid!, random.between(500, longest / 2));
      await recovered(world);
    },
  },
  {
    name: "the leader's node hangs",
    inject: async (world, random, longest) => {
      const node = world.cluster.nodes[await leader(world)]!;
      await hang(node.pid!, random.between(500, longest / 2));
      await recovered(world);
    },
  },
];

/** Faults of instances of the service, and of their connections to NATS. */
const INSTANCE_FAULTS: readonly Fault[] = [
  {
    name: "an instance is killed and restarted",
    inject: async ({ instances }, random, longest) => {
      const instance = random.pick(instances);
      await instance.stop("SIGKILL");
      await pause(random.between(0, Math.min(longest, 5_000)));
      await instance.start();
    },
  },
  {
    name: "an instance is replaced",
    inject: async ({ instances }, random) => {
      const instance = random.pick(instances);
      await instance.stop("SIGTERM");
      await instance.start();
    },
  },
  {
    name: "an instance hangs",
    inject: ({ instances }, random, longest) =>
      hang(random.pick(instances).pid!, random.between(500, longest / 3)),
  },
  {
    name: "an instance loses its connection to NATS",
    inject: async ({ instances }, random) => {
      for (const link of random.pick(instances).links) link.cut();
      await pause(100);
    },
  },
  {
    name: "the network between an instance and NATS is cut",
    inject: async ({ instances }, random, longest) => {
      const { links } = random.pick(instances);
      const affected = random.chance(0.5) ? links : [random.pick(links)];
      for (const link of affected) link.hold();
      await pause(random.between(500, longest));
      // Some firewalls forget connections meanwhile.
      if (random.chance(0.5)) { for (const link of affected) link.cut(); }
      for (const link of affected) link.release();
    },
  },
];

/** Faults of the networks between clients and instances. */
const CLIENT_FAULTS: readonly Fault[] = [
  {
    name: "clients lose their connections",
    inject: async ({ networks }, random) => {
      random.pick(networks).cut();
      await pause(100);
    },
  },
  {
    name: "the network between clients and the service is cut",
    inject: async ({ networks }, random, longest) => {
      const network = random.pick(networks);
      network.hold();
      await pause(random.between(500, longest));
      if (random.chance(0.5)) network.cut();
      network.release();
    },
  },
];

/** Faults by lane. */
export type Lanes = readonly (readonly Fault[])[];

/** All faults. */
export const ALL_FAULTS: Lanes = [
  [...NODE_FAULTS, ...NODE_HANGS],
  INSTANCE_FAULTS,
  CLIENT_FAULTS,
];

/** The faults through which NATS itself loses no line that it has confirmed. */
export const LOSSLESS_FAULTS: Lanes = [NODE_FAULTS, INSTANCE_FAULTS, CLIENT_FAULTS];

/**
 * Injects the faults of a lane until `signal` is aborted: each one once before any is repeated, and each
 * one at least once.
 */
export async function injectFaults(
  lane: readonly Fault[],
  world: World,
  random: Random,
  { longest, signal, onFault }: {
    readonly longest: number;
    readonly signal: AbortSignal;
    readonly onFault: (name: string) => void;
  },
): Promise<void> {
  for (let round = 1;; round++) {
    for (const fault of random.shuffle(lane)) {
      await pause(random.between(300, 3_000));
      if (signal.aborted && round > 1) return;
      onFault(fault.name);
      await fault.inject(world, random.fork(), Math.min(longest, MAX_CUT_MS));
    }
  }
}

/**
 * Waits until all nodes have caught up and the stream has a leader. Restarts the nodes that do not catch up, as
 * nodes of nats-server 2.9 do after they have hung.
 */
async function recovered(world: World): Promise<void> {
  for (let restarts = 0;; restarts++) {
    const deadline = performance.now() + RECOVERY_MS;
    let behind: ClusterNode[];
    do {
      behind = await nodesBehind(world);
      if (behind.length === 0) return;
      await pause(POLL_MS);
    } while (performance.now() < deadline);
    if (restarts === MAX_RESTARTS) throw new Error("NATS has not recovered");
    for (const node of behind) {
      world.natsViolations.push(
        `Node ${world.cluster.nodes.indexOf(node)} did not catch up and was restarted`,
      );
      await node.stop("SIGKILL");
      await node.start();
    }
  }
}

/** The nodes that have not caught up with the others. */
async function nodesBehind({ cluster: { nodes }, nats }: World): Promise<ClusterNode[]> {
  const info = await jetstream(nats, `STREAM.INFO.${STREAM}`).catch(() => ({}));
  if (!info.cluster?.leader) return [...nodes];
  const replicas: { name: string; current?: boolean }[] = info.cluster.replicas ?? [];
  const late = replicas.filter(({ current }) => !current).map(({ name }) => name);
  const healthy = await Promise.all(nodes.map((node) => node.isHealthy()));
  return nodes.filter((_, index) => !healthy[index] || late.includes(nameOf(index)));
}

/** The name of a node in the cluster. */
function nameOf(index: number): string {
  return `node-${index}`;
}

/** The index of the node that is the stream's leader. */
async function leader({ nats }: World): Promise<number> {
  for (;;) {
    const { cluster } = await jetstream(nats, `STREAM.INFO.${STREAM}`).catch(() => ({}));
    if (cluster?.leader) return Number(cluster.leader.slice("node-".length));
    await pause(POLL_MS);
  }
}
