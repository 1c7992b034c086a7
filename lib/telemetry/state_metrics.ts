/**
 * Metrics that are read from the service and its process when somebody scrapes them.
 *
 * @module
 */
import process from "node:process";
import { Counter, Gauge, type Registry } from "prom-client";
import config from "../../deno.json" with { type: "json" };
import type { Nats } from "../nats/connection.ts";
import type { Streams } from "../stream/streams.ts";
import type { StdoutQueue } from "./stdout_queue.ts";

/**
 * Adds the metrics of the streams and of NATS. What changes with each line is a plain number in its own
 * module, so that counting costs the hot path one addition.
 */
export function addServiceMetrics(registry: Registry, nats: Nats, streams: Streams): void {
  const { quota, budget, traffic } = streams;
  const { addGauge, addCounter } = createAdders(registry);
  new Counter({
    name: "natstap_events_sent_total",
    help: "Log lines handed to readers' connections, by format.",
    labelNames: ["format"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [format, { events }] of traffic) this.inc({ format: format.name }, events);
    },
  });
  const sum = (field: "bytes" | "dropped") =>
    traffic.values().reduce((total, traffic) => total + traffic[field], 0);
  addCounter(
    "natstap_sent_bytes_total",
    "Bytes handed to readers' connections.",
    () => sum("bytes"),
  );
  addCounter(
    "natstap_events_dropped_total",
    "Log lines dropped because their reader was too slow.",
    () => sum("dropped"),
  );
  addGauge("natstap_buffered_bytes", "Bytes buffered for all readers.", () => budget.used);
  addGauge(
    "natstap_buffer_limit_bytes",
    "Maximum number of buffered bytes: BUFFER_TOTAL_BYTES.",
    () => budget.total,
  );
  addGauge(
    "natstap_stream_places_taken",
    "Connections that count toward MAX_STREAMS: open streams, " +
      "and ended ones whose clients have not taken the end yet.",
    () => quota.used,
  );
  addGauge(
    "natstap_stream_places_limit",
    "Maximum number of open streams: MAX_STREAMS.",
    () => quota.limit,
  );
  addGauge(
    "natstap_nats_connected",
    "1 while NATS is available, 0 otherwise.",
    () => nats.unavailable === undefined ? 1 : 0,
  );
  addCounter(
    "natstap_nats_reconnects_total",
    "Number of times that the connection to NATS was lost and restored.",
    () => nats.reconnects,
  );
}

/** Adds the metrics of the service's own log. */
export function addLogMetrics(registry: Registry, queue: StdoutQueue): void {
  createAdders(registry).addCounter(
    "natstap_log_lines_dropped_total",
    "Lines of the service's own log dropped because nobody read standard output.",
    () => queue.dropped,
  );
}

/** Adds the metrics of the process, named as Prometheus client libraries name them. */
export function addProcessMetrics(registry: Registry): void {
  const { addGauge, addCounter } = createAdders(registry);
  new Gauge({
    name: "natstap_build_info",
    help: "Always 1; the labels are the versions of natstap and Deno.",
    labelNames: ["version", "deno"],
    registers: [registry],
  }).set({ version: config.version, deno: Deno.version.deno }, 1);
  addGauge(
    "process_resident_memory_bytes",
    "Resident memory size in bytes.",
    () => Deno.memoryUsage().rss,
  );
  addCounter(
    "process_cpu_seconds_total",
    "Total user and system CPU time spent in seconds.",
    () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  );
  const startTime = performance.timeOrigin / 1000;
  addGauge(
    "process_start_time_seconds",
    "Start time of the process since unix epoch in seconds.",
    () => startTime,
  );
}

/** Returns functions that add a metric whose value is read at each scrape. */
function createAdders(registry: Registry) {
  const registers = [registry];
  return {
    addGauge(name: string, help: string, read: () => number): void {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    addCounter(name: string, help: string, read: () => number): void {
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    },
  };
}
