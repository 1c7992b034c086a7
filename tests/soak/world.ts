/**
 * What all clients of a run share: where the service is, what was published, and what was found.
 *
 * @module
 */
import type { LogLine, Service } from "../support/service.ts";
import type { Journal } from "./journal.ts";
import type { Keys } from "./keys.ts";
import type { Tally } from "./ledger.ts";
import { LOUD, scopeOf } from "./line.ts";

/**
 * What clients do: come and go; or stay until all that was published is accounted for, and leave,
 * at the latest with the next phase; or stay until the service ends their streams, and leave.
 */
export type Phase = "load" | "settle" | "settled" | "stop" | "stopped";

/** What a run has found. */
export interface Findings {
  /** Each a promise that was broken. */
  readonly breaches: string[];
  /** Streams that were opened. */
  streams: number;
  /** How streams ended, as their clients saw it. */
  readonly ends: Map<string, number>;
  /** Refusals of good tokens, by code. */
  readonly refusals: Map<string, number>;
  /** Refusals of forged ones. */
  readonly forgeries: Map<string, number>;
  /** What all streams brought. */
  readonly tally: Tally;
  /** From publishing to a steady reader, of one line in 16. Milliseconds. */
  readonly latencies: number[];
  /** Clients that vanished without a word, and were found out in time. */
  vanished: number;
  /** The longest that a forged token's refusal took. Milliseconds. */
  slowestRefusal: number;
}

/** Latency at which publishing pauses. */
const MAX_LATENCY_MS = 1_000;
/** Maximum number of streams that are being opened at a time. */
const MAX_OPENING = 50;

/** One run. */
export class World {
  phase: Phase = "load";
  readonly service: Service;
  readonly keys: Keys;
  readonly journal: Journal;
  readonly found: Findings = {
    breaches: [],
    streams: 0,
    ends: new Map(),
    refusals: new Map(),
    forgeries: new Map(),
    tally: { lines: 0, dropped: 0, drops: 0, absent: 0, absences: 0 },
    latencies: [],
    vanished: 0,
    slowestRefusal: 0,
  };
  /** How many lines of the loud app came through to a reader that keeps up. */
  loudLines = 0;
  #lastLoud = -1;
  #behindAt = -Infinity;
  #opening = 0;
  /** Refusals, and ends of streams, that faults bring with them: how many such faults are on. */
  readonly #excused = new Map<string, number>();

  constructor(service: Service, keys: Keys, journal: Journal) {
    this.service = service;
    this.keys = keys;
    this.journal = journal;
  }

  /** Where the service listens. */
  get port(): number {
    return Number(new URL(this.service.url).port);
  }

  /** The log's lines of streams that the service has opened and not closed. */
  get active(): LogLine[] {
    const { logs } = this.service;
    const closed = new Set(logs.filter(({ msg }) => msg === "stream closed").map(({ jti }) => jti));
    return logs.filter(({ msg, jti }) => msg === "stream opened" && !closed.has(jti));
  }

  /** The log's line of a stream's close, once there is one. */
  closeOf(jti: string): LogLine | undefined {
    return this.service.logs.findLast((line) => line.msg === "stream closed" && line.jti === jti);
  }

  /** The same as soon as it is there; `undefined` where it does not come. */
  async awaitClose(jti: string): Promise<LogLine | undefined> {
    for (let tries = 0; tries < 100 && this.closeOf(jti) === undefined; tries++) await pause(50);
    return this.closeOf(jti);
  }

  /** A reader that keeps up has read line `number`. */
  hear(number: number): void {
    const latency = Date.now() - this.journal.sentAt(number);
    if (number % 16 === 0) this.found.latencies.push(latency);
    if (latency > MAX_LATENCY_MS) this.#behindAt = performance.now();
    if (number <= this.#lastLoud || scopeOf(number).app !== LOUD) return;
    this.#lastLoud = number;
    this.loudLines++;
  }

  /** Whether readers that keep up have just received late lines, as on a busy machine. */
  get isBehind(): boolean {
    return performance.now() < this.#behindAt + 500;
  }

  /** Runs `open` once fewer than {@linkcode MAX_OPENING} others run, so that a busy machine copes. */
  async limit<Result>(open: () => Promise<Result>): Promise<Result> {
    while (this.#opening >= MAX_OPENING) await pause(20);
    this.#opening++;
    try {
      return await open();
    } finally {
      this.#opening--;
    }
  }

  /** Enters that a promise was broken. */
  breach(what: string, error?: unknown): void {
    const reason = error instanceof Error ? `: ${error.message}` : "";
    this.found.breaches.push(`${new Date().toISOString()} ${what}${reason}`);
  }

  /** Lets these refusals and ends pass while `act` runs, and shortly behind it. */
  async excuse(codes: readonly string[], act: () => Promise<void>): Promise<void> {
    for (const code of codes) this.#count(this.#excused, code, 1);
    try {
      await act();
    } finally {
      // What was asked before the fault was over may be answered behind it.
      await pause(1_000);
      for (const code of codes) this.#count(this.#excused, code, -1);
    }
  }

  /** Whether a fault that is on brings such a refusal with it. */
  isExcused(code: string): boolean {
    return (this.#excused.get(code) ?? 0) > 0;
  }

  /** Whether a fault has brought such an end with it, which a slow reader may read long after. */
  wasExcused(reason: string): boolean {
    return this.#excused.has(reason);
  }

  /** Counts a refusal of a token, good or forged. */
  refused(code: string, of: "refusals" | "forgeries"): void {
    this.#count(this.found[of], code, 1);
  }

  /** Counts a stream's end, and adds up what it brought. */
  ended(reason: string, tally: Tally): void {
    this.#count(this.found.ends, reason, 1);
    const sum = this.found.tally;
    for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
  }

  #count(counts: Map<string, number>, key: string, by: number): void {
    counts.set(key, (counts.get(key) ?? 0) + by);
  }
}

/** What the service answers; its connection is not kept. */
export async function status(url: string, init?: RequestInit): Promise<number> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { ...init, client });
  await response.body?.cancel();
  return response.status;
}

/** Resolves after so many milliseconds. */
export function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
