/** History shows exactly the lines that a live stream with the same token and query would have shown. */
import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { connectTo, receive, send } from "../support/clients/raw_request.ts";
import { parseEvents } from "../support/clients/sse_reader.ts";
import { fetchHistory, type Line, startHistoryStack, store } from "../support/history_stack.ts";
import { claims, FILTERS, query, SEED } from "../support/hostile_scopes.ts";
import { mint, type Service, type Stack, subjectOf } from "../support/service.ts";
import { subjectMatches } from "../support/subject_matches.ts";

const CASES = 500;
const NAMES = ["web", "other", "dfw"];

/** A line for every subject that can be made of {@linkcode NAMES}, twice; its payload is its subject. */
const LINES: Line[] = [1, 2].flatMap(() =>
  NAMES.flatMap((app) => NAMES.flatMap((region) => NAMES.map((machine) => [app, region, machine])))
).map(([app, region, machine]) => {
  const subject = subjectOf(app!, region, machine);
  return { subject, payload: subject };
});

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startHistoryStack({ ALLOW_ALL_APPS: "true" });
  await store(stack.publisher, LINES);
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** The service's answer to a request for all lines of the stream. */
interface Answer {
  readonly status: number;
  /** The subject in the `ready` event. */
  readonly subject: string | undefined;
  /** The payloads before the `live` event. */
  readonly payloads: string[];
}

/** Requests `/logs` with exactly this query, with HTTP/1.0, so that the body ends with the connection. */
async function ask(service: Service, token: string, query: string): Promise<Answer> {
  using connection = await connectTo(service);
  const head = `GET /logs?${query} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const [text] = await Promise.all([
    receive(connection, /\nevent: live\n[^]*\n\n/),
    send(connection, new TextDecoder("latin1").decode(new TextEncoder().encode(head))),
  ]);
  const events = parseEvents(text.slice(text.indexOf("\r\n\r\n") + 4));
  const ready = events.find(({ event }) => event === "ready");
  return {
    status: Number(text.split(" ")[1]),
    subject: ready && JSON.parse(ready.data).subject,
    payloads: events.filter(({ event }) => event === undefined).map(({ data }) => data),
  };
}

/** What the query must not be able to change. */
const STARTS = ["tail=10000", "since=1d", "last_event_id=0", "last_event_id=1", "since=1d&tail=1"];

Deno.test("History has all lines of the stream's subject and no others, whatever claims and query contain", async () => {
  let opened = 0;
  const start = fc.constantFrom(...STARTS);
  const property = fc.asyncProperty(claims, query, start, async (claims, query, start) => {
    const token = await mint(claims);
    const { status, subject, payloads } = await ask(stack.service, token, `${start}&${query}`);
    if (status !== 200) {
      assert([400, 401, 403].includes(status), `${status}`);
      return assertEquals(payloads, []);
    }
    opened++;
    const [, app, region, machine] = subject!.split(".");
    assert(claims.app === "*" || [claims.app].flat().includes(app!), `${subject} is not permitted`);
    if (claims.region !== undefined) assertEquals(region, claims.region);
    if (claims.machine !== undefined) assertEquals(machine, claims.machine);
    const lines = start === "last_event_id=1" ? LINES.slice(1) : LINES;
    const permitted = lines.map(({ payload }) => payload)
      .filter((line) => subjectMatches(subject!, line));
    assertEquals(payloads, start.endsWith("tail=1") ? permitted.slice(-1) : permitted);
  });
  await fc.assert(property, { numRuns: CASES, seed: SEED, endOnFailure: true });
  assert(opened > 30, `Expected many streams to open, but only ${opened} of ${CASES} did`);
});

Deno.test("A token for one region or machine does not read others' lines from history", async () => {
  const lines = LINES.map(({ payload }) => payload);
  for (
    const [claims, query, pattern] of [
      [{ region: "dfw" }, {}, "logs.web.dfw.*"],
      [{ machine: "dfw" }, {}, "logs.web.*.dfw"],
      [{ region: "web", machine: "dfw" }, {}, "logs.web.web.dfw"],
      [{ region: "dfw" }, { machine: "other" }, "logs.web.dfw.other"],
    ] as const
  ) {
    const request = { ...query, tail: "10000" };
    const { lines: found } = await fetchHistory(stack.service, { app: "web", ...claims }, request);
    assertEquals(
      found.map(({ payload }) => payload),
      lines.filter((line) => subjectMatches(pattern, line)),
    );
  }
});

Deno.test("The ID of another app's line resumes a stream of the token's own app", async () => {
  const all = await fetchHistory(stack.service, { app: "*" }, { tail: "10000" });
  assertEquals(all.lines.map(({ payload }) => payload), LINES.map(({ payload }) => payload));
  for (const [index, { id, payload }] of all.lines.entries()) {
    const query = { last_event_id: id! };
    const { lines, gap } = await fetchHistory(stack.service, { app: "web" }, query);
    const rest = all.lines.slice(index + 1).filter(({ payload }) =>
      payload.startsWith("logs.web.")
    );
    assertEquals({ lines, gap }, { lines: rest, gap: undefined }, `After ${payload}`);
  }
});

Deno.test("A refused request for another app's history reads nothing from the stream", async () => {
  const { service } = stack;
  await using reads = watchReads(stack);
  const token = await mint({ app: "web", region: "dfw" });
  for (const start of STARTS) {
    for (const query of ["app=other", "region=web", "app=*", "app=web.>", "machine=>"]) {
      const { status, payloads } = await ask(service, token, `${start}&${query}`);
      assert([400, 403].includes(status), `${status} to ${query}`);
      assertEquals(payloads, []);
    }
    const { status } = await ask(service, `${token}x`, start);
    assertEquals(status, 401);
  }
  assertEquals(await reads.seen(), []);
  await fetchHistory(service, { app: "web" }, { tail: "1" });
  assert((await reads.seen()).length > 0, "Expected the reads of a permitted stream to be noticed");
});

Deno.test("A filter that no app, region or machine can match reads nothing from the stream", async () => {
  const { service } = stack;
  await using reads = watchReads(stack);
  for (const token of [await mint({ app: "web" }), await mint({ app: "*" })]) {
    for (const value of FILTERS.flatMap(([, values]) => values)) {
      for (const parameter of ["app", "region", "machine"]) {
        const { status, payloads } = await ask(service, token, `tail=9&${parameter}=${value}`);
        assertEquals({ status, payloads }, { status: 400, payloads: [] }, value.slice(0, 200));
      }
    }
  }
  assertEquals(await reads.seen(), []);
});

/** Watches the requests of the service to read the stream. */
function watchReads({ publisher }: Stack): AsyncDisposable & { seen(): Promise<string[]> } {
  const subjects: string[] = [];
  // All requests to JetStream pass here; the service regularly asks for the state of the stream.
  const requests = publisher.subscribe("$JS.API.>", {
    callback: (_, { subject }) => {
      if (/\.(GET|CREATE|NEXT)\./.test(subject)) subjects.push(subject);
    },
  });
  return {
    async seen() {
      await publisher.flush();
      return subjects;
    },
    async [Symbol.asyncDispose]() {
      requests.unsubscribe();
      await publisher.flush();
    },
  };
}
