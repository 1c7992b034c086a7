/** Readers that stop in the middle of history, or leave there. */
import { assert, assertEquals } from "@std/assert";
import { memory } from "../../tools/memory.ts";
import { KernelSocket } from "../support/clients/kernel_socket.ts";
import { fetchHistory, readHistory, startHistoryStack, store } from "../support/history_stack.ts";
import { assertEventually } from "../support/patience.ts";
import { logsUrl, openStream, type Stack, subjectOf } from "../support/service.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
const MB = 1e6;
const LINES = 10_000;
const READERS = 30;
/** 30 histories of 10 MB would take 300 MB. */
const PERMITTED_BYTES = 100 * MB;

const HISTORY = Array.from({ length: LINES }, (_, index) => ({
  subject: subjectOf("large"),
  payload: `line ${index} `.padEnd(1_000, "x"),
}));

async function start(env: Record<string, string>): Promise<Stack> {
  const stack = await startHistoryStack(env);
  await store(stack.publisher, HISTORY);
  await store(stack.publisher, [{ subject: subjectOf("small"), payload: "an old line" }]);
  return stack;
}

/** Opens streams of the large app with its whole history, and reads nothing of it. */
async function openStopped({ service }: Stack, readers = READERS): Promise<Disposable> {
  using opened = new DisposableStack();
  const url = await logsUrl(service, { app: "large" }, { tail: String(LINES) });
  for (let i = 0; i < readers; i++) {
    await opened.use(KernelSocket.get(url)).until("event: ready");
  }
  return opened.move();
}

/** Fails unless another app's reader gets its history and a live line. */
async function assertServes({ service, publisher }: Stack): Promise<void> {
  await using reader = await openStream(service, { app: "small" }, { tail: "1" });
  const { lines: [line] } = await readHistory(reader);
  assertEquals(line?.payload, "an old line");
  publisher.publish(subjectOf("small"), "a live line");
  assertEquals(await reader.line(), "a live line");
  await store(publisher, [{ subject: subjectOf("small"), payload: "an old line" }]);
}

Deno.test(
  "Readers that stop in the middle of history take little memory, and delay nobody",
  LINUX,
  async () => {
    await using stack = await start({ STALL_SECONDS: "600", HISTORY_CONCURRENCY: "1" });
    await assertServes(stack);
    const { rss } = memory(stack.service.pid);
    using _ = await openStopped(stack);
    await assertServes(stack);
    for (let i = 0; i < 3; i++) {
      const { lines } = await fetchHistory(stack.service, { app: "large" }, { tail: "500" });
      assertEquals(lines.map(({ payload }) => payload), HISTORY.slice(-500).map((l) => l.payload));
    }
    const growth = memory(stack.service.pid).peak - rss;
    console.log(`${READERS} stopped readers: ${Math.round(growth / MB)} MB`);
    assert(growth < PERMITTED_BYTES, `Memory grew by ${growth} bytes`);
  },
);

Deno.test("Readers that stop hold no large lines for which there is no room", LINUX, async () => {
  const readers = 150;
  const total = 32 * MB;
  await using stack = await startHistoryStack({
    STALL_SECONDS: "600",
    MAX_STREAMS_PER_APP: String(readers),
    BUFFER_TOTAL_BYTES: String(total),
  });
  const payload = "x".repeat(900_000);
  await store(stack.publisher, Array(5).fill({ subject: subjectOf("large"), payload }));
  await store(stack.publisher, [{ subject: subjectOf("small"), payload: "an old line" }]);
  await assertServes(stack);
  const { rss } = memory(stack.service.pid);
  using _ = await openStopped(stack, readers);
  // Its reads come after those of the others.
  await assertServes(stack);
  const growth = memory(stack.service.pid).peak - rss;
  console.log(`${readers} stopped readers of large lines: ${Math.round(growth / MB)} MB`);
  assert(growth < 6 * total, `Memory grew by ${growth} bytes`);
});

Deno.test("Readers that stop in the middle of history are ended as stalled", LINUX, async () => {
  await using stack = await start({ STALL_SECONDS: "1" });
  using _ = await openStopped(stack);
  const closed = () =>
    stack.service.logs.filter(({ msg, reason }) => msg === "stream closed" && reason === "stalled");
  await assertEventually(() => closed().length, READERS);
  await assertServes(stack);
});

Deno.test("Readers that leave in the middle of history free what they used", LINUX, async () => {
  await using stack = await start({ HISTORY_CONCURRENCY: "2" });
  for (let round = 0; round < 5; round++) {
    (await openStopped(stack))[Symbol.dispose]();
    await assertServes(stack);
  }
  const open = () => {
    const count = (text: string) => stack.service.logs.filter(({ msg }) => msg === text).length;
    return count("stream opened") - count("stream closed");
  };
  await assertEventually(open, 0);
  const consumers = async () =>
    (await (await fetch(`${stack.nats.monitorUrl}/jsz`)).json()).consumers;
  await assertEventually(consumers, 0, "The streams' consumers are deleted");
  const warnings = stack.service.logs.filter(({ level }) => level === "warn" || level === "error");
  assertEquals(warnings, []);
});

Deno.test("A reader that pauses in the middle of history gets all of it, then what was published meanwhile", async () => {
  await using stack = await start({ BUFFER_BYTES: "20000" });
  const { service, publisher } = stack;
  await using reader = await openStream(service, { app: "large" }, { tail: String(LINES) });
  const first = await reader.line();
  const later = Array.from({ length: 500 }, (_, index) => ({
    subject: subjectOf("large"),
    payload: `line ${LINES + index} `.padEnd(1_000, "x"),
  }));
  await store(publisher, later);
  const { lines } = await readHistory(reader);
  const received = [first, ...lines.map(({ payload }) => payload)];
  while (received.length < LINES + later.length) received.push(await reader.line());
  const numbers = received.map((line) => Number(/^line (\d+) x+$/.exec(line!)?.[1]));
  assertEquals(numbers, Array.from({ length: LINES + later.length }, (_, index) => index));
});
