/**
 * Finds or installs Prometheus, runs it with the configuration in `deploy/prometheus`, and queries it.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { findOrInstall, type Machine } from "./install.ts";
import { readLines } from "./lines.ts";
import { bypassProxyForLoopback } from "./loopback.ts";
import { sendSignal } from "./signal.ts";

/** One series of a query's result. */
export interface Series {
  /** Its labels, including `__name__` if it has a name. */
  labels: Record<string, string>;
  /** Its value now. */
  value: number;
}

/** A scraped address, as Prometheus reports it. */
export interface Target {
  /** `host:port`. */
  instance: string;
  /** `up`, `down`, or `unknown` before the first scrape. */
  health: string;
  /** Why the last scrape failed; empty if it succeeded. */
  lastError: string;
}

/** A running Prometheus. */
export interface Prometheus extends AsyncDisposable {
  /** Its URL: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Evaluates an expression now. */
  query(expression: string): Promise<Series[]>;
  /** Returns what it scrapes, in alphabetical order. */
  targets(): Promise<Target[]>;
  /** Stops the process, waits until it has exited and removes its files. May be called again. */
  stop(signal?: Deno.Signal): Promise<void>;
}

const CONFIG_FOLDER = fileURLToPath(new URL("../deploy/prometheus/", import.meta.url));

/**
 * Finds prometheus, by the path in `PROMETHEUS` or on `PATH`, or installs it.
 *
 * @throws {Error} If it cannot be found or installed; the message says what to run.
 */
export function findPrometheus(machine?: Machine): Promise<string> {
  return findOrInstall({ name: "prometheus" }, machine);
}

/** Finds promtool, which comes with prometheus, in the same way, by `PROMTOOL` or on `PATH`. */
export function findPromtool(): Promise<string> {
  return findOrInstall({ name: "promtool", apt: "prometheus", brew: "prometheus" });
}

/**
 * Starts a Prometheus on 127.0.0.1. Resolves once it answers queries, which is before its first scrape.
 *
 * @param targets The addresses that serve `/metrics`, such as `127.0.0.1:9091`.
 * @param tempDir The folder in which its own folder is created; by default, that of the system.
 * @throws {Error} If it does not start; the message contains the reason that it gave.
 *
 * @example
 * ```ts
 * await using prometheus = await startPrometheus(["127.0.0.1:9091"]);
 * console.log(await prometheus.query("natstap_streams_active"));
 * ```
 */
export async function startPrometheus(
  targets: string[] = [],
  tempDir: string = tmpdir(),
): Promise<Prometheus> {
  bypassProxyForLoopback();
  const program = await findPrometheus();
  const folder = await Deno.makeTempDir({ dir: tempDir, prefix: "natstap-prometheus-" });
  const configPath = `${folder}/prometheus.yml`;
  await Deno.writeTextFile(configPath, configText(targets));

  const child = new Deno.Command(program, {
    args: [
      `--config.file=${configPath}`,
      `--storage.tsdb.path=${folder}/data`,
      // With port 0, it binds a free port and logs it: no other process can take it in between.
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
    query: async (query) =>
      (await get(url, "query", { query })).result.map(({ metric, value }: InstantVector) => ({
        labels: metric,
        value: toNumber(value[1]),
      })),
    targets: async () =>
      (await get(url, "targets", { state: "active" })).activeTargets
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

/** The configuration in `deploy/prometheus`, with other targets and intervals of a second. */
function configText(targets: string[]): string {
  return Deno.readTextFileSync(`${CONFIG_FOLDER}prometheus.yml`)
    .replaceAll(/(?<=_interval: )\w+/g, "1s")
    .replace(/(?<=rule_files:\n {2}- )(.*)/, (name) => JSON.stringify(CONFIG_FOLDER + name))
    .replace(/(?<=targets: ).*/, JSON.stringify(targets));
}

/**
 * Reads the log to its end, so that the pipe never fills up, and resolves to the last line. Calls `onReady`
 * with the address once Prometheus answers there.
 */
async function readLog(
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>,
  onReady: (address: string) => void,
): Promise<string> {
  let address: string | undefined;
  let ready = false;
  let last = "it exited without giving a reason";
  for await (const line of readLines(stderr)) {
    last = line;
    address ??= /msg="Listening on" address=(\S+)/.exec(line)?.[1];
    ready ||= line.includes("Server is ready to receive web requests");
    if (ready && address !== undefined) onReady(address);
  }
  return last;
}

type InstantVector = { metric: Record<string, string>; value: [time: number, value: string] };
type ActiveTarget = { labels: Record<string, string>; health: string; lastError: string };

// deno-lint-ignore no-explicit-any -- the shape of the response depends on the endpoint
async function get(url: string, endpoint: string, query: Record<string, string>): Promise<any> {
  const response = await fetch(`${url}/api/v1/${endpoint}?${new URLSearchParams(query)}`);
  const { data, error } = await response.json();
  if (error !== undefined) {
    throw new Error(`Cannot query prometheus for "${query.query}": ${error}`);
  }
  return data;
}

function toNumber(value: string): number {
  // Prometheus writes infinity as "+Inf" and "-Inf".
  return Number(value.replace("Inf", "Infinity"));
}
