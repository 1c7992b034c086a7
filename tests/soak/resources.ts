/** The resources that the service uses. */
import { memory } from "../../tools/memory.ts";
import type { FaultyNats } from "./faulty_nats.ts";
import { pause, type Run } from "./run.ts";

/** Resources that should be the same before and after the load. */
export interface Resources {
  /** Streams that are open. */
  streams: number;
  /** Connections to NATS. */
  connections: number;
  /** NATS subscriptions. */
  subscriptions: number;
  /** Open files. */
  files: number;
  /** Resident memory, in bytes. */
  rss: number;
}

/** The service's connections to NATS: the third reader of a subject has it open the second one. */
const CONNECTIONS = 2;
/** Permitted factor of memory afterwards. */
const MEMORY_FACTOR = 1.2;
/** Maximum time for memory to be released. */
const PATIENCE_MS = 30_000;

/** Measures the resources. */
export async function measure(run: Run, nats: FaultyNats): Promise<Resources> {
  const { pid } = run.service;
  const connections = await nats.connections();
  return {
    streams: run.active.length,
    connections: connections.length,
    subscriptions: connections.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
    files: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    rss: memory(pid).rss,
  };
}

/** Measures until resources are back to `before`, or time is up. */
export async function measureAtRest(
  run: Run,
  nats: FaultyNats,
  before?: Resources,
): Promise<Resources> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const now = await measure(run, nats);
    if (before === undefined ? isAtRest(now) : isBack(now, before)) return now;
    if (performance.now() > giveUpAt) return now;
    await pause(250);
  }
}

/** Whether no more is used than `before`. */
export function isBack(now: Resources, before: Resources): boolean {
  return isAtRest(now) && now.files <= before.files && now.rss <= before.rss * MEMORY_FACTOR;
}

/** Whether there are no streams, and NATS is connected, which takes up files too. */
function isAtRest({ streams, connections, subscriptions }: Resources): boolean {
  return streams === 0 && subscriptions === 0 && connections === CONNECTIONS;
}
