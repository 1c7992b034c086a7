/**
 * The readers: opens streams, reads them, and counts and times their lines.
 *
 * @module
 */
import { SignJWT } from "jose";
import { executeCommands } from "../processes/commands.ts";
import { Latencies } from "./latencies.ts";
import { type Counts, RawStream, zeroCounts } from "./raw_stream.ts";

/** Streams to open: one per app name, which may occur more than once. */
export interface Opening {
  /** Port of the server. */
  port: number;
  apps: string[];
}

/** The lines to wait for. */
export interface Expectation {
  /** Number of lines per stream, delivered or reported as dropped. */
  lines: number;
  /** Index of the first stream. Default: 0. */
  from?: number;
  /** Index after the last stream. Default: the number of streams. */
  to?: number;
}

/** What the streams delivered together. */
export interface Reading extends Counts {
  /** Number of expected lines that did not arrive. */
  lost: number;
  /** Median latency, in ms. */
  p50: number;
  /** 99th percentile of the latency, in ms. */
  p99: number;
}

/** The commands of this process. */
export const commands = { open, read, pause, resume, connect };

const CONCURRENT_CONNECTS = 50;
/** Missing lines count as lost after this time without any new line. */
const SILENCE_MS = 5000;

const secret = new TextEncoder().encode(Deno.env.get("JWT_SECRET"));
const streams: RawStream[] = [];
const latencies = new Latencies();

await executeCommands(commands);

/** Opens streams and keeps reading them. */
async function open({ port, apps }: Opening): Promise<void> {
  await forEachConcurrently(await Promise.all(apps.map(authorize)), async (access) => {
    const stream = await RawStream.open({ port, ...access }, latencies.add);
    streams.push(stream);
    stream.read();
  });
}

/** Waits for lines, and resolves to what the streams delivered since the last call. */
async function read({ lines, from, to }: Expectation): Promise<Reading> {
  const selected = streams.slice(from, to);
  let seen = 0;
  let seenAt = performance.now();
  while (selected.some(({ accounted }) => accounted < lines)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const before = seen;
    seen = selected.reduce((sum, { accounted }) => sum + accounted, 0);
    if (seen > before) seenAt = performance.now();
    if (performance.now() - seenAt > SILENCE_MS) break;
  }
  const counts = zeroCounts();
  for (const stream of selected) stream.moveCountsTo(counts);
  return { ...counts, lost: lines * selected.length - counts.lines, ...latencies.take() };
}

/** Stops reading from a stream's socket. */
function pause(index: number): void {
  streams[index]!.pause();
}

/** Resumes reading from a stream's socket. */
function resume(index: number): void {
  streams[index]!.resume();
}

/** Opens streams and closes each as soon as it is ready; the latencies are those of opening. */
async function connect(
  { port, apps }: Opening,
): Promise<{ seconds: number; p50: number; p99: number }> {
  const accesses = await Promise.all(apps.map(authorize));
  const start = performance.now();
  await forEachConcurrently(accesses, async (access) => {
    const start = performance.now();
    const stream = await RawStream.open({ port, ...access }, latencies.add);
    latencies.add((performance.now() - start) * 1000);
    stream.close();
  });
  return { seconds: (performance.now() - start) / 1000, ...latencies.take() };
}

/** Returns the app with a new token for it. */
async function authorize(app: string): Promise<{ app: string; token: string }> {
  const token = await new SignJWT({ app, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("30m")
    .sign(secret);
  return { app, token };
}

/** Calls `act` for each item, {@linkcode CONCURRENT_CONNECTS} at a time. */
async function forEachConcurrently<Item>(
  items: Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(Array.from({ length: CONCURRENT_CONNECTS }, async () => {
    for (const item of left) await act(item);
  }));
}
