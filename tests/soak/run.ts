/** What all clients of a run share: the service, what was published, and what was found. */
import type { LogLine, Service } from "../support/service.ts";
import type { Journal } from "./journal.ts";
import type { Keys } from "./signing_keys.ts";
import type { Tally } from "./ledger.ts";
import { LOUD, scopeOf } from "./line.ts";

/**
 * What clients do: come and go ("load"); stay until all published lines are accounted for, at most
 * until the next phase ("settle"); or stay until the service ends their streams ("stop").
 */
export type Phase = "load" | "settle" | "settled" | "stop" | "stopped";

/** The findings of a run. */
export interface Findings {
  /** Violated guarantees, as text. */
  readonly violations: string[];
  /** Number of streams that were opened. */
  streams: number;
  /** Number of streams by end reason, as seen by clients. */
  readonly ends: Map<string, number>;
  /** Refusals of valid tokens by code. */
  readonly refusals: Map<string, number>;
  /** Refusals of invalid tokens by code. */
  readonly forgeries: Map<string, number>;
  /** The totals of all streams. */
  readonly tally: Tally;
  /** Latencies from publishing to steady readers, in milliseconds; every 16th line. */
  readonly latencies: number[];
  /** Vanished clients that were noticed in time. */
  vanished: number;
  /** The longest time to refuse an invalid token, in milliseconds. */
  slowestRefusal: number;
}

/** Latency at which publishing pauses, and at which a timer is late. */
const MAX_LATENCY_MS = 1_000;
/** Time after a late timer in which time limits are not checked. */
const STARVED_MS = 15_000;
/** Maximum number of streams that are being opened at a time. */
const MAX_OPENING = 50;

/** A run. */
export class Run {
  phase: Phase = "load";
  readonly service: Service;
  readonly keys: Keys;
  readonly journal: Journal;
  readonly found: Findings = {
    violations: [],
    streams: 0,
    ends: new Map(),
    refusals: new Map(),
    forgeries: new Map(),
    tally: { lines: 0, dropped: 0, drops: 0, absent: 0, absences: 0 },
    latencies: [],
    vanished: 0,
    slowestRefusal: 0,
  };
  /** Number of lines of the loud app that steady readers have received. */
  loudLines = 0;
  #lastLoud = -1;
  #behindAt = -Infinity;
  #starvedAt = -Infinity;
  #opening = 0;
  /** Codes and reasons that faults may cause, and until when (`performance.now()`). */
  readonly #toleratedUntil = new Map<string, number>();

  constructor(service: Service, keys: Keys, journal: Journal) {
    this.service = service;
    this.keys = keys;
    this.journal = journal;
  }

  /** The service's port. */
  get port(): number {
    return Number(new URL(this.service.url).port);
  }

  /** Log lines of streams that were opened and not closed. */
  get active(): LogLine[] {
    const { logs } = this.service;
    const closed = new Set(logs.filter(({ msg }) => msg === "stream closed").map(({ jti }) => jti));
    return logs.filter(({ msg, jti }) => msg === "stream opened" && !closed.has(jti));
  }

  /** The log line for the end of a stream, if there is one. */
  closeOf(jti: string): LogLine | undefined {
    return this.service.logs.findLast((line) => line.msg === "stream closed" && line.jti === jti);
  }

  /** Waits for the log line for the end of a stream; `undefined` if it does not appear. */
  async awaitClose(jti: string): Promise<LogLine | undefined> {
    for (let tries = 0; tries < 100 && this.closeOf(jti) === undefined; tries++) await pause(50);
    return this.closeOf(jti);
  }

  /** Records that a steady reader has received line `number`. */
  received(number: number): void {
    const latency = Date.now() - this.journal.sentAt(number);
    if (number % 16 === 0) this.found.latencies.push(latency);
    if (latency > MAX_LATENCY_MS) this.#behindAt = performance.now();
    if (number <= this.#lastLoud || scopeOf(number).app !== LOUD) return;
    this.#lastLoud = number;
    this.loudLines++;
  }

  /** Whether steady readers have just received late lines, as on a busy machine. */
  get isBehind(): boolean {
    return performance.now() < this.#behindAt + 500;
  }

  /** Waits until fewer than {@linkcode MAX_OPENING} others are opening a stream. */
  async waitToOpen(): Promise<Disposable> {
    while (this.#opening >= MAX_OPENING) await pause(20);
    this.#opening++;
    return { [Symbol.dispose]: () => void this.#opening-- };
  }

  /** Records a violated guarantee. */
  violation(what: string, error?: unknown): void {
    const reason = error instanceof Error ? `: ${error.message}` : "";
    this.found.violations.push(`${new Date().toISOString()} ${what}${reason}`);
  }

  /** Records a violation of a time limit, unless the whole machine was too busy to keep it. */
  timeViolation(what: string, error?: unknown): void {
    if (performance.now() > this.#starvedAt + STARVED_MS) this.violation(what, error);
  }

  /** Notes how late a timer fired that was due at `dueAt` (`performance.now()`). */
  timerFired(dueAt: number): void {
    const now = performance.now();
    if (now > dueAt + MAX_LATENCY_MS) this.#starvedAt = now;
  }

  /** Permits these refusals and end reasons while `act` runs and shortly afterwards. */
  async tolerate(codes: readonly string[], act: () => Promise<void>): Promise<void> {
    for (const code of codes) this.#toleratedUntil.set(code, Infinity);
    try {
      await act();
    } finally {
      await pause(1_000);
      for (const code of codes) this.#toleratedUntil.set(code, performance.now());
    }
  }

  /** Whether a fault may cause this refusal of a request made at `askedAt` (`performance.now()`). */
  isTolerated(code: string, askedAt: number): boolean {
    return askedAt < (this.#toleratedUntil.get(code) ?? -Infinity);
  }

  /** Whether any fault so far may cause this end, which a slow reader may read much later. */
  wasTolerated(reason: string): boolean {
    return this.#toleratedUntil.has(reason);
  }

  /** Counts the refusal of a valid or an invalid token. */
  refused(code: string, of: "refusals" | "forgeries"): void {
    this.#count(this.found[of], code, 1);
  }

  /** Counts the end of a stream and adds its totals. */
  ended(reason: string, tally: Tally): void {
    this.#count(this.found.ends, reason, 1);
    const sum = this.found.tally;
    for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
  }

  #count(counts: Map<string, number>, key: string, by: number): void {
    counts.set(key, (counts.get(key) ?? 0) + by);
  }
}

/** The status of the service's response, on a connection that is not reused. */
export async function status(url: string, init?: RequestInit): Promise<number> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { ...init, client });
  await response.body?.cancel();
  return response.status;
}

/** Resolves after `time` milliseconds. */
export function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
