/**
 * Which history there is, and its limits.
 *
 * @module
 */

/** Limits of reading history. */
export interface HistoryLimits {
  /** Maximum number of lines per request: `HISTORY_MAX_LINES`. */
  readonly maxLines: number;
  /** Maximum number of reads at the same time: `HISTORY_CONCURRENCY`. */
  readonly concurrency: number;
}

/** History in a JetStream stream. */
export interface JetStreamOptions extends HistoryLimits {
  /** Name of the stream. */
  readonly stream: string;
}

/** History in VictoriaLogs. */
export interface VictoriaLogsOptions extends HistoryLimits {
  /** Its address. May contain a password. */
  readonly url: URL;
}

/** Where lines of the past come from. */
export type HistoryOptions = JetStreamOptions | VictoriaLogsOptions;
