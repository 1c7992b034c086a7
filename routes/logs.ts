/**
 * `GET /logs`: the live stream of the log lines of one app.
 *
 * @module
 */
import type { Context, Handler } from "hono";
import type { Verify } from "../lib/auth/token.ts";
import { type HistoryQuery, parseHistoryStart } from "../lib/history/history_start.ts";
import { type Selection, selectScope } from "../lib/nats/subject.ts";
import type { SubjectTemplate } from "../lib/nats/subject_template.ts";
import { Problem, type ProblemCode } from "../lib/problem.ts";
import type { Streams } from "../lib/stream/streams.ts";
import { selectFormat } from "./requested_format.ts";
import type { Bindings } from "./server/exchange.ts";
import { findToken } from "./token_carriers.ts";

/** What the route needs. */
export interface LogsOptions {
  /** Verifies a token. */
  readonly verify: Verify;
  /** Opens streams. */
  readonly streams: Streams;
  /** How the platform builds its subjects. */
  readonly subjectTemplate: SubjectTemplate;
}

/** Creates the handler of `GET /logs`. */
export function logs(
  { verify, streams, subjectTemplate }: LogsOptions,
): Handler<{ Bindings: Bindings }> {
  return async (c) => {
    const grant = await verify(findToken(c));
    const scope = selectScope(grant, readSelection(c), subjectTemplate);
    const format = selectFormat(c);
    const start = parseHistoryStart(readHistoryQuery(c), Date.now());
    c.header("Content-Type", format.contentType);
    c.header("Cache-Control", "no-store, no-transform");
    c.header("X-Accel-Buffering", "no");
    if (c.req.method === "HEAD") {
      streams.check(scope.app);
      return c.body(null);
    }
    c.header("Transfer-Encoding", "chunked");
    return c.body(await streams.open({ grant, scope, format, start, ...c.env }));
  };
}

function readSelection(c: Context): Selection {
  return { app: single(c, "app"), region: single(c, "region"), machine: single(c, "machine") };
}

/** A browser that reconnects sends the header, and the same query as before: the header is newer. */
function readHistoryQuery(c: Context): HistoryQuery {
  return {
    tail: single(c, "tail", "history_invalid"),
    since: single(c, "since", "history_invalid"),
    lastEventId: c.req.header("Last-Event-ID") || single(c, "last_event_id", "history_invalid"),
  };
}

function single(
  c: Context,
  parameter: string,
  code: ProblemCode = "filter_invalid",
): string | undefined {
  const values = c.req.queries(parameter);
  if (values === undefined || values.length === 1) return values?.[0];
  throw new Problem(code, `Set "${parameter}" once, not ${values.length} times.`);
}
