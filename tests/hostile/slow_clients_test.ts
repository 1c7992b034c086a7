/** Clients that send slowly, never finish their requests, or do not read responses. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { memory } from "../../tools/memory.ts";
import { KernelSocket } from "../support/clients/kernel_socket.ts";
import { mint, type Stack, startStack, subjectOf } from "../support/service.ts";
import {
  assertServes,
  assertWhole,
  connectTo,
  receive,
  request,
  send,
  streamRequest,
} from "../support/clients/raw_request.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const LINUX = { ignore: Deno.build.os !== "linux" };
const MEGABYTE = 1_048_576;
const HEALTH = request("GET /healthz HTTP/1.1");

const UNENDING: [what: string, text: string][] = [
  ["send nothing", ""],
  ["send half a request line", "GET /lo"],
  ["send half their headers", "GET /logs HTTP/1.1\r\nHost: x\r\nX: "],
  ["never send their body", request("POST /logs HTTP/1.1", ["Content-Length: 1000000000"])],
  ["stay idle after a response", HEALTH],
];
const TRICKLING: [what: string, text: string, piece: string][] = [
  ["send a URL byte by byte", "GET /", "a"],
  ["send a header byte by byte", "GET /logs HTTP/1.1\r\nHost: x\r\nX: ", "a"],
  ["send empty lines only", "", "\r\n"],
  ["send empty lines after a response", HEALTH, "\r\n"],
  ["send a second request byte by byte", `${HEALTH}GET /`, "a"],
  ["send a body byte by byte", request("POST /logs HTTP/1.1", ["Content-Length: 1000"]), "a"],
];

Deno.test("The service closes connections of clients that are slow or never finish their requests", async () => {
  const clients = [...UNENDING.map(([what, text]) => [what, text, ""] as const), ...TRICKLING];
  await Promise.all(clients.map(async ([what, text, piece]) => {
    using connection = await connectTo(stack.service);
    await send(connection, text);
    const timer = setInterval(() => send(connection, piece), 500);
    const received = await receive(connection).finally(() => clearInterval(timer));
    assertMatch(received, /^(|HTTP\/1\.1 (200|400) [^]*)$/, what);
  }));
});

Deno.test("The service keeps a connection open while its client sends requests", async () => {
  using connection = await connectTo(stack.service);
  // Longer than the time limit for a request.
  for (let i = 0; i < 12; i++) {
    await send(connection, HEALTH);
    assertMatch(await receive(connection, /ok$/), /^HTTP\/1\.1 200 /);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
});

Deno.test("The service accepts a few empty lines after a request for a stream, but not a thousand", async () => {
  using patient = await connectTo(stack.service);
  using flooding = await connectTo(stack.service);
  for (const connection of [patient, flooding]) {
    await send(connection, await streamRequest(stack.service, "slow"));
    assertMatch(await receive(connection, /event: ready/), /^HTTP\/1\.1 200 /);
  }
  await send(patient, "\r\n".repeat(3));
  await send(flooding, "\r\n".repeat(1_000));
  await receive(flooding);
  stack.publisher.publish(subjectOf("slow"), "a line");
  assertMatch(await receive(patient, /a line/), /data: a line/);
});

Deno.test("The service reads a request that arrives byte by byte", async () => {
  using connection = await connectTo(stack.service);
  const token = await mint({ app: "slow" });
  for (const char of `GET /logs?token=${token} HTTP/1.1\r\nHost: x\r\n\r\n`) {
    await send(connection, char);
  }
  assertMatch(await receive(connection, /event: ready/), /^HTTP\/1\.1 200 /);
});

for (const [what, text] of UNENDING) {
  Deno.test(`The service serves others while 500 clients ${what}`, async () => {
    using connections = new DisposableStack();
    for (let i = 0; i < 500; i++) {
      await send(connections.use(await connectTo(stack.service)), text);
    }
    await assertServes(stack);
    assertEquals(await fetch(`${stack.service.url}/healthz`).then((r) => r.text()), "ok");
  });
}

const UNREAD: [what: string, text: () => string | Promise<string>][] = [
  ["a file of the viewer", () => request("GET /viewer.js HTTP/1.1")],
  ["a small response", () => HEALTH],
  ["an error", () => request("GET /logs HTTP/1.1")],
  ["a refusal", () => request("POST /logs HTTP/1.1", ["Content-Length: 1"])],
];
for (const [what, text] of UNREAD) {
  Deno.test(`1,000 clients that do not read ${what} cost under 100 KB each`, LINUX, async () => {
    const { service } = stack;
    const before = memory(service.pid).rss;
    using connections = new DisposableStack();
    for (let i = 0; i < 1_000; i++) {
      connections.use(new KernelSocket(Number(new URL(service.url).port))).write(await text());
    }
    await assertServes(stack);
    const growth = memory(service.pid).rss - before;
    assert(growth < 100 * MEGABYTE, `Memory grew by ${growth} bytes`);
  });
}

Deno.test("Slow clients do not delay a shutdown, which completes responses", LINUX, async () => {
  await using own = await startStack({ SHUTDOWN_SECONDS: "5" });
  const { service } = own;
  const port = Number(new URL(service.url).port);
  using connections = new DisposableStack();
  for (const [, text] of [...UNENDING, ...TRICKLING]) {
    await send(connections.use(await connectTo(service)), text);
  }
  for (const [, text] of UNREAD) connections.use(new KernelSocket(port)).write(await text());
  connections.use(new KernelSocket(port)).write(await streamRequest(service, "slow"));
  using reader = connections.use(new KernelSocket(port));
  reader.write(request("GET /viewer.js HTTP/1.0"));
  const begin = await reader.until("HTTP/1.1 200 OK");
  await assertServes(own);
  const began = performance.now();
  const stopped = service.stop();
  assertWhole(begin + await reader.until("nothing that is in it"));
  assertEquals((await stopped).code, 0);
  // Such clients could delay it for much longer, and even a slow machine needs much less.
  assert(performance.now() - began < 30_000, "It did not wait for any of them");
});
