/**
 * What is read only when somebody asks for the metrics: the state of the service, and of its process.
 *
 * What changes with each line is a plain number where it changes, so that counting costs the hot path
 * an addition.
 *
 * @module
 */
import process from "node:process";
import { Counter, Gauge } from "prom-client";
import config from "../../deno.json" with { type: "json" };
import type { Exposition } from "./exposition.ts";
import type { LogQueue } from "./log_queue.ts";
import type { Nats } from "../nats/connection.ts";
import { createOpenFiles } from "./open_files.ts";
import type { Streams } from "../stream/streams.ts";

/** Adds the state of the service. */
export function exposeService(exposition: Exposition, nats: Nats, streams: Streams): void {
  const { places, budget, traffic } = streams;
  const { registers } = exposition;
  const { gauge, counter } = createDefine(exposition);
  new Counter({
    name: "natstap_events_sent_total",
    help: "Log lines handed to readers' connections, by format.",
    labelNames: ["format"],
    registers,
    collect() {
      this.reset();
      for (const [format, { events }] of traffic) this.inc({ format: format.name }, events);
    },
  });
  const sum = (part: "bytes" | "dropped") =>
    traffic.values().reduce((total, traffic) => total + traffic[part], 0);
  counter("natstap_sent_bytes_total", "Bytes handed to readers' connections.", () => sum("bytes"));
  counter(
    "natstap_events_dropped_total",
    "Log lines that were dropped, since their reader was too slow.",
    () => sum("dropped"),
  );
  gauge("natstap_buffered_bytes", "Bytes that wait for all readers.", () => budget.used);
  gauge(
    "natstap_buffer_limit_bytes",
    "Bytes that may wait: BUFFER_TOTAL_BYTES.",
    () => budget.total,
  );
  gauge(
    "natstap_stream_places_taken",
    "Connections that count towards MAX_STREAMS: open streams, " +
      "and ended ones whose end their clients have not taken.",
    () => places.taken,
  );
  gauge(
    "natstap_stream_places_limit",
    "Streams that may be open: MAX_STREAMS.",
    () => places.limit,
  );
  gauge(
    "natstap_nats_connected",
    "1 while NATS can be used, else 0.",
    () => nats.unavailable === undefined ? 1 : 0,
  );
  counter(
    "natstap_nats_reconnects_total",
    "How often the connection to NATS was lost and came back.",
    () => nats.reconnects,
  );
}

/** Adds the state of the service's own log. */
export function exposeLog(exposition: Exposition, queue: LogQueue): void {
  createDefine(exposition).counter(
    "natstap_log_lines_dropped_total",
    "Lines of the service's own log that were dropped, since nobody read standard output.",
    () => queue.dropped,
  );
}

/** Adds the state of the process, by the names that Prometheus gives it. */
export function exposeProcess(exposition: Exposition): void {
  const { gauge, counter } = createDefine(exposition);
  new Gauge({
    name: "natstap_build_info",
    help: "1; which natstap this is, and on which Deno.",
    labelNames: ["version", "deno"],
    registers: exposition.registers,
  }).set({ version: config.version, deno: Deno.version.deno }, 1);
  gauge(
    "process_resident_memory_bytes",
    "Resident memory size in bytes.",
    () => Deno.memoryUsage().rss,
  );
  counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  const startTime = performance.timeOrigin / 1000;
  gauge(
    "process_start_time_seconds",
    "Start time of the process since unix epoch in seconds.",
    () => startTime,
  );
  const openFiles = createOpenFiles();
  if (openFiles === undefined) return;
  gauge("process_open_fds", "Number of open file descriptors.", openFiles);
}

/** What defines a metric that a function is asked for. */
function createDefine({ registers }: Exposition) {
  return {
    gauge(name: string, help: string, read: () => number): void {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    counter(name: string, help: string, read: () => number): void {
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
