/**
 * The rows of the list: log lines, and gaps where lines are missing.
 *
 * @module
 */
import type { Facet } from "./facets.ts";
import { parseFlyLine, timeOf } from "./fly_line.ts";

/** A log line. The value of a facet is `""` if the line has none; levels are in lower case. */
export interface Line extends Readonly<Record<Facet, string>> {
  readonly kind: "line";
  /** Unique; increases by 1 with each row, gaps included. */
  readonly id: number;
  /** Time of arrival, in milliseconds since the epoch. */
  readonly received: number;
  /** Time from the Fly timestamp, in milliseconds since the epoch. */
  readonly time: number | undefined;
  /** The Fly message; for any other line, the payload. */
  readonly message: string;
  readonly payload: string;
  readonly isFly: boolean;
}

/** A place where lines are, or may be, missing. Times in milliseconds since the epoch. */
export type Gap =
  & { readonly kind: "gap"; readonly id: number; readonly received: number }
  & (
    /** The service dropped lines here because this page was too slow. */
    | { readonly gap: "dropped"; readonly count: number; readonly bytes: number }
    /** The service lost NATS; `to` is undefined until it is back. */
    | { readonly gap: "nats"; readonly from: number; readonly to: number | undefined }
    /** This page lost the service; `to` is undefined until it is back. */
    | {
      readonly gap: "connection";
      readonly from: number;
      readonly to: number | undefined;
      /** Whether the cause was an expired token. */
      readonly hasExpired?: boolean;
    }
  );

/** A gap that lasts from one time to another. */
export type Outage = Extract<Gap, { from: number }>;

/** An entry of the list. */
export type Row = Line | Gap;

/** Creates rows with consecutive ids. */
export class RowFactory {
  #next = 0;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  line(payload: string): Line {
    const fly = parseFlyLine(payload);
    return {
      kind: "line",
      id: this.#next++,
      received: this.#now(),
      time: fly && timeOf(fly.timestamp),
      level: fly?.level.toLowerCase() ?? "",
      provider: fly?.provider ?? "",
      region: fly?.region ?? "",
      machine: fly?.machine ?? "",
      message: fly?.message ?? payload,
      payload,
      isFly: fly !== undefined,
    };
  }

  /** A gap of lines that the service dropped. */
  dropped(count: number, bytes: number): Gap {
    return { kind: "gap", id: this.#next++, received: this.#now(), gap: "dropped", count, bytes };
  }

  /** A gap that began at `from`; {@linkcode endOutage} creates its replacement. */
  outage(gap: Outage["gap"], from: number): Outage {
    return { kind: "gap", id: this.#next++, received: this.#now(), gap, from, to: undefined };
  }
}

/** The same gap, ended at `to`. */
export function endOutage(gap: Outage, to: number): Outage {
  return { ...gap, to };
}

/** How serious a level is, whatever the app calls it. */
export type Severity = "error" | "warn" | "info" | "debug" | "none";

const SEVERITIES: Readonly<Record<string, Severity>> = {
  emerg: "error",
  emergency: "error",
  panic: "error",
  fatal: "error",
  alert: "error",
  crit: "error",
  critical: "error",
  err: "error",
  error: "error",
  warn: "warn",
  warning: "warn",
  notice: "info",
  info: "info",
  information: "info",
  debug: "debug",
  trace: "debug",
  verbose: "debug",
};

/** The severity of a level, which determines its color and position. */
export function severityOf(level: string): Severity {
  return Object.hasOwn(SEVERITIES, level) ? SEVERITIES[level]! : "none";
}
