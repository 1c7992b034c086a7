/**
 * What the viewer shows: log lines, and the places where lines are missing.
 *
 * @module
 */
import { parseFlyLine, timeOf } from "./fly_line.ts";

/** One log line. */
export interface Line {
  readonly kind: "line";
  /** Grows by 1 with each row; unique. */
  readonly id: number;
  /** When it came here, in milliseconds since the epoch. */
  readonly received: number;
  /** The Fly timestamp, in milliseconds since the epoch. */
  readonly time: number | undefined;
  /** In lower case, `""` where there is none. */
  readonly level: string;
  /** `""` where there is none, as for region and machine. */
  readonly provider: string;
  readonly region: string;
  readonly machine: string;
  /** The Fly message, or the payload as it is. */
  readonly message: string;
  readonly payload: string;
  readonly isFly: boolean;
}

/** A place where lines are, or may be, missing. */
export type Gap =
  & { readonly kind: "gap"; readonly id: number; readonly received: number }
  & (
    /** The service dropped so many lines here, of so many bytes: this page was too slow. */
    | { readonly gap: "dropped"; readonly count: number; readonly bytes: number }
    /** The service was without NATS; `to` is undefined as long as it is. */
    | { readonly gap: "nats"; readonly from: number; readonly to: number | undefined }
    /** This page was without the service. */
    | {
      readonly gap: "connection";
      readonly from: number;
      readonly to: number | undefined;
      /** Whether that was since its token had expired. */
      readonly hasExpired?: boolean;
    }
  );

/** A gap between two moments. */
export type TimedGap = Extract<Gap, { from: number }>;

/** What the list shows. */
export type Row = Line | Gap;

/** Makes rows, each with the next id. */
export class Rows {
  #next = 0;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The row of a log line. */
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

  /** The row of lines that the service dropped. */
  dropped(count: number, bytes: number): Gap {
    return { kind: "gap", id: this.#next++, received: this.#now(), gap: "dropped", count, bytes };
  }

  /** The row of a loss that lasts since `from`; {@linkcode ended} makes the one that replaces it. */
  lost(gap: TimedGap["gap"], from: number): TimedGap {
    return { kind: "gap", id: this.#next++, received: this.#now(), gap, from, to: undefined };
  }
}

/** The same gap, once it is over. */
export function ended(gap: TimedGap, to: number): TimedGap {
  return { ...gap, to };
}

/** How loud a level is, whatever the app calls it. */
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

/** The severity of a line's level, by which it is coloured and counted. */
export function severityOf(level: string): Severity {
  return Object.hasOwn(SEVERITIES, level) ? SEVERITIES[level]! : "none";
}
