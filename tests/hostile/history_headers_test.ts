/** Lines with headers that resemble those that NATS itself adds to the messages of a stream. */
import { headers } from "@nats-io/transport-deno";
import { assertEquals } from "@std/assert";
import {
  fetchHistory,
  type NumberedLine,
  readHistory,
  startHistoryStack,
  store,
} from "../support/history_stack.ts";
import { openStream, type Stack, subjectOf } from "../support/service.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startHistoryStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** What a publisher may claim about its line. */
const FORGERIES: [claim: string, names: Record<string, string>][] = [
  ["a sequence far ahead", { "Nats-Sequence": "999999999", "Nats-Last-Sequence": "999999998" }],
  ["a sequence in the past", { "Nats-Sequence": "1", "Nats-Last-Sequence": "0" }],
  ["no sequence", { "Nats-Sequence": "", "Nats-Last-Sequence": "" }],
  ["sequences that are no numbers", { "Nats-Sequence": "-1", "Nats-Last-Sequence": "NaN" }],
  ["another subject", { "Nats-Subject": subjectOf("web"), "Nats-Stream": "logs" }],
  ["another stream", { "Nats-Stream": "other", "Nats-Sequence": "3" }],
  ["that nothing follows", { "Nats-Num-Pending": "0", "Nats-UpTo-Sequence": "1" }],
  ["that much follows", { "Nats-Num-Pending": "99999999" }],
  ["another time", { "Nats-Time-Stamp": "2999-01-01T00:00:00Z" }],
  ["a heartbeat", { "Nats-Last-Consumer": "1", "Nats-Last-Stream": "999", Status: "100" }],
  ["the end of a batch", { Status: "204", Description: "EOB" }],
  ["that a request has expired", { Status: "408", Description: "Request Timeout" }],
  ["a fragment of an event", { Id: "7", Event: "end", Data: "{}" }],
];

/** The status line of a message's headers, which a publisher can set as well. */
const STATUSES: [code: number, description: string][] = [
  [100, "Idle Heartbeat"],
  [204, "EOB"],
  [404, "No Messages"],
  [408, "Request Timeout"],
  [409, "Consumer Deleted"],
  [409, "Message Size Exceeds MaxBytes"],
  [503, "No Responders"],
];

for (const [claim, names] of FORGERIES) {
  Deno.test(`Lines whose headers claim ${claim} arrive once and in order, live and from history`, async () => {
    await assertExact(() => {
      const forged = headers();
      for (const [name, value] of Object.entries(names)) forged.append(name, value);
      return forged;
    });
  });
}

for (const [code, description] of STATUSES) {
  const status = `${code} ${description}`.trim();
  Deno.test(`Lines whose headers have the status ${status} arrive once and in order, live and from history`, async () => {
    await assertExact(() => headers(code, description));
  });
}

/** Publishes lines with and without these headers; fails unless both ways of reading them agree. */
async function assertExact(forge: () => ReturnType<typeof headers>): Promise<void> {
  const { service, publisher } = stack;
  const app = `app-${crypto.randomUUID()}`;
  const subject = subjectOf(app);
  await using live = await openStream(service, { app });
  const payloads: string[] = [];
  for (let i = 0; i < 6; i++) {
    const payload = `line ${i}`;
    payloads.push(payload);
    if (i % 2 === 0) await store(publisher, [{ subject, payload }]);
    else publisher.publish(subject, payload, { headers: forge() });
    // Another app's line, so that the sequences of this one have gaps.
    await store(publisher, [{ subject: subjectOf("other"), payload: "another app's line" }]);
  }
  const arrived: NumberedLine[] = [];
  while (arrived.length < payloads.length) {
    const event = await live.next();
    if (event?.event !== undefined) throw new Error(`Unexpected event ${event.event}`);
    arrived.push({ id: event?.id, payload: event!.data });
  }
  assertEquals(arrived.map(({ payload }) => payload), payloads);
  const ids = arrived.map(({ id }) => Number(id));
  assertEquals(ids, ids.toSorted((a, b) => a - b));
  assertEquals(new Set(ids).size, ids.length);

  for (const query of [{ tail: "100" }, { since: "1h" }]) {
    assertEquals(await fetchHistory(service, { app }, query), { lines: arrived, gap: undefined });
  }
  for (const [index, { id }] of arrived.entries()) {
    await using reader = await openStream(service, { app }, { last_event_id: id! });
    const { lines, gap } = await readHistory(reader);
    assertEquals({ lines, gap }, { lines: arrived.slice(index + 1), gap: undefined });
  }
  assertEquals((await fetchHistory(service, { app }, { tail: "2" })).lines, arrived.slice(-2));
}
