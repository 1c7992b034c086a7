/**
 * Lines as the loggers of real apps print them, each in its logger's own format.
 *
 * @module
 */

/** Random choices. */
export interface Dice {
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
  /** An integer from 0 to `max`. */
  upTo(max: number): number;
}

/** Prints one line at a time. */
export type Logger = (dice: Dice, now: Date) => string;

const LEVELS = ["debug", "info", "info", "info", "info", "warn", "error"] as const;

/** What an app reports, and how severe it is. */
const REPORTS = {
  debug: ["cache miss", "connection reused"],
  info: ["order placed", "payment captured", "invoice sent", "session started"],
  warn: ["payment is slow", "retrying webhook", "queue is filling up"],
  error: ["payment failed", "webhook gave up", "inventory is out of reach"],
} as const;

/** A line, before a logger has formatted it. */
interface Report {
  readonly level: (typeof LEVELS)[number];
  readonly message: string;
  readonly order: number;
  readonly ms: number;
  /** `2026-01-01T10:00:00.123Z`. */
  readonly iso: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

function logger(format: (report: Report) => string): Logger {
  return ({ pick, upTo }, now) => {
    const level = pick(LEVELS);
    const message = pick(REPORTS[level]);
    const [order, ms] = [8_000 + upTo(999), 1 + upTo(900)];
    return format({ level, message, order, ms, iso: now.toISOString(), time: now.getTime() });
  };
}

const BUNYAN = { name: "cart", hostname: "web", pid: 1 };
const PINO = { debug: 20, info: 30, warn: 40, error: 50 };
const PYTHON = { debug: "DEBUG", info: "INFO", warn: "WARNING", error: "ERROR" };
const SERILOG = { debug: "DBG", info: "INF", warn: "WRN", error: "ERR" };

const date = ({ iso }: Report) => iso.slice(0, 10);
const clock = ({ iso }: Report) => iso.slice(11, 19);
const millis = ({ iso }: Report) => iso.slice(20, 23);

/** The loggers of each app of the demo. */
export const LOGGERS = {
  "panini-786": [
    // pino
    logger(({ level, message: msg, order, ms, time }) =>
      JSON.stringify({ level: PINO[level], time, pid: 1, hostname: "web", order, ms, msg })
    ),
    // winston, simple and colorized
    logger(({ level, message, order }) => {
      const color = { debug: 34, info: 32, warn: 33, error: 31 }[level];
      return `\x1b[${color}m${level}\x1b[39m: ${message} ${JSON.stringify({ order })}`;
    }),
    // bunyan
    logger(({ level, message: msg, order, iso: time }) =>
      JSON.stringify({ ...BUNYAN, level: PINO[level], order, msg, time, v: 0 })
    ),
  ],
  "pickle-api": [
    // structlog
    logger(({ level, message: event, order, iso: timestamp }) =>
      JSON.stringify({ order, event, level: level === "warn" ? "warning" : level, timestamp })
    ),
    // Python's logging
    logger((report) =>
      `${date(report)} ${clock(report)},${millis(report)} - orders - ${PYTHON[report.level]} - ` +
      `${report.message} (order ${report.order})`
    ),
    // loguru
    logger((report) =>
      `${date(report)} ${clock(report)}.${millis(report)} | ${PYTHON[report.level].padEnd(8)} | ` +
      `orders.api:handle:41 - ${report.message}`
    ),
    // python-json-logger
    logger(({ level, message, order, iso: asctime }) =>
      JSON.stringify({ asctime, levelname: PYTHON[level], name: "orders", message, order })
    ),
  ],
  "mustard-worker": [
    // zap
    logger(({ level, message: msg, order, time }) =>
      JSON.stringify({ level, ts: time / 1000, caller: "worker/job.go:88", msg, order })
    ),
    // slog and logrus, as logfmt
    logger(({ level, message, order, ms, iso }) =>
      `time=${iso} level=${level.toUpperCase()} msg="${message}" order=${order} duration=${ms}ms`
    ),
    // Rails
    logger((report) => {
      const level = report.level.toUpperCase();
      return `${level[0]}, [${date(report)}T${clock(report)}.${millis(report)}000 #1] ` +
        `${level.padStart(5)} -- : ${report.message}`;
    }),
    // Spring Boot
    logger(({ level, message, iso }) =>
      `${iso}  ${level.toUpperCase().padStart(5)} 1 --- [worker-1] c.e.mustard.Worker : ${message}`
    ),
    // Serilog
    logger((report) => `[${clock(report)} ${SERILOG[report.level]}] ${report.message}`),
    // nginx
    logger((report) =>
      `${date(report).replaceAll("-", "/")} ${clock(report)} ` +
      `[${report.level}] 7#7: *${report.order} ${report.message}, client: 10.0.0.7`
    ),
  ],
} as const satisfies Record<string, readonly Logger[]>;
