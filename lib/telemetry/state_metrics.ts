/**
 * Metrics that are read from the service and its process at each scrape.
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
 * Adds the metrics of the streams and of NATS. Values that change with each line are plain numbers in
 * their own modules, so that counting costs the hot path one addition.
 */
export function addServiceMetrics(registry: Registry, nats: Nats, streams: Streams): void {
  const { quota, budget, traffic } = streams;
  const sum = (field: "bytes" | "dropped") =>
    traffic.values().reduce((total, traffic) => total + traffic[field], 0);
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
  add(registry, Counter, {
    name: "natstap_sent_bytes_total",
    help: "Bytes handed to readers' connections.",
    read: () => sum("bytes"),
  });
  add(registry, Counter, {
    name: "natstap_events_dropped_total",
    help: "Log lines dropped because their reader was too slow.",
    read: () => sum("dropped"),
  });
  add(registry, Gauge, {
    name: "natstap_buffered_bytes",
    help: "Bytes buffered for all readers.",
    read: () => budget.used,
  });
  add(registry, Gauge, {
    name: "natstap_buffer_limit_bytes",
    help: "Maximum number of buffered bytes: BUFFER_TOTAL_BYTES.",
    read: () => budget.total,
  });
  add(registry, Gauge, {
    name: "natstap_stream_places_taken",
    help:
      "Streams that count toward MAX_STREAMS: open ones, and ended ones not yet taken to the end.",
    read: () => quota.used,
  });
  add(registry, Gauge, {
    name: "natstap_stream_places_limit",
    help: "Maximum number of open streams: MAX_STREAMS.",
    read: () => quota.limit,
  });
  add(registry, Gauge, {
    name: "natstap_nats_connected",
    help: "1 while NATS is available, 0 otherwise.",
    read: () => nats.unavailable === undefined ? 1 : 0,
  });
  add(registry, Counter, {
    name: "natstap_nats_reconnects_total",
    help: "Number of times that the connection to NATS was lost and restored.",
    read: () => nats.reconnects,
  });
}

/** Adds the metrics of the service's own log. */
export function addLogMetrics(registry: Registry, queue: StdoutQueue): void {
  add(registry, Counter, {
    name: "natstap_log_lines_dropped_total",
    help: "Lines of the service's own log dropped because nobody read standard output.",
    read: () => queue.dropped,
  });
}

/** Adds the metrics of the process, named as Prometheus client libraries name them. */
export function addProcessMetrics(registry: Registry): void {
  new Gauge({
    name: "natstap_build_info",
    help: "Always 1; the labels are the versions of natstap and Deno.",
    labelNames: ["version", "deno"],
    registers: [registry],
  }).set({ version: config.version, deno: Deno.version.deno }, 1);
  add(registry, Gauge, {
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    read: () => Deno.memoryUsage().rss,
  });
  add(registry, Counter, {
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    read() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  });
  add(registry, Gauge, {
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    read: () => performance.timeOrigin / 1000,
  });
}

/** Adds a metric whose value is read at each scrape. */
function add(
  registry: Registry,
  Metric: typeof Counter | typeof Gauge,
  { name, help, read }: { name: string; help: string; read: () => number },
): void {
  new Metric({
    name,
    help,
    registers: [registry],
    collect(this: Counter | Gauge) {
      this.reset();
      this.inc(read());
    },
  });
}
