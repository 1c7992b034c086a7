/**
 * Creates the source of lines that the configuration names.
 *
 * @module
 */
import type { Config } from "../config.ts";
import type { Nats } from "../nats/connection.ts";
import type { LiveSource } from "../stream/live_source.ts";
import type { Budget } from "../stream/stream_buffer.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { History } from "./history.ts";
import { JetStreamHistory } from "./jetstream/jetstream_history.ts";
import { VictoriaLogsHistory } from "./victoria_logs/victoria_logs_history.ts";

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

/** Returns the history that `config` names; `undefined` if it names none. */
export function createHistory(
  config: Pick<Config, "history" | "nats" | "subjectTemplate" | "streams">,
  services: HistoryServices,
): History | undefined {
  const { history } = config;
  if (history === undefined) return undefined;
  const limits = { bufferBytes: config.streams.bufferBytes, budget: services.budget };
  return "url" in history
    ? new VictoriaLogsHistory(history, limits, services)
    : new JetStreamHistory(history, config, limits, services);
}
