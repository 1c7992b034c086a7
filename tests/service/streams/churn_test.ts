import { assert, assertEquals } from "@std/assert";
import { assertProblem } from "../../support/expect_problem.ts";
import { readRaw } from "../../support/clients/raw_reader.ts";
import { planMetrics } from "../../support/scrape.ts";
import {
  logsUrl,
  openStream,
  openWhenFree,
  startStack,
  subjectOf,
  subjects,
} from "../../support/service.ts";
import { assertEventually } from "../../support/patience.ts";
import { suspend } from "../../support/suspend.ts";

/** Number of readers at a time, and in total. */
const AT_ONCE = 20;
const READERS = 1_000;
const CLOSED = `natstap_streams_closed_total{reason="client"}`;

Deno.test("Readers that leave while lines flow disturb neither the service nor other streams", async () => {
  const { env, scrape } = planMetrics();
  await using stack = await startStack({ ...env, MAX_STREAMS_PER_APP: "1000" });
  const { service, nats, publisher } = stack;
  await using stays = await openStream(service, { app: "stays" });
  const url = await logsUrl(service, { app: "busy" });
  const flowing = setInterval(() => {
    for (let i = 0; i < 5; i++) publisher.publish(subjectOf("busy"), "a line");
  }, 1);
  let left = READERS;
  const comeAndGo = async () => {
    while (left-- > 0) {
      using reader = await readRaw(url);
      await reader.until("\n\ndata: ");
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, comeAndGo));
  } finally {
    clearInterval(flowing);
  }
  publisher.publish(subjectOf("stays"), "still here");
  assertEquals(await stays.line(), "still here");
  await assertEventually(() => subjects(nats), [subjectOf("stays", ">")]);
  await assertEventually(async () => (await scrape())[CLOSED], READERS);
  assertEquals(service.stderr(), "");
});

Deno.test("A stream that NATS confirms late is not ended as stalled, and counts once in the quota", async () => {
  await using stack = await startStack({ STALL_SECONDS: "1", MAX_STREAMS: "1" });
  const { service, nats, publisher } = stack;
  await suspend(nats.pid);
  const opening = openStream(service, { app: "late" });
  // Longer than the limit, by the service's clock, which it reads once per second.
  const asked = Date.now();
  try {
    await assertEventually(() => Date.now() - asked > 2_000, true);
  } finally {
    Deno.kill(nats.pid, "SIGCONT");
  }
  const late = await opening;
  publisher.publish(subjectOf("late"), "here at last");
  assertEquals(await late.line(), "here at last");
  await late.close();
  await service.logged(({ msg }) => msg === "stream closed");
  await using _next = await openWhenFree(service, { app: "next" });
  const url = await logsUrl(service, { app: "too-many" });
  await assertProblem(await fetch(url), 503, "at_capacity");
  assert(service.logs.every(({ reason }) => reason !== "stalled"), "No stream has stalled");
});
