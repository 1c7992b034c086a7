/**
 * Limits equal lines of the service's own log: a client that can cause an error can repeat it at will.
 *
 * @module
 */
import { LogRateLimit } from "./log_rate_limit.ts";
import type { Log, LogLevel } from "./log.ts";

/** Maximum number of equal lines per interval. */
const EQUAL_LINES = 20;
/** Maximum number of different lines per interval; beyond it, lines are limited by their message. */
const DIFFERENT_LINES = 100;
/** Maximum number of characters of a line; longer ones are limited by their message. */
const KEY_CHARACTERS = 8_192;

/** A log that summarizes lines with equal level, message and fields. */
export interface RepeatLimitedLog extends Log {
  /** Writes the summaries of lines that were not written. */
  flush(): void;
}

/** Returns a log that writes to `log` but limits equal lines, except at `debug`, where all are wanted. */
export function limitRepeats(log: Log): RepeatLimitedLog {
  const limit = new LogRateLimit({
    lines: EQUAL_LINES,
    keys: DIFFERENT_LINES,
    createSum: () => ({ repeated: 0 }),
    summarize(key, sum) {
      const [level, message, fields] = JSON.parse(key);
      log[level as LogLevel](message, { ...fields, ...sum });
    },
  });
  const write = (level: LogLevel) => (message: string, fields: Record<string, unknown> = {}) => {
    const sharedKey = JSON.stringify([level, message]);
    const key = JSON.stringify([level, message, fields]);
    const sum = limit.take(key.length > KEY_CHARACTERS ? sharedKey : key, sharedKey);
    if (sum === undefined) log[level](message, fields);
    else sum.repeated++;
  };
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    flush: () => limit.flush(),
  };
}
