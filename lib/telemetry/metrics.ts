/**
 * What is counted as it happens.
 *
 * Fly sets the labels `app`, `region`, `host` and `instance` itself, so no metric has them; and no label
 * takes values that grow with users, apps or tokens.
 *
 * @module
 */
import { Counter, Gauge, Histogram } from "prom-client";
import type { Exposition } from "./exposition.ts";
import { END_REASONS } from "../stream/formats/format.ts";
import { PROBLEM_CODES, type ProblemCode } from "../problem.ts";
import type { CloseReason } from "../stream/log_stream.ts";

/** What is counted as it happens. Times in seconds. */
export interface Metrics {
  /** A request was refused. */
  refused(code: ProblemCode): void;
  /** A stream was opened. */
  opened(): void;
  /** A stream was closed after that time. */
  closed(reason: CloseReason, duration: number): void;
  /** A line came from NATS so long after it was written. */
  lagged(lag: number): void;
  /** A timer of this process was so late. */
  delayed(delay: number): void;
}

/** Adds to `exposition` what is counted as it happens. */
export function createMetrics({ registers }: Exposition): Metrics {
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
    help: "Streams closed, by why: the reason of their end event, or client for one that went.",
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
    help: "Age of Fly log lines when they come from NATS, by their timestamp, in seconds: " +
      "one line in 64.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const delay = new Histogram({
    name: "natstap_event_loop_delay_seconds",
    help: "How late this process was for its own timer, four times a second, in seconds.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  // A series that is there from the start shows its first change too.
  for (const code of PROBLEM_CODES) refused.inc({ code }, 0);
  for (const reason of [...END_REASONS, "client"]) closed.inc({ reason }, 0);
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
  };
}
