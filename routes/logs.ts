/**
 * `GET /logs`: the live stream of one app's log lines.
 *
 * @module
 */
import type { Context, Env, Handler, MiddlewareHandler } from "hono";
import { Problem } from "../lib/problem.ts";
import type { Streams } from "../lib/stream/streams.ts";
import { type Scope, selectScope } from "../lib/nats/subject.ts";
import type { Grant, Verify } from "../lib/auth/token.ts";
import type { Bindings } from "./server/exchange.ts";
import { selectFormat } from "./requested_format.ts";
import { findToken } from "./token_carriers.ts";

/** What each step has proved to the next. */
export interface LogsEnv extends Env {
  /** What the socket tells of a request. */
  Bindings: Bindings;
  /** What the token permits, and what of it was asked for. */
  Variables: { grant: Grant; scope: Scope };
}

/** What the route is made of. */
export interface LogsOptions {
  /** Tells what a token permits. */
  readonly verify: Verify;
  /** Where a stream is opened. */
  readonly streams: Streams;
  /** The subject's first token or tokens. */
  readonly subjectPrefix: string;
}

type Step = MiddlewareHandler<LogsEnv>;

/** The steps from a request to its stream: token, subject, stream. */
export function logs(options: LogsOptions): [Step, Step, Handler<LogsEnv>] {
  return [authenticate(options.verify), select(options.subjectPrefix), stream(options.streams)];
}

function authenticate(verify: Verify): Step {
  return async (c, next) => {
    c.set("grant", await verify(findToken(c)));
    await next();
  };
}

function select(subjectPrefix: string): Step {
  return async (c, next) => {
    const selection = {
      app: single(c, "app"),
      region: single(c, "region"),
      machine: single(c, "machine"),
    };
    c.set("scope", selectScope(c.var.grant, selection, subjectPrefix));
    await next();
  };
}

function stream(streams: Streams): Handler<LogsEnv> {
  return async (c) => {
    const format = selectFormat(c);
    c.header("Content-Type", format.contentType);
    c.header("Cache-Control", "no-store, no-transform");
    c.header("X-Accel-Buffering", "no");
    const { grant, scope } = c.var;
    // A HEAD tells what a GET would, and takes no place.
    if (c.req.method === "HEAD") {
      streams.check(scope.app);
      return c.body(null);
    }
    c.header("Transfer-Encoding", "chunked");
    return c.body(await streams.open({ grant, scope, format, ...c.env }));
  };
}

function single(c: Context, parameter: string): string | undefined {
  const values = c.req.queries(parameter);
  if (values === undefined || values.length === 1) return values?.[0];
  throw new Problem("filter_invalid", `Give "${parameter}" once, not ${values.length} times.`);
}
