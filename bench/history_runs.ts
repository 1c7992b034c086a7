/**
 * One run of each scenario with history.
 *
 * @module
 */
import { memory } from "../tools/memory.ts";
import { waitUntilReady } from "../tools/service.ts";
import { compare, type Figures, measure } from "./figures.ts";
import type { commands as historyReadersCommands } from "./load/history_readers.ts";
import { appNames } from "./load/sample_line.ts";
import { BUSY_APP, QUIET_APP } from "./load/stored_lines.ts";
import { cpuMicros } from "./processes/cpu_time.ts";
import type { Processes } from "./processes/run_processes.ts";

const TAIL_LINES = 100;
const TAILS = 100;
/** Number of readers of {@linkcode reconnect}, and of lines that each misses. */
const RECONNECTING_READERS = 1_000;
const MISSED_LINES = 50;
/** The lines that the viewer asks for by default, and the number of viewers opened per second. */
const VIEW_LINES = 500;
const VIEWS_PER_SECOND = 2;

/** 100 readers, one app each, which open live and keep up. */
export async function live(processes: Processes): Promise<Figures> {
  const { readers, port, natsPid } = processes;
  await readers.call("open", { port, apps: appNames(100, 100) });
  await pass(processes, 2);
  const before = cpuMicros(natsPid);
  const figures = await pass(processes, 4);
  const natsCpu = (cpuMicros(natsPid) - before) / figures.events;
  return { ...figures, other: { "NATS CPU µs": natsCpu } };
}

/** Streams of one app that start with its last lines, one after the other: an event is a line. */
export async function tail(processes: Processes, app: string): Promise<Figures> {
  const { pid, natsPid, port } = processes;
  const readers = startHistoryReaders(processes);
  await readers.call("tail", { port, app, tail: TAIL_LINES, times: TAILS / 2 });
  const [before, natsBefore] = [cpuMicros(pid), cpuMicros(natsPid)];
  const { lines, firstLine, ...times } = await readers.call("tail", {
    port,
    app,
    tail: TAIL_LINES,
    times: TAILS,
  });
  const [cpu, natsCpu] = [cpuMicros(pid) - before, cpuMicros(natsPid) - natsBefore];
  const other = {
    "first line ms": firstLine,
    "CPU ms per stream": cpu / TAILS / 1000,
    "NATS CPU ms per stream": natsCpu / TAILS / 1000,
  };
  const lost = TAIL_LINES * TAILS - lines;
  return { ...times, ...memory(pid), events: lines, lost, cpu: cpu / lines, other };
}

/** Readers that all reconnect at once to a new process, each with an ID. */
export async function reconnect(processes: Processes): Promise<Figures> {
  const { natsPid, port, publish } = processes;
  const readers = startHistoryReaders(processes);
  await readers.call("visit", { port, apps: appNames(RECONNECTING_READERS, 100) });
  await publish({ apps: 100, rate: 10_000, lines: 100 * MISSED_LINES });
  const next = processes.startServer();
  const nextPort = await next.port;
  await waitUntilReady(`http://127.0.0.1:${nextPort}`);
  const [before, natsBefore] = [cpuMicros(next.pid), cpuMicros(natsPid)];
  const reading = await readers.call("returnAll", { port: nextPort, lines: MISSED_LINES });
  const [cpu, natsCpu] = [cpuMicros(next.pid) - before, cpuMicros(natsPid) - natsBefore];
  const { last, ...figures } = reading;
  const other = {
    "last one live after ms": last,
    "CPU ms per reader": cpu / RECONNECTING_READERS / 1000,
    "NATS CPU ms per reader": natsCpu / RECONNECTING_READERS / 1000,
  };
  return {
    ...figures,
    ...memory(next.pid),
    events: figures.lines,
    cpu: cpu / figures.lines,
    other,
  };
}

/** 100 readers that keep up, before and while views of other apps open with their last lines. */
export async function views(processes: Processes): Promise<Figures> {
  const { readers, port } = processes;
  await readers.call("open", { port, apps: appNames(100, 100) });
  const viewers = startHistoryReaders(processes);
  const open = (seconds: number) =>
    viewers.call("view", {
      port,
      apps: [BUSY_APP, QUIET_APP],
      tail: VIEW_LINES,
      rate: VIEWS_PER_SECOND,
      seconds,
    });
  await Promise.all([pass(processes, 3), open(3)]);
  const before = await pass(processes, 10);
  const [during, { lines }] = await Promise.all([pass(processes, 10), open(10)]);
  const figures = compare(before, during);
  return { ...figures, other: { ...figures.other, "history lines/s": lines / 10 } };
}

function startHistoryReaders({ start }: Processes) {
  return start<typeof historyReadersCommands>("--allow-all", "bench/load/history_readers.ts");
}

/** 5,000 lines per second of 100 apps. */
function pass(processes: Processes, seconds: number) {
  const lines = 5_000 * seconds;
  return measure(processes, { apps: 100, rate: 5_000, lines }, { lines: lines / 100 });
}
