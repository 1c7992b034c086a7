/**
 * Readers that start with history, and leave once it has arrived.
 *
 * @module
 */
import { SignJWT } from "jose";
import { executeCommands } from "../processes/commands.ts";
import { Latencies } from "./latencies.ts";
import { RawStream, type StreamAccess, zeroCounts } from "./raw_stream.ts";

/** Streams that are opened one after the other. */
export interface Tails {
  /** Port of the server. */
  port: number;
  app: string;
  /** Number of lines that each asks for. */
  tail: number;
  /** Number of streams. */
  times: number;
}

/** Streams that are opened at a fixed rate. */
export interface Views {
  /** Port of the server. */
  port: number;
  /** The apps that the streams show, in turn. */
  apps: string[];
  /** Number of lines that each asks for. */
  tail: number;
  /** Streams per second. */
  rate: number;
  seconds: number;
}

/** Streams that are all opened at once. */
export interface Return {
  /** Port of the server. */
  port: number;
  /** Number of lines that each has missed. */
  lines: number;
}

/** The commands of this process. */
export const commands = { tail, view, visit, returnAll };

const CONCURRENT_VISITS = 50;

/** What {@linkcode visit} has opened and closed. */
const visited: { app: string; token: string; startId: number }[] = [];
const secret = new TextEncoder().encode(Deno.env.get("JWT_SECRET"));

await executeCommands(commands);

/** Opens streams one after the other; times are from the connection to the first and to the last line. */
async function tail({ port, app, tail, times }: Tails): Promise<
  { lines: number; firstLine: number; p50: number; p99: number }
> {
  const token = await mint(app);
  const first = new Latencies();
  const all = new Latencies();
  let lines = 0;
  for (let i = 0; i < times; i++) {
    const view = await openView({ port, app, token, query: `&tail=${tail}` });
    lines += view.lines;
    first.add(view.firstLine);
    all.add(view.live);
  }
  return { lines, firstLine: first.take().p50, ...all.take() };
}

/** Opens streams at a rate; resolves to the number of lines they received once all have been live. */
async function view({ port, apps, tail, rate, seconds }: Views): Promise<{ lines: number }> {
  const tokens = await Promise.all(apps.map(mint));
  const views: Promise<{ lines: number }>[] = [];
  const start = performance.now();
  for (let passed = 0; passed < seconds; passed = (performance.now() - start) / 1000) {
    while (views.length < passed * rate) {
      const turn = views.length % apps.length;
      const access = { port, app: apps[turn]!, token: tokens[turn]! };
      views.push(openView({ ...access, query: `&tail=${tail}` }));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { lines: (await Promise.all(views)).reduce((sum, { lines }) => sum + lines, 0) };
}

/** Opens a stream per app and closes it once it is ready. */
async function visit({ port, apps }: { port: number; apps: string[] }): Promise<void> {
  const left = apps.values();
  await Promise.all(Array.from({ length: CONCURRENT_VISITS }, async () => {
    for (const app of left) {
      const token = await mint(app);
      const stream = await RawStream.open({ port, app, token }, () => {});
      stream.close();
      visited.push({ app, token, startId: stream.startId });
    }
  }));
}

/** Opens all visited streams again at once, each after the ID that it had; times are until it is live. */
async function returnAll({ port, lines }: Return): Promise<
  { lines: number; lost: number; last: number; p50: number; p99: number }
> {
  const times = new Latencies();
  const views = await Promise.all(visited.map(async ({ startId, ...access }) => {
    const query = `&last_event_id=${startId}`;
    const view = await openView({ port, ...access, query });
    times.add(view.live);
    return view;
  }));
  const read = views.reduce((sum, { lines }) => sum + lines, 0);
  const last = Math.max(...views.map(({ live }) => live)) / 1000;
  return { lines: read, lost: lines * views.length - read, last, ...times.take() };
}

/** Opens a stream and closes it once it is live; times are in µs. */
async function openView(
  access: StreamAccess,
): Promise<{ lines: number; firstLine: number; live: number }> {
  const start = performance.now();
  const passed = () => (performance.now() - start) * 1000;
  let firstLine: number | undefined;
  const onLine = () => void (firstLine ??= passed());
  const stream = await RawStream.open(access, onLine);
  await stream.readUntilLive();
  const live = passed();
  stream.close();
  const counts = zeroCounts();
  stream.moveCountsTo(counts);
  return { lines: counts.lines, firstLine: firstLine ?? live, live };
}

function mint(app: string): Promise<string> {
  return new SignJWT({ app })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("30m")
    .sign(secret);
}
