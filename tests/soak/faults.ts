/**
 * What goes wrong in a run.
 *
 * @module
 */
import { type Bus, hang } from "./bus.ts";
import { KEY_FAULTS } from "./keys.ts";
import type { Publisher } from "./publisher.ts";
import type { Random } from "./random.ts";
import { pause, status, type World } from "./world.ts";

/** What a fault is done to. */
export interface Scene {
  readonly world: World;
  readonly bus: Bus;
  readonly publisher: Publisher;
}

/** Something that goes wrong, and is right again. */
export interface Fault {
  readonly name: string;
  /** How long it takes at most. Seconds. */
  readonly seconds: number;
  /** Refusals, and ends of streams, that it may bring with it. */
  readonly excuses: readonly string[];
  readonly happen: (scene: Scene, random: Random) => Promise<void>;
}

/** All faults. */
export const FAULTS: readonly Fault[] = [
  {
    name: "NATS killed, and started again",
    seconds: 6,
    excuses: ["nats_unavailable"],
    happen: async ({ bus, world }, random) => {
      await bus.crash(random.between(500, 3_000));
      await connected(world);
    },
  },
  {
    name: "NATS hangs, and goes on before it is missed",
    seconds: 4,
    excuses: ["nats_unavailable"],
    happen: ({ bus }, random) => bus.hang(random.between(500, 3_000)),
  },
  {
    name: "NATS hangs until it is missed",
    seconds: 20,
    excuses: ["nats_unavailable"],
    happen: async ({ bus, world }) => {
      await bus.hang(15_000);
      await connected(world);
    },
  },
  {
    name: "NATS refuses the password",
    seconds: 6,
    excuses: ["nats_unavailable"],
    happen: async ({ bus, world }, random) => {
      await bus.misconfigure({ password: "another" }, random.between(500, 3_000));
      await connected(world);
    },
  },
  {
    // Not one app alone: of a stream of all apps NATS would leave out that one without a word.
    name: "NATS denies all subjects",
    seconds: 4,
    excuses: ["denied", "subscription_denied"],
    happen: ({ bus }, random) => bus.misconfigure({ deny: "logs.>" }, random.between(500, 2_000)),
  },
  {
    name: "natstap hangs until NATS drops it",
    seconds: 6,
    // Tokens of some seconds wait with it.
    excuses: ["nats_unavailable", "token_expired"],
    happen: async ({ world, publisher }) => {
      publisher.rate *= 4;
      await hang(world.service.pid, 4_000);
      publisher.rate /= 4;
      await connected(world);
    },
  },
  {
    name: "five times the lines",
    seconds: 3,
    // On a slow machine NATS may drop natstap for it.
    excuses: ["nats_unavailable"],
    happen: async ({ publisher }) => {
      publisher.rate *= 5;
      await pause(2_000);
      publisher.rate /= 5;
    },
  },
  ...KEY_FAULTS.map((fault): Fault => ({
    name: `the key set's server is ${fault}`,
    seconds: 4,
    excuses: ["keys_unavailable"],
    happen: async ({ world: { keys } }, random) => {
      keys.service = fault;
      await pause(random.between(1_000, 3_000));
      keys.service = "well";
    },
  })),
  {
    name: "the key is replaced",
    seconds: 12,
    excuses: [],
    happen: async ({ world }) => {
      await world.keys.rotate(async (token) => {
        const headers = { Authorization: `Bearer ${token}` };
        return await status(`${world.service.url}/logs`, { method: "HEAD", headers }) === 200;
      });
    },
  },
];

/** Waits until the service has NATS again. */
async function connected({ service }: World): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await status(`${service.url}/readyz`) === 200) return;
    await pause(50);
  }
  throw new Error("The service has not come back to NATS within 30 s");
}
