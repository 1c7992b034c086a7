/** Readers that reset their connection, or vanish without closing it. */
import { assertEquals, assertMatch } from "@std/assert";
import { KernelSocket } from "../../support/clients/kernel_socket.ts";
import { assertEventually } from "../../support/patience.ts";
import { logsUrl, readiness, type Stack, startStack, subjectOf } from "../../support/service.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
/** Seconds. */
const [STALL, KEEPALIVE] = [2, 1];
const LIMITS = {
  STALL_SECONDS: String(STALL),
  KEEPALIVE_SECONDS: String(KEEPALIVE),
  BUFFER_BYTES: "65536",
  MAX_STREAMS: "1",
};

/** Opens a stream of the app `gone` on a socket with tiny buffers. */
async function open({ service }: Stack): Promise<KernelSocket> {
  const socket = KernelSocket.get(await logsUrl(service, { app: "gone" }));
  assertMatch(await socket.until("event: ready"), /^HTTP\/1.. 200 /);
  return socket;
}

/** Fails unless the only stream's subscription and quota are released. */
async function assertFreed({ service, nats }: Stack): Promise<void> {
  await assertEventually(() => nats.subscriptions(), 0);
  await assertEventually(() => readiness(service), "ready");
}

/** Publishes until the stream is closed; resolves to the reason and the time it took. */
async function awaitClose(
  { service, publisher }: Stack,
): Promise<[reason: unknown, seconds: number]> {
  const start = performance.now();
  const timer = setInterval(() => publisher.publish(subjectOf("gone"), "x".repeat(10_000)), 10);
  try {
    const { reason } = await service.logged(({ msg }) => msg === "stream closed");
    return [reason, (performance.now() - start) / 1_000];
  } finally {
    clearInterval(timer);
  }
}

Deno.test("A reader that resets its connection frees everything it used", LINUX, async () => {
  await using stack = await startStack(LIMITS);
  const socket = await open(stack);
  socket.reset();
  const [reason, seconds] = await awaitClose(stack);
  assertEquals(reason, "client");
  await assertFreed(stack);
  console.log(`Noticed the reset after ${seconds.toFixed(1)} s`);
});

Deno.test("A reader that vanishes is ended while lines wait, and freed", LINUX, async () => {
  await using stack = await startStack(LIMITS);
  using socket = await open(stack);
  socket.vanish();
  const [reason, seconds] = await awaitClose(stack);
  assertEquals(reason, "stalled");
  await assertFreed(stack);
  console.log(
    `A vanished reader was ended after ${seconds.toFixed(1)} s ` +
      `with STALL_SECONDS=${STALL}`,
  );
});

Deno.test("A reader that vanishes is ended when its token expires, and freed", LINUX, async () => {
  await using stack = await startStack(LIMITS);
  const exp = Math.ceil(Date.now() / 1_000) + 4;
  using socket = KernelSocket.get(await logsUrl(stack.service, { app: "quiet", exp }));
  await stack.service.logged(({ msg }) => msg === "stream opened");
  socket.vanish();
  const { reason } = await stack.service.logged(({ msg }) => msg === "stream closed");
  assertEquals(reason, "expired");
  await assertFreed(stack);
});
