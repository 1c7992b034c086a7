/** Random histories: what is read is compared with a list of the lines that are stored. */
import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { StoredLineReader } from "../../../../../lib/history/jetstream/reader/stored_line_reader.ts";
import { type JetStreamServer, startJetStream } from "../../../../support/jetstream.ts";
import { subjectMatches } from "../../../../support/subject_matches.ts";

interface Line {
  readonly sequence: number;
  readonly subject: string;
}

const SUBJECTS = [
  "logs.web.dfw.m1",
  "logs.web.dfw.m2",
  "logs.web.ams.m1",
  "logs.db.dfw.m1",
  "logs.quiet.ams.m3",
];
const FILTERS = [
  "logs.>",
  "logs.web.>",
  "logs.web.dfw.>",
  "logs.web.*.m1",
  "logs.web.ams.m1",
  "logs.quiet.>",
  "logs.*.*.m1",
  "logs.none.>",
];

const subject = fc.constantFrom(...SUBJECTS);
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ store: fc.constantFrom(1, 7, 60, 400), subject }) },
  { weight: 3, arbitrary: fc.record({ remove: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ purge: subject }) },
  { weight: 1, arbitrary: fc.record({ upTo: fc.double({ min: 0, max: 1, noNaN: true }) }) },
);
const request = fc.record({
  filter: fc.constantFrom(...FILTERS),
  start: fc.oneof(
    fc.record({ tail: fc.constantFrom(0, 1, 5, 100, 500, 5_000) }),
    fc.record({ after: fc.double({ min: 0, max: 1, noNaN: true }) }),
  ),
  maxLines: fc.constantFrom(1, 50, 300, 10_000),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** Applies a change to the stream, and returns what the stream has then. */
async function apply(nats: JetStreamServer, lines: Line[], change: Change): Promise<Line[]> {
  const { streams } = nats.api;
  if ("store" in change) {
    await nats.store(Array.from({ length: change.store }, () => [change.subject, "line"] as const));
    const { state } = await streams.info(nats.stream);
    const from = state.last_seq - change.store + 1;
    return [
      ...lines,
      ...Array.from({ length: change.store }, (_, i) => ({
        sequence: from + i,
        subject: change.subject,
      })),
    ];
  }
  if ("remove" in change) {
    const [removed] = lines.splice(Math.floor(change.remove * lines.length), 1);
    if (removed !== undefined) await streams.deleteMessage(nats.stream, removed.sequence);
    return lines;
  }
  if ("purge" in change) {
    await streams.purge(nats.stream, { filter: change.purge });
    return lines.filter(({ subject }) => subject !== change.purge);
  }
  const from = Math.floor(change.upTo * lines.length);
  if (from === 0) return lines;
  const kept = lines[from]?.sequence ?? lines.at(-1)!.sequence + 1;
  await streams.purge(nats.stream, { seq: kept });
  return lines.slice(from);
}

/** What must be read. */
function expected(
  lines: readonly Line[],
  first: number,
  start: Request["start"],
  request: Request,
) {
  const { filter, maxLines } = request;
  const after = "after" in start ? start.after : 0;
  const tail = "tail" in start ? start.tail : Infinity;
  const scope = lines.filter(({ sequence, subject }) =>
    sequence > after && subjectMatches(filter, subject)
  );
  const wanted = Math.min(tail, maxLines);
  const cut = wanted < scope.length && wanted < tail
    ? "limit"
    : "after" in start && after + 1 < first
    ? "retention"
    : undefined;
  const sequences = scope.slice(scope.length - Math.min(wanted, scope.length));
  return { cut, sequences: sequences.map(({ sequence }) => sequence) };
}

async function check(
  nats: JetStreamServer,
  lines: readonly Line[],
  request: Request,
  direct: boolean,
) {
  const { state } = await nats.api.streams.info(nats.stream);
  const start = "after" in request.start
    ? { after: Math.floor(request.start.after * state.last_seq) }
    : request.start;
  const connection = () => nats.connection;
  const reader = new StoredLineReader(
    { name: nats.stream, allowDirect: direct },
    request.filter,
    { live: connection, history: connection },
  );
  const found = await reader.find(start, request.maxLines);
  const last = await reader.lastSequence();
  const sequences: number[] = [];
  for (let next = found.sequence; next <= last;) {
    const batch = await reader.read(next);
    if (batch.length === 0) break;
    sequences.push(...batch.map(({ sequence }) => sequence));
    next = batch.at(-1)!.sequence + 1;
  }
  reader.close();
  const message = JSON.stringify({ ...request, start, direct, state });
  assertEquals(
    { cut: found.cut, sequences },
    expected(lines, Math.max(1, state.first_seq), start, request),
    message,
  );
}

Deno.test("Every request reads exactly the lines it asks for, whatever was stored, deleted and purged", async () => {
  await using nats = await startJetStream();
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 25 }),
      fc.array(request, { minLength: 8, maxLength: 8 }),
      async (changes, requests) => {
        await nats.createStream();
        let lines: Line[] = [];
        for (const change of changes) lines = await apply(nats, lines, change);
        for (const request of requests) {
          await check(nats, lines, request, true);
          await check(nats, lines, request, false);
        }
      },
    ),
    { numRuns: Number(Deno.env.get("HISTORY_RUNS") ?? 15), endOnFailure: true },
  );
});
