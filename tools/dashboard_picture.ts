/**
 * Draws the dashboard as it looks with something to show, for the README:
 * `deno run -A tools/dashboard_picture.ts [--seconds 240]`. It runs two machines' natstaps in front of
 * a nats-server, has a crowd use them and NATS fail once, has Prometheus scrape them, asks it what each
 * panel asks, and writes `deploy/grafana/natstap.svg`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import dashboard from "../deploy/grafana/natstap.json" with { type: "json" };
import type { Range, Trace } from "./chart_svg.ts";
import { gather, pause } from "./crowd.ts";
import { drawDashboard, type DrawnPanel } from "./dashboard_svg.ts";
import { asksFly, type Panel, type Target, withoutPanels } from "./grafana_panel.ts";
import { type NatsServer, startNatsServer } from "./nats_server.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { startService } from "./service.ts";

const PICTURE = fileURLToPath(new URL("../deploy/grafana/natstap.svg", import.meta.url));
/** What `$__rate_interval` stands for, where natstap is scraped every second. Seconds. */
const RATE_INTERVAL = 15;
/** How many moments a line has. */
const MOMENTS = 120;
/** When NATS goes, as a part of the show, and for how long. Milliseconds. */
const OUTAGE = 0.45;
const OUTAGE_TIME = 10_000;
/** Limits of a machine, low enough for the show to come near them. */
const LIMITS = { MAX_STREAMS: "60", BUFFER_TOTAL_BYTES: "4194304", STALL_SECONDS: "15" };

interface Stage extends AsyncDisposable {
  readonly urls: string[];
  readonly nats: NatsServer;
  readonly secret: string;
  readonly prometheus: Prometheus;
  /** Has NATS away for a while. */
  failNats(over: AbortSignal): Promise<void>;
}

async function setStage(kill: AbortSignal): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  let nats = await startNatsServer({ detached: true });
  started.defer(() => nats.stop());
  const secret = crypto.getRandomValues(new Uint8Array(36)).toBase64();
  const metricsPorts = freePorts(9091, 2);
  const services = await Promise.all(
    metricsPorts.map((port) =>
      startService({
        env: {
          ...Deno.env.toObject(),
          HOST: "127.0.0.1",
          PORT: "0",
          METRICS_PORT: String(port),
          NATS_URL: nats.url,
          JWT_SECRET: secret,
          SHUTDOWN_SECONDS: "2",
          ...LIMITS,
        },
      }, { kill })
    ),
  );
  for (const service of services) started.use(service);
  const targets = metricsPorts.map((port) => `127.0.0.1:${port}`);
  const prometheus = started.use(await startPrometheus({ targets, interval: "1s" }));
  const all = started.move();
  return {
    urls: services.map(({ url }) => url),
    nats,
    secret,
    prometheus,
    async failNats(over) {
      await nats.stop();
      await pause(OUTAGE_TIME, over);
      nats = await startNatsServer({ detached: true, port: nats.port });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Runs the show and resolves to what is then known of each panel. */
async function watchShow(panels: readonly Panel[], seconds: number, stop: AbortSignal) {
  await using stage = await setStage(stop);
  // Rates need a past before the first moment that is drawn.
  const time = (seconds + RATE_INTERVAL) * 1000;
  const begin = performance.now();
  const show = new AbortController();
  const over = show.signal;
  stop.addEventListener("abort", () => show.abort());
  let isLogging = true;
  const crowd = gather({
    urls: stage.urls,
    natsUrl: stage.nats.url,
    secret: stage.secret,
    progress: () => (performance.now() - begin) / time,
    isLogging: () => isLogging,
    over,
  });
  const fault = pause(time * OUTAGE, over).then(async (goesOn) => {
    if (!goesOn) return;
    isLogging = false;
    await stage.failNats(over);
    isLogging = true;
  });
  await Promise.race([Promise.all([crowd, fault]), pause(time, over)]);
  if (stop.aborted) throw new Error("Cannot draw the dashboard: stopped before the show was over");

  const step = Math.ceil(seconds / MOMENTS);
  const end = Math.floor(Date.now() / 1000 / step) * step;
  const range: Range = { start: end - Math.floor(seconds / step) * step, end, step };
  const drawn = await Promise.all(panels.map((panel) => ask(stage.prometheus, panel, range)));
  show.abort();
  await Promise.all([crowd, fault]);
  return { drawn, range };
}

async function ask(prometheus: Prometheus, panel: Panel, range: Range): Promise<DrawnPanel> {
  const traces = await Promise.all((panel.targets ?? []).map(async (target) => {
    const series = await prometheus.range(substitute(target.expr), range);
    return series
      .map(({ labels, points }) => ({ refId: target.refId, name: nameOf(target, labels), points }))
      .toSorted((a: Trace, b: Trace) => a.name < b.name ? -1 : 1);
  }));
  return { panel, traces: traces.flat() };
}

/** The dashboard's variables as they are at first: all apps. */
function substitute(expression: string): string {
  return expression.replaceAll("$app", ".*").replaceAll("$__rate_interval", `${RATE_INTERVAL}s`);
}

function nameOf({ legendFormat = "" }: Target, labels: Record<string, string>): string {
  return legendFormat.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "");
}

/** Ports that nobody has, from `first` up: they are names in the picture. */
function freePorts(first: number, count: number): number[] {
  const ports: number[] = [];
  for (let port = first; ports.length < count; port++) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      ports.push(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return ports;
}

async function drawPicture(args: string[], stop: AbortSignal): Promise<void> {
  const { values } = parseArgs({ args, options: { seconds: { type: "string", default: "240" } } });
  const seconds = Number(values.seconds);
  if (!(seconds >= 60)) {
    throw new RangeError(`Cannot use "${values.seconds}" as --seconds: give 60 or more`);
  }

  const all: readonly Panel[] = dashboard.panels;
  const flys = all.filter(asksFly);
  console.log(
    `Left out, as only Fly has their series: ${flys.map(({ title }) => title).join(", ")}`,
  );
  const { drawn, range } = await watchShow(withoutPanels(all, flys), seconds, stop);
  const empty = drawn.filter(({ panel, traces }) => panel.type !== "row" && traces.length === 0);
  if (empty.length > 0) {
    throw new Error(`No data for ${empty.map(({ panel }) => `"${panel.title}"`).join(", ")}`);
  }
  await Deno.writeTextFile(PICTURE, drawDashboard(dashboard.title, drawn, range));
  // As every file of the project is; what it looks like stays.
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", PICTURE] }).output();
  console.log(`Drawn: ${PICTURE}, ${(await Deno.stat(PICTURE)).size} bytes`);
}

if (import.meta.main) {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort());
  }
  try {
    await drawPicture(Deno.args, stop.signal);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    stop.abort(); // Ends what may run on.
    Deno.exit(1);
  }
  Deno.exit(0);
}
