/**
 * A crowd for the dashboard's picture: apps that log, people who read along, some of them too slowly
 * or not at all, and clients whose tokens are no good.
 *
 * @module
 */
import { connect } from "@nats-io/transport-deno";
import { SAMPLE_APPS, type SampleApp, sampleLines } from "./sample_logs.ts";
import { parseSecret, type SigningKey } from "./signing_key.ts";
import { mintToken } from "./print_token.ts";

/** Where a crowd goes, and what it meets there. */
export interface Place {
  /** The machines' addresses. */
  readonly urls: readonly string[];
  readonly natsUrl: string;
  /** What the machines verify tokens with. */
  readonly secret: string;
  /** How far the show has come: 0 at its start, 1 at its end. */
  readonly progress: () => number;
  /** Whether apps log now. */
  readonly isLogging: () => boolean;
  /** Ends the show. */
  readonly over: AbortSignal;
}

const READERS = 60;
const FORMATS = ["sse", "sse", "ndjson", "text"];
/** Logs far more than anyone reads, from time to time. */
const BATCH: SampleApp = {
  name: "ketchup-batch",
  machines: [{ id: "4d89123ea67f18", region: "fra", host: "7d10" }],
};
/** A batch's line is a long one: 100 of them a second are more than a slow reader takes. */
const BATCH_LINE = 10_000;
/** How often an app may log something. Milliseconds. */
const TICK = 25;

/** Has the crowd come, and resolves once all have gone. */
export async function gather(place: Place): Promise<void> {
  const key = parseSecret(place.secret);
  const stranger = parseSecret("a secret that is not the one of this natstap");
  const during = (from: number, to: number) => place.progress() >= from && place.progress() < to;
  await Promise.all([
    log(place, during),
    ...Array.from({ length: READERS }, (_, nth) => visit(place, key, nth)),
    // So many bytes, so often; none at all is a client that has stalled.
    ...[60_000, 40_000, 0, 0].map((bytes) => dawdle(place, key, bytes)),
    // A page that was left open and comes back with its old token; a forger; a lost soul.
    knock(place, 1500, () => mint(key, SAMPLE_APPS[0]!, -60)),
    knock(place, 160, () => during(0.6, 0.72) ? mint(stranger, SAMPLE_APPS[0]!) : undefined),
    knock(place, 4000, () => Promise.resolve("")),
  ]);
}

type During = (from: number, to: number) => boolean;

/** What the apps log takes a moment to NATS, and at one time more than that. */
async function log(place: Place, during: During): Promise<void> {
  const connection = await connect({
    servers: place.natsUrl,
    name: "apps",
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
  });
  const way = () => 4 - 12 * Math.log(Math.random()) * (during(0.27, 0.36) ? 25 : 1);
  for (let tick = 0; await pause(TICK, place.over); tick++) {
    if (!place.isLogging()) continue;
    const busy = 0.55 + 0.3 * Math.sin(place.progress() * 9) + 0.1 * Math.sin(tick / 150);
    const lines = SAMPLE_APPS.filter(() => Math.random() < busy).flatMap((app) => sampleLines(app));
    if (during(0.12, 0.25) || during(0.76, 0.86)) lines.push(...sampleLines(BATCH).map(lengthen));
    for (const { subject, payload } of lines) {
      const arrive = () => {
        if (place.isLogging() && !place.over.aborted) connection.publish(subject, payload);
      };
      setTimeout(arrive, way());
    }
  }
  await connection.close();
}

function lengthen({ subject, payload }: { subject: string; payload: string }) {
  const record = JSON.parse(payload);
  return {
    subject,
    payload: JSON.stringify({ ...record, message: "row ".repeat(BATCH_LINE / 4) }),
  };
}

/** Comes, reads all there is, and goes, or is seen off when its token expires; again and again. */
async function visit(place: Place, key: SigningKey, nth: number): Promise<void> {
  await pause(nth * 400, place.over);
  while (!place.over.aborted) {
    const stay = 15 + Math.random() * 75;
    const app = SAMPLE_APPS[nth % SAMPLE_APPS.length]!;
    const token = await mint(key, app, nth % 4 === 0 ? Math.ceil(stay) : 600);
    const leave = new AbortController();
    pause(stay * 1000 + 2000, place.over).then(() => leave.abort());
    await read(address(place, nth, token, FORMATS[nth % FORMATS.length]!), leave.signal);
    await pause(500 + Math.random() * 14_000, place.over);
  }
}

async function read(url: string, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(url, { signal });
    const chunks = body!.getReader();
    // Once the response has been garbage-collected, Deno does not tell its body of the signal.
    signal.addEventListener("abort", () => chunks.cancel().catch(() => {}));
    while (!(await chunks.read()).done);
  } catch (error) {
    if (!signal.aborted && !(error instanceof TypeError)) throw error; // Gone, or cut off.
  }
}

/** Reads so many bytes at a time, of an app that logs more. The socket holds what it leaves. */
async function dawdle(place: Place, key: SigningKey, bytes: number): Promise<void> {
  for (let nth = 0; !place.over.aborted; nth++) {
    const { hostname, port, pathname, search } = new URL(
      address(place, nth, await mint(key, BATCH), "sse"),
    );
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(bytes);
    const until = performance.now() + 75_000;
    const reading = async () => {
      while (performance.now() < until && await pause(250, place.over)) {
        if (bytes > 0 && await connection.read(buffer) === null) return;
      }
    };
    await reading().catch(() => {}); // Seen off.
  }
}

/** Asks, with a token that is not let in. */
async function knock(
  place: Place,
  every: number,
  token: () => Promise<string> | undefined,
): Promise<void> {
  for (let nth = 0; await pause(every * (0.5 + Math.random()), place.over); nth++) {
    const made = await token();
    if (made !== undefined) await read(address(place, nth, made, "sse"), place.over);
  }
}

function address({ urls }: Place, nth: number, token: string, format: string): string {
  return `${urls[nth % urls.length]}/logs?${new URLSearchParams({ token, format })}`;
}

function mint(key: SigningKey, app: SampleApp, ttl = 600): Promise<string> {
  return mintToken(key, { app: [app.name], ttl });
}

/** Resolves to `true` after so many milliseconds, to `false` as soon as all is over. */
export function pause(time: number, over: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      over.removeEventListener("abort", done);
      resolve(!over.aborted);
    };
    const timer = setTimeout(done, time);
    over.addEventListener("abort", done);
    if (over.aborted) done();
  });
}
