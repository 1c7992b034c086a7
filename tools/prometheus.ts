/**
 * A real Prometheus: found or installed, started on a free port with the configuration that is
 * delivered in `deploy/prometheus`, asked, and stopped without a trace.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { findOrInstall, type Machine } from "./install.ts";
import { readLines } from "./lines.ts";
import { bypassProxyForLoopback } from "./loopback.ts";
import { sendSignal } from "./signal.ts";

/** What to scrape. */
export interface PrometheusOptions {
  /** Where `/metrics` is served: `127.0.0.1:9091` and the like. */
  targets: string[];
  /** How often they are scraped and the rules evaluated, in Prometheus's words. `1s` by default. */
  interval?: string;
}

/** One series of an answer. */
export interface Series {
  /** Its labels, `__name__` among them where it has a name. */
  labels: Record<string, string>;
  /** Time, in seconds since the epoch, and value: one point for an instant, several for a range. */
  points: [time: number, value: number][];
}

/** A span of time, in seconds since the epoch, and the seconds from point to point. */
export interface Span {
  start: number;
  end: number;
  step: number;
}

/** One scraped address, as Prometheus reports it. */
export interface Target {
  /** `host:port`. */
  instance: string;
  /** `up`, `down`, or `unknown` before the first scrape. */
  health: string;
  /** Why the last scrape failed; empty where it did not. */
  lastError: string;
}

/** A Prometheus that runs until it is stopped. */
export interface Prometheus extends AsyncDisposable {
  /** Where it answers: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The value of an expression now. */
  instant(expression: string): Promise<Series[]>;
  /** The values of an expression over a span of time. */
  range(expression: string, span: Span): Promise<Series[]>;
  /** What it scrapes, in alphabetical order. */
  targets(): Promise<Target[]>;
  /** Stops the process, waits for its end and removes its files. May be called again, harder. */
  stop(signal?: Deno.Signal): Promise<void>;
}

const DEPLOYED = fileURLToPath(new URL("../deploy/prometheus/", import.meta.url));

/**
 * Finds prometheus: the path in `PROMETHEUS`, or on `PATH`. Installs it where there is none.
 *
 * @throws {Error} If there is none and it cannot be installed; the message says what to run.
 */
export function findPrometheus(machine?: Machine): Promise<string> {
  return findOrInstall({ name: "prometheus", env: "PROMETHEUS", ...PACKAGE }, machine);
}

/** Finds promtool, which comes with prometheus, in the same way: `PROMTOOL`, or on `PATH`. */
export function findPromtool(machine?: Machine): Promise<string> {
  return findOrInstall({ name: "promtool", env: "PROMTOOL", ...PACKAGE }, machine);
}

const PACKAGE = { apt: "prometheus", brew: "prometheus" };

/**
 * Starts a Prometheus on 127.0.0.1 and resolves once it answers, which is before its first scrape.
 *
 * @throws {Error} If it does not start; the message holds the reason that it gave.
 *
 * @example
 * ```ts
 * await using prometheus = await startPrometheus({ targets: ["127.0.0.1:9091"] });
 * console.log(await prometheus.instant("natstap_streams_active"));
 * ```
 */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  bypassProxyForLoopback();
  const program = await findPrometheus();
  const folder = await Deno.makeTempDir({ prefix: "natstap-prometheus-" });
  const configPath = `${folder}/prometheus.yml`;
  await Deno.writeTextFile(configPath, configText(options));

  const child = new Deno.Command(program, {
    args: [
      `--config.file=${configPath}`,
      `--storage.tsdb.path=${folder}/data`,
      // Port 0 has it bind a free port and log which: no other process can take it in between.
      "--web.listen-address=127.0.0.1:0",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const started = Promise.withResolvers<string>();
  const ended = readLog(child.stderr, started.resolve).then(async (lastLine) => {
    await child.status;
    await Deno.remove(folder, { recursive: true });
    started.reject(new Error(`Cannot start prometheus: ${lastLine}`));
  });
  const url = `http://${await started.promise}`;

  const prometheus: Prometheus = {
    url,
    instant: async (query) =>
      (await ask(url, "query", { query })).result.map(({ metric, value }: InstantSeries) => ({
        labels: metric,
        points: [toPoint(value)],
      })),
    range: async (query, { start, end, step }) =>
      (await ask(url, "query_range", { query, start: `${start}`, end: `${end}`, step: `${step}` }))
        .result.map(({ metric, values }: RangeSeries) => ({
          labels: metric,
          points: values.map(toPoint),
        })),
    targets: async () =>
      (await ask(url, "targets", { state: "active" })).activeTargets
        .map(({ labels, health, lastError }: ActiveTarget) => ({
          instance: labels.instance!,
          health,
          lastError,
        }))
        .toSorted((a: Target, b: Target) => a.instance < b.instance ? -1 : 1),
    stop(signal = "SIGTERM") {
      sendSignal(child, signal);
      return ended;
    },
    [Symbol.asyncDispose]: () => prometheus.stop(),
  };
  return prometheus;
}

/** The delivered configuration, with other targets, and at another pace. */
function configText({ targets, interval = "1s" }: PrometheusOptions): string {
  return Deno.readTextFileSync(`${DEPLOYED}prometheus.yml`)
    .replaceAll(/(?<=_interval: )\w+/g, interval)
    .replace(/(?<=rule_files:\n {2}- )(.*)/, (name) => JSON.stringify(DEPLOYED + name))
    .replace(/(?<=targets: ).*/, JSON.stringify(targets));
}

/**
 * Reads the log to its end, so that the pipe never fills, and resolves to its last line. Tells the
 * address once it is served.
 */
async function readLog(
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>,
  onReady: (address: string) => void,
): Promise<string> {
  let address: string | undefined;
  let ready = false;
  let last = "it ended at once and gave no reason";
  for await (const line of readLines(stderr)) {
    last = line;
    address ??= /msg="Listening on" address=(\S+)/.exec(line)?.[1];
    ready ||= line.includes("Server is ready to receive web requests");
    if (ready && address !== undefined) onReady(address);
  }
  return last;
}

type Sample = [time: number, value: string];
type InstantSeries = { metric: Record<string, string>; value: Sample };
type RangeSeries = { metric: Record<string, string>; values: Sample[] };
type ActiveTarget = { labels: Record<string, string>; health: string; lastError: string };

// deno-lint-ignore no-explicit-any -- Prometheus's answer, whose shape is the endpoint's
async function ask(url: string, endpoint: string, query: Record<string, string>): Promise<any> {
  const response = await fetch(`${url}/api/v1/${endpoint}?${new URLSearchParams(query)}`);
  const { data, error } = await response.json();
  if (error !== undefined) throw new Error(`Cannot ask prometheus for "${query.query}": ${error}`);
  return data;
}

function toPoint([time, value]: Sample): [number, number] {
  // Prometheus writes infinity as "+Inf" and "-Inf".
  return [time, Number(value.replace("Inf", "Infinity"))];
}
