/**
 * A natstap with late lines, a stalled reader, forged tokens and few free streams, and a Prometheus that
 * scrapes it. Every alert fires except those about natstap or NATS being gone.
 *
 * @module
 */
import { SignJWT } from "jose";
import { FORMATS } from "../../lib/stream/formats/all_formats.ts";
import { type Prometheus, startPrometheus } from "../../tools/prometheus.ts";
import { readRaw } from "./clients/raw_reader.ts";
import { historyStreamConfig, putHistoryStream } from "../../tools/create_history_stream.ts";
import { STREAM } from "../../tools/history_stream.ts";
import { startHistoryStack } from "./history_stack.ts";
import { planMetrics } from "./scrape.ts";
import { logsUrl, openWhenFree, type Stack, subjectOf } from "./service.ts";

/** A stack in trouble, and the Prometheus that scrapes it. */
export interface Trouble extends AsyncDisposable {
  readonly stack: Stack;
  /** The URL of its metrics. */
  readonly metricsUrl: string;
  /** The label `instance` of its series: `127.0.0.1:PORT`. */
  readonly instance: string;
  /** Scrapes another process too, which is not natstap. */
  readonly prometheus: Prometheus;
  /** Ends the trouble. May be called again. */
  end(): Promise<void>;
}

/** How long to wait between rounds of {@linkcode makeTrouble}. */
const ROUND_MS = 20;
/** Five of the six streams are open as long as the trouble lasts. */
const ENV = { MAX_STREAMS: "6", BUFFER_BYTES: "65536", STALL_SECONDS: "3600" };
/** The trouble takes about 8 MB per second. */
const SMALL_STREAM = { name: STREAM, subject: "logs.>", maxBytes: 16_777_216 };
/** How late the lines arrive. */
const LATE_MS = 45_000;
const LARGE = "x".repeat(16_000);

/** Starts natstap, Prometheus and the trouble. */
export async function startTrouble(): Promise<Trouble> {
  await using started = new AsyncDisposableStack();
  const { env, url: metricsUrl } = planMetrics();
  const stack = started.use(await startHistoryStack({ ...env, ...ENV }));
  await putHistoryStream(stack.publisher, historyStreamConfig(SMALL_STREAM));
  const other = started.use(await startPrometheus());
  const [instance, ...others] = [metricsUrl, other.url].map((url) => new URL(url).host);
  const prometheus = started.use(await startPrometheus([instance!, ...others]));

  const ending = new AbortController();
  const { signal } = ending;
  const responses = await Promise.all(
    [...FORMATS, FORMATS[0]!].map(async ({ name: format }) =>
      await fetch(await logsUrl(stack.service, { app: "late" }, { format }), { signal })
    ),
  );
  const readers = responses.map(({ body }) =>
    body!.pipeTo(new WritableStream(), { signal }).catch(() => {}) // Aborted.
  );
  const stalled = await readRaw(await logsUrl(stack.service, { app: "flood" }));
  const making = makeTrouble(stack, signal);
  const end = async () => {
    ending.abort();
    stalled.close();
    await Promise.all([making, ...readers]);
  };
  started.defer(end);
  const all = started.move();
  return {
    stack,
    metricsUrl,
    instance: instance!,
    prometheus,
    end,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Makes trouble until `signal` is aborted. */
async function makeTrouble({ service, publisher }: Stack, signal: AbortSignal): Promise<void> {
  const forged = await new SignJWT({ app: "late", exp: Math.ceil(Date.now() / 1000) + 600 })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("another secret of at least 32 bytes, unknown to the service"));
  while (!signal.aborted) {
    const timestamp = new Date(Date.now() - LATE_MS).toISOString();
    for (let i = 0; i < 64; i++) {
      publisher.publish(subjectOf("late"), JSON.stringify({ timestamp, message: `line ${i}` }));
    }
    for (let i = 0; i < 10; i++) publisher.publish(subjectOf("flood"), LARGE);
    await publisher.flush();
    const refused = await fetch(`${service.url}/logs?token=${forged}`);
    await refused.body?.cancel();
    const passing = await openWhenFree(service, { app: "passing" }, { tail: "1" });
    await passing.control("live");
    await passing.close();
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
}
