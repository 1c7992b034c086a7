/** The faults that are injected during a run. */
import { type FaultyNats, hang } from "./faulty_nats.ts";
import { KEY_FAULTS } from "./signing_keys.ts";
import type { Publisher } from "./publisher.ts";
import type { Random } from "./random.ts";
import { pause, type Run, status } from "./run.ts";

/** What a fault acts on. */
export interface FaultContext {
  readonly run: Run;
  readonly nats: FaultyNats;
  readonly publisher: Publisher;
}

/** A fault that goes away by itself. */
export interface Fault {
  readonly name: string;
  /** Maximum duration, in seconds. */
  readonly seconds: number;
  /** Codes of refusals and reasons of stream ends that it may cause. */
  readonly tolerated: readonly string[];
  readonly inject: (context: FaultContext, random: Random) => Promise<void>;
}

/** All faults. */
export const FAULTS: readonly Fault[] = [
  {
    name: "NATS is killed and restarted",
    seconds: 6,
    tolerated: ["nats_unavailable"],
    inject: async ({ nats, run }, random) => {
      await nats.crash(random.between(500, 3_000));
      await connected(run);
    },
  },
  {
    name: "NATS hangs briefly",
    seconds: 4,
    tolerated: ["nats_unavailable"],
    inject: ({ nats }, random) => nats.hang(random.between(500, 3_000)),
  },
  {
    name: "NATS hangs until the service gives up on it",
    seconds: 20,
    tolerated: ["nats_unavailable"],
    inject: async ({ nats, run }) => {
      await nats.hang(15_000);
      await connected(run);
    },
  },
  {
    name: "NATS refuses the password",
    seconds: 6,
    tolerated: ["nats_unavailable"],
    inject: async ({ nats, run }, random) => {
      await nats.misconfigure({ password: "another" }, random.between(500, 3_000));
      await connected(run);
    },
  },
  {
    // All apps, because a stream of all apps would silently lack the lines of a single denied one.
    name: "NATS denies all subjects",
    seconds: 4,
    tolerated: ["denied", "subscription_denied"],
    inject: ({ nats }, random) => nats.misconfigure({ deny: "logs.>" }, random.between(500, 2_000)),
  },
  {
    name: "the service hangs until NATS drops it",
    seconds: 6,
    // Short-lived tokens may expire meanwhile.
    tolerated: ["nats_unavailable", "token_expired"],
    inject: async ({ run, publisher }) => {
      publisher.rate *= 4;
      await hang(run.service.pid, 4_000);
      publisher.rate /= 4;
      await connected(run);
    },
  },
  {
    name: "five times as many lines",
    seconds: 3,
    // On a slow machine, NATS may drop the service because of it.
    tolerated: ["nats_unavailable"],
    inject: async ({ publisher }) => {
      publisher.rate *= 5;
      await pause(2_000);
      publisher.rate /= 5;
    },
  },
  ...KEY_FAULTS.map((fault): Fault => ({
    name: `the key set's server is ${fault}`,
    seconds: 4,
    tolerated: ["keys_unavailable"],
    inject: async ({ run: { keys } }, random) => {
      keys.service = fault;
      await pause(random.between(1_000, 3_000));
      keys.service = "well";
    },
  })),
  {
    name: "the key is replaced",
    seconds: 12,
    tolerated: [],
    inject: async ({ run }) => {
      await run.keys.rotate(async (token) => {
        const headers = { Authorization: `Bearer ${token}` };
        return await status(`${run.service.url}/logs`, { method: "HEAD", headers }) === 200;
      });
    },
  },
];

/** Waits until the service has reconnected to NATS. */
async function connected({ service }: Run): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await status(`${service.url}/readyz`) === 200) return;
    await pause(50);
  }
  throw new Error("The service has not reconnected to NATS within 30 s");
}
