/** Readers that go without a goodbye: a reset, or no word at all, as when a laptop's lid is shut. */
import { assertEquals, assertMatch } from "@std/assert";
import { KernelSocket } from "../../support/clients/kernel_socket.ts";
import { assertEventually } from "../../support/patience.ts";
import { logsUrl, readiness, type Stack, startStack } from "../../support/service.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
/** Seconds. */
const [STALL, KEEPALIVE] = [2, 1];
const LIMITS = {
  STALL_SECONDS: String(STALL),
  KEEPALIVE_SECONDS: String(KEEPALIVE),
  BUFFER_BYTES: "65536",
  MAX_STREAMS: "1",
};

/** Opens a stream of the app `gone` on a socket whose fullness the service feels. */
async function open({ service }: Stack): Promise<KernelSocket> {
  const socket = KernelSocket.get(await logsUrl(service, { app: "gone" }));
  assertMatch(await socket.until("event: ready"), /^HTTP\/1.. 200 /);
  return socket;
}

/** Fails unless the subscription of the one stream and its place are free again. */
async function assertFreed({ service, nats }: Stack): Promise<void> {
  await assertEventually(() => nats.subscriptions(), 0);
  await assertEventually(() => readiness(service), "ready");
}

/** Publishes until all streams are closed; resolves to how, and after how many seconds. */
async function awaitClose(
  { service, publisher }: Stack,
): Promise<[reason: unknown, seconds: number]> {
  const start = performance.now();
  const timer = setInterval(() => publisher.publish("logs.gone.dfw.m1", "x".repeat(10_000)), 10);
  try {
    const { reason } = await service.logged(({ msg }) => msg === "stream closed");
    return [reason, (performance.now() - start) / 1_000];
  } finally {
    clearInterval(timer);
  }
}

Deno.test(
  "A reader that resets its connection leaves neither a subscription nor a place taken",
  LINUX,
  async () => {
    await using stack = await startStack(LIMITS);
    const socket = await open(stack);
    socket.reset();
    const [reason, seconds] = await awaitClose(stack);
    assertEquals(reason, "client");
    await assertFreed(stack);
    console.log(`A reset was noticed after ${seconds.toFixed(1)} s`);
  },
);

Deno.test(
  "A reader that vanishes without a word is ended once lines are due, and its place freed",
  LINUX,
  async () => {
    await using stack = await startStack(LIMITS);
    using socket = await open(stack);
    socket.vanish();
    const [reason, seconds] = await awaitClose(stack);
    assertEquals(reason, "stalled");
    await assertFreed(stack);
    console.log(
      `A reader that had vanished was ended after ${seconds.toFixed(1)} s, ` +
        `of which STALL_SECONDS is ${STALL}`,
    );
  },
);

Deno.test(
  "A reader that vanishes without a word, and to which no line is due, is ended with its token, and its place freed",
  LINUX,
  async () => {
    await using stack = await startStack(LIMITS);
    const exp = Math.ceil(Date.now() / 1_000) + 4;
    using socket = KernelSocket.get(await logsUrl(stack.service, { app: "quiet", exp }));
    await stack.service.logged(({ msg }) => msg === "stream opened");
    socket.vanish();
    const { reason } = await stack.service.logged(({ msg }) => msg === "stream closed");
    assertEquals(reason, "expired");
    await assertFreed(stack);
  },
);
