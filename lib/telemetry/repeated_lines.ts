/**
 * A log that does not repeat itself: a client that can cause one fault can cause it at will.
 *
 * @module
 */
import { LineLimit } from "./line_limit.ts";
import type { Log, LogLevel } from "./log.ts";

/** Maximum number of equal lines per interval. */
const EQUAL_LINES = 20;
/** Maximum number of different lines per interval that are limited separately, not by their message. */
const DIFFERENT_LINES = 100;
/** Lines with longer fields are limited by their message. Characters. */
const KEY_LENGTH = 8_192;

/** A log that summarizes equal lines: same level, message and fields. */
export interface RepeatLimitedLog extends Log {
  /** Writes the summaries of lines that were not written. */
  flush(): void;
}

/** Limits equal lines of `log`, except at `debug`, which is for those who want every line. */
export function limitRepeats(log: Log): RepeatLimitedLog {
  const limit = new LineLimit({
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
    const sum = limit.take(key.length > KEY_LENGTH ? sharedKey : key, sharedKey);
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
