/**
 * The load: opens streams, reads them all, counts and times what they bring.
 *
 * @module
 */
import { SignJWT } from "jose";
import { Latencies } from "./latencies.ts";
import { takeOrders } from "./orders.ts";
import { Stream } from "./client_stream.ts";
import { sum, type Tally } from "./tally.ts";

/** Streams to open: one for each app named, which may be named more than once. */
export interface Opening {
  port: number;
  apps: string[];
}

/** What to wait for. */
export interface Expectation {
  /** Lines that each stream is to bring, or to tell that they were dropped. */
  lines: number;
  /** Which of the streams: from this one on, the first by default, */
  from?: number;
  /** up to this one, the last by default. */
  to?: number;
}

/** What the streams brought, together. */
export interface Reading extends Tally {
  /** Lines that were waited for and did not come. */
  lost: number;
  /** Latency, in ms. */
  p50: number;
  p99: number;
}

/** What the reader can be asked for. */
export const orders = { open, take, pause, resume, connect };

const OPENED_AT_ONCE = 50;
/** How long nothing may come before what is still missing counts as lost. */
const PATIENCE_MS = 5000;

const secret = new TextEncoder().encode(Deno.env.get("JWT_SECRET"));
const streams: Stream[] = [];
const latencies = new Latencies();

await takeOrders(orders);

/** Opens streams and reads them from now on. */
async function open({ port, apps }: Opening): Promise<{ streams: number }> {
  await severally(await Promise.all(apps.map(ticket)), async (ticket) => {
    const stream = await Stream.open({ port, ...ticket }, latencies.add);
    streams.push(stream);
    stream.read();
  });
  return { streams: streams.length };
}

/** Waits for lines, and tells what came since the last time. */
async function take({ lines, from, to }: Expectation): Promise<Reading> {
  const meant = streams.slice(from, to);
  let seen = 0;
  let seenAt = performance.now();
  while (meant.some(({ accounted }) => accounted < lines)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const before = seen;
    seen = meant.reduce((sum, { accounted }) => sum + accounted, 0);
    if (seen > before) seenAt = performance.now();
    if (performance.now() - seenAt > PATIENCE_MS) break;
  }
  const tally = sum(meant.map((stream) => stream.takeTally()));
  return { ...tally, lost: lines * meant.length - tally.lines, ...latencies.take() };
}

/** Leaves a stream's bytes in its socket. */
function pause(index: number): object {
  streams[index]!.pause();
  return {};
}

/** Takes them again. */
function resume(index: number): object {
  streams[index]!.resume();
  return {};
}

/** Opens streams and hangs up on each as soon as it is ready; tells how long that took, in ms. */
async function connect(
  { port, apps }: Opening,
): Promise<{ seconds: number; p50: number; p99: number }> {
  const tickets = await Promise.all(apps.map(ticket));
  const start = performance.now();
  await severally(tickets, async (ticket) => {
    const start = performance.now();
    const stream = await Stream.open({ port, ...ticket }, latencies.add);
    latencies.add((performance.now() - start) * 1000);
    stream.close();
  });
  return { seconds: (performance.now() - start) / 1000, ...latencies.take() };
}

/** An app's name, with a fresh token for it. */
async function ticket(app: string): Promise<{ app: string; token: string }> {
  const token = await new SignJWT({ app, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("30m")
    .sign(secret);
  return { app, token };
}

/** Does something to each of many, a few at once. */
async function severally<Item>(items: Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, async () => {
    for (const item of left) await act(item);
  }));
}
