/**
 * A natstap in trouble of every kind but one, its NATS being there: lines that come late, a reader
 * that reads nothing, forged tokens, hardly a place free. And a Prometheus that watches it.
 *
 * @module
 */
import { SignJWT } from "jose";
import { FORMATS } from "../../lib/stream/formats/formats.ts";
import { type Prometheus, startPrometheus } from "../../tools/prometheus.ts";
import { readRaw } from "./clients/raw_reader.ts";
import { planMetrics } from "./scrape.ts";
import { logsUrl, openWhenFree, type Stack, startStack, subjectOf } from "./service.ts";

/** A stack in trouble, and what watches it. */
export interface Trouble extends AsyncDisposable {
  readonly stack: Stack;
  /** Where its metrics are. */
  readonly metricsUrl: string;
  /** Its scrapes have this label, and it is no other process's: `127.0.0.1:PORT`. */
  readonly instance: string;
  /** It watches another process too, which is no natstap. */
  readonly prometheus: Prometheus;
  /** Ends the trouble; may be called again. */
  end(): Promise<void>;
}

const BEAT = 20;
/** Of 6 places 5 are taken for as long as the trouble lasts. */
const ENV = { MAX_STREAMS: "6", BUFFER_BYTES: "65536", STALL_SECONDS: "3600" };
/** How late the lines come. Milliseconds. */
const LATE = 45_000;
const LARGE = "x".repeat(16_000);

/** Starts it all. */
export async function startTrouble(): Promise<Trouble> {
  await using started = new AsyncDisposableStack();
  const { env, url: metricsUrl } = planMetrics();
  const stack = started.use(await startStack({ ...env, ...ENV }));
  const other = started.use(await startPrometheus({ targets: [] }));
  const [instance, ...others] = [metricsUrl, other.url].map((url) => new URL(url).host);
  const prometheus = started.use(await startPrometheus({ targets: [instance!, ...others] }));

  const leave = new AbortController();
  const { signal } = leave;
  const responses = await Promise.all(
    [...FORMATS, FORMATS[0]!].map(async ({ name: format }) =>
      await fetch(await logsUrl(stack.service, { app: "late" }, { format }), { signal })
    ),
  );
  const readers = responses.map(({ body }) =>
    body!.pipeTo(new WritableStream(), { signal }).catch(() => {}) // Left in its midst.
  );
  const stalled = await readRaw(await logsUrl(stack.service, { app: "flood" }));
  const making = make(stack, signal);
  const end = async () => {
    leave.abort();
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

/** Makes trouble until it is told to leave. */
async function make({ service, publisher }: Stack, leave: AbortSignal): Promise<void> {
  const forged = await new SignJWT({ app: "late", exp: Math.ceil(Date.now() / 1000) + 600 })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("a secret that is not the service's own, of 32 bytes"));
  while (!leave.aborted) {
    const timestamp = new Date(Date.now() - LATE).toISOString();
    for (let i = 0; i < 64; i++) {
      publisher.publish(subjectOf("late"), JSON.stringify({ timestamp, message: `line ${i}` }));
    }
    for (let i = 0; i < 10; i++) publisher.publish(subjectOf("flood"), LARGE);
    await publisher.flush();
    const refused = await fetch(`${service.url}/logs?token=${forged}`);
    await refused.body?.cancel();
    const passing = await openWhenFree(service, { app: "passing" });
    await passing.close();
    await new Promise((resolve) => setTimeout(resolve, BEAT));
  }
}
