/**
 * A server that answers as VictoriaLogs does, from lines that tests change.
 *
 * @module
 */
import type { SampleLine } from "../../../tools/sample_logs.ts";

/** A server until it is disposed of. */
export interface ChangingServer extends AsyncDisposable {
  /** Its address. */
  readonly url: URL;
  /** The lines of one app, oldest first. */
  stored: SampleLine[];
  /** Called with each query before it is answered, except those for times and sizes only. */
  onRead: (query: string) => void | Promise<void>;
  /** The status of the answers. */
  status: number;
}

/** Starts the server. */
export function startChangingServer(): ChangingServer {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const body = new URLSearchParams(await request.text());
    const query = body.get("query")!;
    const isIndex = query.includes("len(_msg)");
    if (!isIndex) await changing.onRead(query);
    const rows = changing.stored.map(({ payload }) => toRow(payload)).filter(inPeriod(query));
    // With a limit, VictoriaLogs answers with the newest line first.
    const limit = body.get("limit");
    const found = limit === null ? rows : rows.reverse().slice(0, Number(limit));
    const answer = found.map((row) =>
      JSON.stringify(isIndex ? { _time: row._time, bytes: String(row._msg.length) } : row)
    );
    return new Response(answer.join("\n"), { status: changing.status });
  });
  const changing: ChangingServer = {
    url: new URL(`http://127.0.0.1:${server.addr.port}`),
    stored: [],
    onRead: () => {},
    status: 200,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return changing;
}

function toRow(payload: string) {
  const { fly, message, timestamp } = JSON.parse(payload);
  return {
    _msg: message as string,
    _time: timestamp as string,
    "fly.app.name": fly.app.name,
    "fly.app.instance": fly.app.instance,
    "fly.region": fly.region,
    host: "9c2f",
    "event.provider": "app",
    "log.level": "info",
  };
}

function inPeriod(query: string): (row: { _time: string }) => boolean {
  const [, from, to] = /_time:\[(.+), (.+)\]/.exec(query) ?? [];
  const since = from ?? /_time:>=(\S+)/.exec(query)?.[1] ?? "2000-01-01";
  const until = to ?? /_time:<=(\S+)/.exec(query)?.[1] ?? "3000-01-01";
  return ({ _time }) =>
    Date.parse(_time) >= Date.parse(since) && Date.parse(_time) <= Date.parse(until);
}
