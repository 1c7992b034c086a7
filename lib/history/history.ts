/**
 * What all kinds of history have in common.
 *
 * @module
 */
import type { Nats } from "../nats/connection.ts";
import type { LineSource } from "../stream/line_source.ts";
import type { LiveSource } from "../stream/live_source.ts";
import type { Budget } from "../stream/stream_buffer.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** A source of lines that has lines of the past too. */
export interface History extends LineSource {
  /** Why there are no lines of the past now; `undefined` if there are. */
  readonly problem: string | undefined;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** What history needs besides its configuration. */
export interface HistoryServices {
  /** Delivers live lines. */
  readonly nats: Nats;
  /** The source of lines while there is no history. */
  readonly live: LiveSource;
  /** The memory that all streams share. */
  readonly budget: Budget;
  readonly log: Log;
  readonly metrics: Metrics;
}
