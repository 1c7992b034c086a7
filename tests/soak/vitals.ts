/**
 * What the service holds.
 *
 * @module
 */
import { memory } from "../../tools/memory.ts";
import type { Bus } from "./bus.ts";
import { pause, type World } from "./world.ts";

/** What should be the same before and after. */
export interface Vitals {
  /** Streams that are open. */
  streams: number;
  /** Subscriptions at NATS. */
  subscriptions: number;
  /** Open files. */
  files: number;
  /** Resident memory. Bytes. */
  rss: number;
}

/** How much more memory may be held afterwards. */
const MORE_MEMORY = 1.2;
/** How long memory may take to be given back. Milliseconds. */
const PATIENCE = 30_000;

/** Looks. */
export async function look(world: World, bus: Bus): Promise<Vitals> {
  const { pid } = world.service;
  return {
    streams: world.active.length,
    subscriptions: await bus.subscriptions(),
    files: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    rss: memory(pid).rss,
  };
}

/** Looks until nothing is held that was not `before`, or patience ends. */
export async function lookAtRest(world: World, bus: Bus, before?: Vitals): Promise<Vitals> {
  const giveUpAt = performance.now() + PATIENCE;
  for (;;) {
    const now = await look(world, bus);
    const empty = now.streams === 0 && now.subscriptions === 0;
    if (empty && (before === undefined || isBack(now, before))) return now;
    if (performance.now() > giveUpAt) return now;
    await pause(250);
  }
}

/** Whether no more is held than was `before`. */
export function isBack(now: Vitals, before: Vitals): boolean {
  return now.streams === 0 && now.subscriptions === 0 && now.files <= before.files &&
    now.rss <= before.rss * MORE_MEMORY;
}
