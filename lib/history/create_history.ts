/**
 * Creates the source of lines that the configuration names.
 *
 * @module
 */
import type { Config } from "../config.ts";
import type { History, HistoryServices } from "./history.ts";
import { JetStreamHistory } from "./jetstream/jetstream_history.ts";
import { VictoriaLogsHistory } from "./victoria_logs/victoria_logs_history.ts";

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
