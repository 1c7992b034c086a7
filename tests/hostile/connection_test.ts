/** Attacks that use the order of requests, on the attacker's own connection or another client's. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { memory } from "../../tools/memory.ts";
import { type Stack, startStack } from "../support/service.ts";
import {
  connectTo,
  receive,
  request,
  send,
  statuses,
  streamRequest,
} from "../support/clients/raw_request.ts";
import { suspend } from "../support/suspend.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const LINUX = { ignore: Deno.build.os !== "linux" };
const HEALTH = request("GET /healthz HTTP/1.1");

const GARBAGE = [
  ["a request that is not HTTP", "no HTTP\r\n\r\n"],
  [
    "a request with two lengths",
    request("GET / HTTP/1.1", ["Content-Length: 1", "Content-Length: 2"]),
  ],
  ["a head that is too large", `GET / HTTP/1.1\r\nX: ${"x".repeat(65_536)}`],
];
for (const [what, garbage] of GARBAGE) {
  Deno.test(`What follows ${what} is not read as part of another connection`, async () => {
    const { service, nats } = stack;
    using attacker = await connectTo(service);
    using connections = new DisposableStack();
    // The first response keeps the attacker's connection open until NATS confirms.
    await suspend(nats.pid);
    try {
      await send(attacker, await streamRequest(stack.service, "a") + garbage);
      await untilAllRead();
      const victims: Deno.TcpConn[] = [];
      for (let i = 0; i < 5; i++) {
        const victim = connections.use(await connectTo(service));
        await send(victim, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
        victims.push(victim);
      }
      await untilAllRead();
      await send(attacker, `y\r\n\r\n${request("GET /injected HTTP/1.1")}`.repeat(5));
      await untilAllRead();
      for (const victim of victims) {
        await send(victim, `y\r\nConnection: close\r\n\r\n`);
        const answers = await receive(victim);
        assertEquals(answers.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200"]);
      }
    } finally {
      Deno.kill(nats.pid, "SIGCONT");
    }
  });
}

/** Resolves once the service has read everything that was sent before. */
async function untilAllRead(): Promise<void> {
  for (let i = 0; i < 2; i++) await statuses(stack.service, HEALTH);
}

Deno.test("Requests without Host after a stream close its connection instead of piling up", async () => {
  using connection = await connectTo(stack.service);
  await send(connection, await streamRequest(stack.service, "a"));
  await receive(connection, /event: ready/);
  await send(connection, "GET /healthz HTTP/1.1\r\n\r\n");
  await receive(connection);
});

Deno.test("The service does not use chunks for HTTP/1.0, even if the client accepts them", async () => {
  using connection = await connectTo(stack.service);
  await send(
    connection,
    await streamRequest(stack.service, "a", { version: "1.0", fields: ["TE: chunked"] }),
  );
  const answer = await receive(connection, /\n\n/);
  assertMatch(answer, /\r\n\r\nevent: ready\n/);
  assert(!/^transfer-encoding/im.test(answer), answer);
});

Deno.test("An HTTP/1.0 connection stays open on request", async () => {
  using connection = await connectTo(stack.service);
  await send(connection, request("GET /healthz HTTP/1.0", ["Connection: keep-alive"]));
  assertMatch(await receive(connection, /ok$/), /\r\nConnection: keep-alive\r\n\r\nok$/);
  await send(connection, request("GET /healthz HTTP/1.0"));
  assertMatch(await receive(connection), /\r\nConnection: close\r\n\r\nok$/);
});

Deno.test("10,000 requests on one connection leak nothing", LINUX, async () => {
  const { service } = stack;
  using connection = await connectTo(service);
  let before = 0;
  for (let i = 0; i < 10_000; i++) {
    await send(connection, HEALTH);
    assertMatch(await receive(connection, /ok$/), /^HTTP\/1\.1 200 /);
    if (i === 1_000) before = memory(service.pid).rss;
  }
  const growth = memory(service.pid).rss - before;
  assert(growth < 64 * 1_048_576, `Memory grew by ${growth} bytes`);
  // Such as a warning about too many listeners.
  assertEquals(service.stderr(), "");
});
