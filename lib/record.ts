/**
 * What is told of a stream when it opens and when it closes.
 *
 * @module
 */
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { StreamSummary } from "./stream.ts";
import { traceStream } from "./trace.ts";

/** Whose stream it is. */
export interface StreamFacts {
  readonly app: string;
  readonly subject: string;
  readonly sub: string | undefined;
  readonly jti: string | undefined;
}

/** Tells that a stream was opened; returns what tells that it was closed. */
export function record(
  facts: StreamFacts,
  format: string,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
): (summary: StreamSummary) => void {
  const openedAt = performance.now();
  log.info("stream opened", { ...facts, format });
  metrics.opened();
  const endSpan = traceStream({ app: facts.app, subject: facts.subject, format });
  return (summary) => {
    const duration = Math.round(performance.now() - openedAt) / 1000;
    log.info("stream closed", { ...facts, duration, ...summary });
    metrics.closed(summary.reason, duration);
    endSpan(summary);
  };
}
