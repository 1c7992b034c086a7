/**
 * Metrics that are counted or observed as something happens. All others are in `state_metrics.ts`.
 *
 * @module
 */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { PROBLEM_CODES, type ProblemCode } from "../problem.ts";
import { CLOSE_REASONS, type CloseReason } from "../stream/end_reasons.ts";

/** What is counted or observed. Times are in seconds. */
export interface Metrics {
  /** A request was refused. */
  refused(code: ProblemCode): void;
  /** A stream was opened. */
  opened(): void;
  /** A stream was closed after this duration. */
  closed(reason: CloseReason, duration: number): void;
  /** A line had this age when it arrived from NATS. */
  lagged(lag: number): void;
  /** A timer of this process fired late by this delay. */
  delayed(delay: number): void;
  /** This many lines of history were read. */
  historyRead(lines: number): void;
  /** The history that a request asked for was sent in this time. */
  historySent(duration: number): void;
}

/**
 * Adds these metrics to `registry`.
 *
 * Fly overwrites the labels `app`, `region`, `host` and `instance`, so no metric has them. No label takes
 * values whose number grows with users, apps or tokens.
 *
 * @example
 * ```ts
 * const metrics = createMetrics(new Registry());
 * metrics.refused("token_expired");
 * ```
 */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry];
  const refused = new Counter({
    name: "natstap_requests_refused_total",
    help: "Requests answered with an error, by its code.",
    labelNames: ["code"],
    registers,
  });
  const opened = new Counter({
    name: "natstap_streams_opened_total",
    help: "Streams opened, each with a subscription that NATS has confirmed.",
    registers,
  });
  const closed = new Counter({
    name: "natstap_streams_closed_total",
    help: "Streams closed, by the reason in their end event, or client if the client disconnected.",
    labelNames: ["reason"],
    registers,
  });
  const active = new Gauge({
    name: "natstap_streams_active",
    help: "Streams that are open now.",
    registers,
  });
  const duration = new Histogram({
    name: "natstap_stream_duration_seconds",
    help: "How long streams were open, in seconds.",
    buckets: [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400],
    registers,
  });
  const lag = new Histogram({
    name: "natstap_delivery_lag_seconds",
    help: "Age of log lines when they arrive from NATS, by their own time, in seconds. " +
      "One line in 64 is sampled.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const delay = new Histogram({
    name: "natstap_event_loop_delay_seconds",
    help: "How late a timer of this process fired, measured four times per second, in seconds.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const historyLines = new Counter({
    name: "natstap_history_lines_total",
    help: "Lines of history read from JetStream or VictoriaLogs.",
    registers,
  });
  const historyTime = new Histogram({
    name: "natstap_history_seconds",
    help: "Time from a request for history until its stream was live, in seconds.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  // Only a series that exists from the start shows its first increase.
  for (const code of PROBLEM_CODES) refused.inc({ code }, 0);
  for (const reason of CLOSE_REASONS) closed.inc({ reason }, 0);
  return {
    refused: (code) => refused.inc({ code }),
    opened() {
      opened.inc();
      active.inc();
    },
    closed(reason, seconds) {
      closed.inc({ reason });
      active.dec();
      duration.observe(seconds);
    },
    lagged: (seconds) => lag.observe(seconds),
    delayed: (seconds) => delay.observe(seconds),
    historyRead: (lines) => historyLines.inc(lines),
    historySent: (seconds) => historyTime.observe(seconds),
  };
}
