/**
 * What the log, the metrics and the traces say about a stream when it opens and when it closes.
 *
 * @module
 */
import { LineLimit } from "./line_limit.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { StreamSummary } from "../stream/log_stream.ts";
import { ALL_APPS, type Scope } from "../nats/subject.ts";
import type { Grant } from "../auth/token.ts";
import { traceStream } from "./trace.ts";

/**
 * Maximum number of lines about the streams of one app per interval: enough for all readers of an app
 * to reconnect (`MAX_STREAMS_PER_APP` is 100), and to come and go besides.
 */
const LINES_PER_APP = 300;
/** Maximum number of apps per interval that are limited separately. */
const APPS = 10_000;
/** Maximum length of what a token says about its user. Characters. */
const CLAIM_LENGTH = 128;

/** What the lines that are not written would have said. */
interface Sum {
  opened: number;
  closed: number;
  events: number;
  bytes: number;
  dropped: number;
}

/** Records streams. */
export class StreamRecorder {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #limit: LineLimit<Sum>;

  /** Starts without any streams. */
  constructor(log: Log, metrics: Metrics) {
    this.#log = log;
    this.#metrics = metrics;
    this.#limit = new LineLimit({
      lines: LINES_PER_APP,
      keys: APPS,
      createSum: () => ({ opened: 0, closed: 0, events: 0, bytes: 0, dropped: 0 }),
      summarize: (app, sum) => log.info("streams summarized", { app: app || undefined, ...sum }),
    });
  }

  /** Records that a stream was opened; returns the function that records that it was closed. */
  record(
    { apps, sub, jti }: Grant,
    { app, subject }: Scope,
    format: string,
  ): (summary: StreamSummary) => void {
    const openedAt = performance.now();
    // One token may name any app: its client must not get a new limit with each name.
    const limited = apps === ALL_APPS ? ALL_APPS : app;
    const facts = {
      app,
      subject,
      sub: sub?.slice(0, CLAIM_LENGTH),
      jti: jti?.slice(0, CLAIM_LENGTH),
    };
    const sum = this.#limit.take(limited, "");
    if (sum === undefined) this.#log.info("stream opened", { ...facts, format });
    else sum.opened++;
    this.#metrics.opened();
    const endSpan = traceStream({ app, subject, format });
    return (summary) => {
      const duration = Math.round(performance.now() - openedAt) / 1000;
      const sum = this.#limit.take(limited, "");
      if (sum === undefined) this.#log.info("stream closed", { ...facts, duration, ...summary });
      else {
        sum.closed++;
        for (const key of ["events", "bytes", "dropped"] as const) sum[key] += summary[key];
      }
      this.#metrics.closed(summary.reason, duration);
      endSpan(summary);
    };
  }

  /** Writes the summaries of streams that have no lines of their own. */
  flush(): void {
    this.#limit.flush();
  }
}
