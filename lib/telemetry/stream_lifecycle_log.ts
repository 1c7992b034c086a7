/**
 * Reports when a stream opens and when it closes: in the log, the metrics and the traces.
 *
 * @module
 */
import type { Grant } from "../auth/token.ts";
import { ALL_APPS, type Scope } from "../nats/subject.ts";
import type { StreamSummary } from "../stream/log_stream.ts";
import type { Log } from "./log.ts";
import { LogRateLimit } from "./log_rate_limit.ts";
import type { Metrics } from "./metrics.ts";
import { traceStream } from "./trace.ts";

/**
 * Maximum number of lines about the streams of one app per interval: enough for all of its readers to
 * reconnect (by default at most 100, `MAX_STREAMS_PER_APP`), and for others to come and go.
 */
const LINES_PER_APP = 300;
/** Maximum number of apps per interval that are limited separately. */
const APPS = 10_000;
/** Maximum number of characters of a claim that are logged. */
const CLAIM_CHARACTERS = 128;

/** The totals of lines that are not written. */
const ZERO = { opened: 0, closed: 0, events: 0, bytes: 0, dropped: 0 };

/** Reports streams. */
export class StreamLifecycleLog {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #limit: LogRateLimit<typeof ZERO>;

  /** @param log Where the lines are written. */
  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
    this.#limit = new LogRateLimit({
      lines: LINES_PER_APP,
      keys: APPS,
      createSum: () => ({ ...ZERO }),
      summarize: (app, sum) => log.info("streams summarized", { app: app || undefined, ...sum }),
    });
  }

  /**
   * Reports that a stream was opened.
   *
   * @returns The function that reports that it was closed.
   */
  recordOpened(
    { apps, sub, jti }: Grant,
    { app, subject }: Scope,
    format: string,
  ): (summary: StreamSummary) => void {
    const openedAt = performance.now();
    // A token for all apps must not get a new limit with each app that its client names.
    const limited = apps === ALL_APPS ? ALL_APPS : app;
    const fields = {
      app,
      subject,
      sub: sub?.slice(0, CLAIM_CHARACTERS),
      jti: jti?.slice(0, CLAIM_CHARACTERS),
    };
    const sum = this.#limit.take(limited, "");
    if (sum === undefined) this.#log.info("stream opened", { ...fields, format });
    else sum.opened++;
    this.#metrics.opened();
    const endSpan = traceStream({ app, subject, format });
    return (summary) => {
      const duration = Math.round(performance.now() - openedAt) / 1000;
      const sum = this.#limit.take(limited, "");
      if (sum === undefined) this.#log.info("stream closed", { ...fields, duration, ...summary });
      else {
        sum.closed++;
        for (const key of ["events", "bytes", "dropped"] as const) sum[key] += summary[key];
      }
      this.#metrics.closed(summary.reason, duration);
      endSpan(summary);
    };
  }

  /** Writes the summaries of the lines that were not written. */
  flush(): void {
    this.#limit.flush();
  }
}
