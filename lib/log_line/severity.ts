/**
 * How severe a level is, whatever the app calls it.
 *
 * @module
 */

/** How severe a line is; `none` if it has no level, or one that no logger is known to use. */
export type Severity = "error" | "warn" | "info" | "debug" | "none";

/** All severities, the most severe one first. */
export const SEVERITIES: readonly Severity[] = ["error", "warn", "info", "debug", "none"];

/** What loggers call each severity, in lower case. */
const LEVELS: Readonly<Record<Exclude<Severity, "none">, string>> = {
  error: "emerg emergency alert crit critical fatal ftl fata panic pani dpanic severe fault " +
    "fail failure error err erro eror e f",
  warn: "warn warning wrn w",
  info: "info inf information informational notice note success http log i",
  debug:
    "debug dbg dbug debu fine finer finest config trace trc trac trce verbose verb vrb silly d",
};

const SEVERITY_BY_LEVEL = new Map(
  Object.entries(LEVELS).flatMap(([severity, levels]) => {
    return levels.split(" ").map((level) => [level, severity as Severity] as const);
  }),
);

const SUFFIX = /[+-]?\d{1,2}$/;

/** The names of syslog's numbers (RFC 5424, section 6.2.1). */
const SYSLOG = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/** The names of pino's and bunyan's numbers, by tens, and of OpenTelemetry's, by fours. */
const NAMES = ["", "trace", "debug", "info", "warn", "error", "fatal"];

/** The lowest of Monolog's numbers that has each name (RFC 5424 in hundreds). */
// deno-fmt-ignore
const MONOLOG = [
  [600, "emergency"], [550, "alert"], [500, "critical"], [400, "error"],
  [300, "warning"], [250, "notice"], [200, "info"], [100, "debug"],
] as const;

/**
 * Returns the severity of a level's name.
 *
 * @param level A name in lower case. A suffix such as in slog's `error+2` or Postgres's `debug1` is
 * ignored.
 * @example
 * ```ts
 * severityOf("wrn"); // "warn"
 * severityOf("chatty"); // "none"
 * ```
 */
export function severityOf(level: string): Severity {
  const severity = SEVERITY_BY_LEVEL.get(level);
  if (severity !== undefined || !SUFFIX.test(level)) return severity ?? "none";
  return SEVERITY_BY_LEVEL.get(level.replace(SUFFIX, "")) ?? "none";
}

/**
 * Returns the name of a numeric level: below 8 as in syslog, up to 60 as in pino and bunyan, from 100 on as in
 * Monolog; `""` for any other number.
 */
export function levelName(level: number): string {
  if (!(level >= 0 && level <= 600)) return "";
  if (level < 8) return SYSLOG[level] ?? "";
  if (level < 70) return NAMES[Math.floor(level / 10)]!;
  return MONOLOG.find(([least]) => level >= least)?.[1] ?? "";
}

/** Returns the name of an OpenTelemetry SeverityNumber, from 1 to 24; `""` for any other number. */
export function otelLevelName(severity: number): string {
  return NAMES[Math.ceil(severity / 4)] ?? "";
}
