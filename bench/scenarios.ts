/**
 * The scenarios and their targets.
 *
 * @module
 */
import type { Figures } from "./figures.ts";
import type { Processes, ServerName } from "./processes/run_processes.ts";
import { live, reconnect, tail, views } from "./history_runs.ts";
import { BUSY_APP, QUIET_APP } from "./load/stored_lines.ts";
import { atMost, atMostTimes, type Target } from "./report/targets.ts";
import {
  connects,
  flood,
  forged,
  idle,
  IDLE_STREAMS,
  neighbors,
  noisy,
  parser,
  steady,
  stopped,
} from "./runs.ts";

/** One scenario. */
export interface Scenario {
  /** The name for `--only`. */
  name: string;
  /** The title in progress messages. */
  title: string;
  servers: ServerName[];
  /** Number of runs per server; the medians are reported. */
  rounds: number;
  /** Environment variables that differ from natstap's defaults. */
  settings?: Record<string, string>;
  /** Whether natstap connects to NATS over TLS. */
  tls?: boolean;
  /** Whether natstap reads history from a JetStream stream, except for the server `live`. */
  history?: boolean;
  /** Whether natstap's metrics are scraped during the run. */
  scraped?: boolean;
  /** Whether all servers run at the same time, for scenarios that mostly wait. */
  together?: boolean;
  /** Whether it measures this version only, even with `--before`. */
  currentOnly?: boolean;
  run: (processes: Processes) => Promise<Figures>;
  targets: Target[];
}

const ALL: ServerName[] = ["natstap", "floor", "naive"];
/** A buffer that is large enough for a whole flood. */
const LARGE_BUFFER = { BUFFER_BYTES: "134217728", BUFFER_TOTAL_BYTES: "268435456" };
const cpu = (figures: Figures) => figures.cpu;
const NO_LINE_LOST = atMost(0, "lines lost = 0", ({ lost }) => lost);
const p99AtMost = (limit: number) =>
  atMost(limit, `p99 ≤ ${limit} × before`, ({ other }) => other["p99 ratio"]!);

/** All scenarios. */
export const scenarios: Scenario[] = [
  {
    name: "apps",
    title: "100 readers, one app each, 20,000 lines/s",
    servers: ALL,
    rounds: 5,
    run: (processes) => steady(processes, { apps: 100, rate: 20_000 }),
    targets: [
      atMostTimes(0.9, "naive", "CPU per event", cpu),
      atMostTimes(1.5, "floor", "CPU per event", cpu),
      atMostTimes(1, "naive", "p99", ({ p99 }) => p99),
    ],
  },
  {
    name: "scraped",
    title: "the same, with metrics scraped every second",
    servers: ["natstap", "unscraped"],
    rounds: 5,
    scraped: true,
    run: (processes) => steady(processes, { apps: 100, rate: 20_000 }),
    targets: [atMostTimes(1.1, "unscraped", "CPU per event", cpu)],
  },
  {
    name: "fanout",
    title: "100 readers of one app, 500 lines/s",
    servers: ALL,
    rounds: 3,
    run: (processes) => steady(processes, { apps: 1, rate: 500 }),
    targets: [atMostTimes(0.95, "naive", "CPU per event", cpu)],
  },
  {
    name: "flood",
    title: "200,000 lines to one reader at full speed",
    servers: ALL,
    rounds: 3,
    settings: LARGE_BUFFER,
    run: flood,
    targets: [atMostTimes(0.5, "naive", "CPU per event", cpu), NO_LINE_LOST],
  },
  {
    name: "flood-tls",
    title: "the same, from NATS over TLS",
    servers: ["natstap"],
    rounds: 3,
    settings: LARGE_BUFFER,
    tls: true,
    run: flood,
    targets: [NO_LINE_LOST],
  },
  {
    name: "tls-buffer",
    title: "the same, with the default buffer",
    servers: ["natstap"],
    rounds: 3,
    tls: true,
    run: flood,
    targets: [NO_LINE_LOST],
  },
  {
    name: "stopped",
    title: "a flood of two apps to three readers, one of which stops reading",
    servers: ["natstap", "naive"],
    rounds: 1,
    settings: { STALL_SECONDS: "600" },
    run: stopped,
    targets: [
      NO_LINE_LOST,
      atMost(0, "unaccounted lines = 0", ({ other }) => Math.abs(other["unaccounted"]!)),
      atMost(64, "RSS growth ≤ 64 MiB", ({ other }) => other["RSS growth MiB"]!),
    ],
  },
  {
    name: "neighbors",
    title: "100 readers, 10,000 lines/s, while 10 others stop reading",
    servers: ["natstap"],
    rounds: 5,
    settings: { STALL_SECONDS: "600" },
    run: neighbors,
    targets: [p99AtMost(1.5), NO_LINE_LOST],
  },
  {
    name: "forged",
    title: "100 readers, 5,000 lines/s, and 1,000 forged tokens/s for 10 s",
    servers: ["natstap"],
    rounds: 5,
    run: forged,
    targets: [p99AtMost(2), NO_LINE_LOST],
  },
  ...["sse", "ndjson"].map((format): Scenario => ({
    name: `noisy-${format}`,
    title: `10 readers, 1,000 lines/s, and an app that logs 1 MB/s to 100 readers in ${format}`,
    servers: ["natstap"],
    rounds: 3,
    run: (processes) => noisy(processes, format),
    targets: [p99AtMost(5), NO_LINE_LOST],
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
      atMostTimes(1.2, "floor", "RSS per stream", ({ other }) => other["KiB per stream"]!),
      atMost(3, "CPU of keepalives ≤ 3 % of a core", ({ other }) => other["% of a core"]!),
    ],
  },
  {
    name: "connects",
    title: "2,000 connects with a new token each, 50 at a time",
    servers: ALL,
    rounds: 3,
    run: connects,
    targets: [],
  },
  ...[BUSY_APP, QUIET_APP].map((app): Scenario => ({
    name: `history-tail-${app}`,
    title: `100 streams that start with the last 100 lines of the ${app} app`,
    servers: ["natstap"],
    rounds: 3,
    history: true,
    run: (processes) => tail(processes, app),
    targets: [NO_LINE_LOST],
  })),
  {
    name: "history-reconnect",
    title: "1,000 readers that reconnect at once, having missed 50 lines each",
    servers: ["natstap"],
    rounds: 3,
    history: true,
    run: reconnect,
    targets: [NO_LINE_LOST],
  },
  {
    name: "history-live",
    title: "100 readers, 5,000 lines/s, with and without history",
    servers: ["natstap", "live"],
    rounds: 3,
    history: true,
    run: live,
    targets: [atMostTimes(1.5, "live", "CPU per event", cpu), NO_LINE_LOST],
  },
  {
    name: "history-p99",
    title: "100 readers, 5,000 lines/s, while 2 views per second open with up to 500 lines each",
    servers: ["natstap"],
    rounds: 3,
    history: true,
    run: views,
    targets: [p99AtMost(1.5), NO_LINE_LOST],
  },
  ...([["text", 2], ["json", 6]] as const).map(([printed, limit]): Scenario => ({
    name: `parser-${printed}`,
    title: `parsing Fly's log lines, in which an app printed ${printed}`,
    servers: ["natstap"],
    rounds: 3,
    currentOnly: true,
    run: (processes) => parser(processes, printed),
    targets: [atMost(limit, `CPU per line ≤ ${limit} µs`, cpu)],
  })),
];
