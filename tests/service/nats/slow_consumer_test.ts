/** A service that falls behind NATS until nats-server drops it as a slow consumer. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { NatsServer } from "../../../tools/nats_server.ts";
import { assertEventually } from "../../support/patience.ts";
import {
  openStream,
  type Service,
  type Stack,
  startStack,
  subjectOf,
  subjects,
} from "../../support/service.ts";
import { assertAccounted, type Loss, startFlow } from "../../support/timed_lines.ts";
import { suspend } from "../../support/suspend.ts";

/** About 12 MB per second. */
const FLOOD = { subjects: [subjectOf("flood")], batch: 30, size: 8_192 };

/** A service that never drops a line itself, so that every missing line was lost by NATS. */
function startFlooded(writeDeadline: string): Promise<Stack> {
  return startStack(
    { BUFFER_BYTES: "1000000000", BUFFER_TOTAL_BYTES: "1000000000", STALL_SECONDS: "3600" },
    // Close to `max_pending`, nats-server would throttle publishers and take longer to drop it.
    `max_pending: 1GB\nwrite_deadline: "${writeDeadline}"`,
  );
}

/** The number of clients that the server has dropped because they read too slowly. */
async function slowConsumers({ monitorUrl }: NatsServer): Promise<number> {
  return (await (await fetch(`${monitorUrl}/varz`)).json()).slow_consumers;
}

/** Stops the service until NATS has dropped it, then waits for it to reconnect. */
async function stopUntilDropped({ nats, service }: Stack): Promise<void> {
  await suspend(service.pid);
  await assertEventually(() => slowConsumers(nats), 1);
  Deno.kill(service.pid, "SIGCONT");
  const connects = () => service.logs.filter(({ msg }) => msg === "NATS connected").length;
  await assertEventually(connects, 2);
}

/** For `time` milliseconds, lets the service run only while it is more than `lag` behind. */
async function holdBack(service: Service, lag: number, time: number, behind: () => number) {
  const end = performance.now() + time;
  while (performance.now() < end) {
    Deno.kill(service.pid, behind() > lag ? "SIGCONT" : "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Fails unless the service was dropped once, lost lines, and has reconnected. */
async function assertDroppedOnce({ nats, service }: Stack, losses: Loss[]): Promise<Loss> {
  assertEquals(losses.length, 1);
  const [loss] = losses;
  assert(loss!.missing.length > 0, "No line was lost");
  assertEquals(await slowConsumers(nats), 1);
  assertEquals(await subjects(nats), [subjectOf("flood", ">")]);
  const changes = service.logs.filter(({ msg }) => msg.startsWith("NATS "));
  const [first, lost, last, ...more] = changes;
  assertEquals([first, last].map((line) => line?.msg), ["NATS connected", "NATS connected"]);
  assertEquals([lost?.msg, more], ["NATS unavailable", []]);
  // The rest says how it was noticed: in a read, in a write, or neither.
  assertMatch(String(lost?.reason), /^connection lost/);
  return loss!;
}

Deno.test("A service dropped by NATS as a slow consumer reconnects, and its streams report missing lines", async () => {
  await using stack = await startFlooded("1s");
  await using reader = await openStream(stack.service, { app: "flood" });
  const flow = startFlow(stack.publisher, FLOOD);
  const accounted = assertAccounted(reader, flow);
  await stopUntilDropped(stack);
  await flow.stop();
  const { from, to, missing } = await assertDroppedOnce(stack, await accounted);
  console.log(
    `Dropped as a slow consumer: ${missing.length} of ${flow.lines.length} lines missing, reported as ${
      to! - from
    } ms`,
  );
});

Deno.test("A service dropped while it is seconds behind NATS reports the loss from before the first missing line", async () => {
  await using stack = await startFlooded("7s");
  await using reader = await openStream(stack.service, { app: "flood" });
  const flow = startFlow(stack.publisher, FLOOD);
  let sentAt = Date.now();
  const accounted = assertAccounted(reader, flow, undefined, (line) => sentAt = line.sentAt);
  await holdBack(stack.service, 5_000, 13_000, () => Date.now() - sentAt);
  await stopUntilDropped(stack);
  await flow.stop();
  const { from, to, missing } = await assertDroppedOnce(stack, await accounted);
  console.log(
    `Dropped seconds behind: ${missing.length} of ${flow.lines.length} lines missing, reported as ${
      to! - from
    } ms`,
  );
});
