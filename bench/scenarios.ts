/**
 * What is measured, and what it must reach.
 *
 * @module
 */
import type { Figures } from "./figures.ts";
import {
  connects,
  flood,
  forged,
  idle,
  IDLE_STREAMS,
  neighbours,
  noisy,
  steady,
  stopped,
} from "./runs.ts";
import type { ServerName, Stage } from "./processes.ts";
import { atMost, atMostTimes, type Target } from "./targets.ts";

/** One scenario. */
export interface Scenario {
  /** What `--only` calls it. */
  name: string;
  title: string;
  servers: ServerName[];
  /** How often it is run; the median counts. */
  rounds: number;
  /** natstap's settings, where they are not the defaults. */
  settings?: Record<string, string>;
  /** Whether natstap reads from NATS over TLS. */
  tls?: boolean;
  /** Whether natstap's metrics are read all the while. */
  scraped?: boolean;
  /** Whether the servers run at the same time: they mostly wait. */
  together?: boolean;
  run: (stage: Stage) => Promise<Figures>;
  targets: Target[];
}

const ALL: ServerName[] = ["natstap", "floor", "naive"];
/** A buffer that holds a whole flood. */
const ROOM = { BUFFER_BYTES: "134217728", BUFFER_TOTAL_BYTES: "268435456" };
const cpu = (figures: Figures) => figures.cpu;

/** All scenarios. */
export const scenarios: Scenario[] = [
  {
    name: "apps",
    title: "100 readers, an app each, 20,000 lines/s",
    servers: ALL,
    rounds: 5,
    run: (stage) => steady(stage, { apps: 100, rate: 20_000 }),
    targets: [
      atMostTimes(0.9, "naive", "CPU an event", cpu),
      atMostTimes(1.5, "floor", "CPU an event", cpu),
      atMostTimes(1, "naive", "p99", ({ p99 }) => p99),
    ],
  },
  {
    name: "scraped",
    title: "the same, while somebody reads the metrics every second",
    servers: ["natstap", "unscraped"],
    rounds: 5,
    scraped: true,
    run: (stage) => steady(stage, { apps: 100, rate: 20_000 }),
    targets: [atMostTimes(1.1, "unscraped", "CPU an event", cpu)],
  },
  {
    name: "fanout",
    title: "100 readers of one app, 500 lines/s",
    servers: ALL,
    rounds: 3,
    run: (stage) => steady(stage, { apps: 1, rate: 500 }),
    targets: [atMostTimes(0.95, "naive", "CPU an event", cpu)],
  },
  {
    name: "flood",
    title: "200,000 lines to one reader at full speed",
    servers: ALL,
    rounds: 3,
    settings: ROOM,
    run: flood,
    targets: [
      atMostTimes(0.5, "naive", "CPU an event", cpu),
      atMost(0, "lines lost = 0", ({ lost }) => lost),
    ],
  },
  {
    name: "flood-tls",
    title: "the same, from NATS over TLS",
    servers: ["natstap"],
    rounds: 3,
    settings: ROOM,
    tls: true,
    run: flood,
    targets: [atMost(0, "lines lost = 0", ({ lost }) => lost)],
  },
  {
    name: "tls-buffer",
    title: "the same, with the default buffer",
    servers: ["natstap"],
    rounds: 3,
    tls: true,
    run: flood,
    targets: [atMost(0, "lines lost = 0", ({ lost }) => lost)],
  },
  {
    name: "stopped",
    title: "the same flood of two apps to three readers, one of which stops reading",
    servers: ["natstap", "naive"],
    rounds: 1,
    settings: { STALL_SECONDS: "600" },
    run: stopped,
    targets: [
      atMost(0, "lines lost to the others = 0", ({ lost }) => lost),
      atMost(
        0,
        "published − dropped − delivered = 0",
        ({ also }) => Math.abs(also["unaccounted"]!),
      ),
      atMost(64, "RSS grows by ≤ 64 MiB", ({ also }) => also["MiB grown"]!),
    ],
  },
  {
    name: "neighbours",
    title: "100 readers, 10,000 lines/s, while 10 others stop reading",
    servers: ["natstap"],
    rounds: 5,
    settings: { STALL_SECONDS: "600" },
    run: neighbours,
    targets: [
      atMost(1.5, "p99 moves by ≤ 1.5 ×", ({ also }) => also["p99 moves"]!),
      atMost(0, "lines lost to the others = 0", ({ lost }) => lost),
    ],
  },
  {
    name: "forged",
    title: "100 readers, 5,000 lines/s, and 1,000 forged tokens/s for 10 s",
    servers: ["natstap"],
    rounds: 5,
    run: forged,
    targets: [
      atMost(2, "p99 moves by ≤ 2 ×", ({ also }) => also["p99 moves"]!),
      atMost(0, "lines lost = 0", ({ lost }) => lost),
    ],
  },
  ...["sse", "ndjson"].map((format): Scenario => ({
    name: `noisy-${format}`,
    title:
      `10 readers, 1,000 lines/s, and an app that logs 1 MB per second to 100 readers in ${format}`,
    servers: ["natstap"],
    rounds: 3,
    run: (stage) => noisy(stage, format),
    targets: [
      atMost(5, "p99 moves by ≤ 5 ×", ({ also }) => also["p99 moves"]!),
      atMost(0, "lines lost = 0", ({ lost }) => lost),
    ],
  })),
  {
    name: "idle",
    title: "5,000 idle streams",
    servers: ALL,
    rounds: 1,
    together: true,
    settings: { MAX_STREAMS_PER_APP: String(IDLE_STREAMS) },
    run: idle,
    targets: [
      atMostTimes(1.2, "floor", "RSS a stream", ({ also }) => also["KiB a stream"]!),
      atMost(3, "CPU of keepalives ≤ 3 % of a core", ({ also }) => also["% of a core"]!),
    ],
  },
  {
    name: "connects",
    title: "2,000 connects, a fresh token each, 50 at a time",
    servers: ALL,
    rounds: 3,
    run: connects,
    targets: [],
  },
];
