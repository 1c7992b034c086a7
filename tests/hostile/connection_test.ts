/** What a client can do to a connection by the order of what it sends, its own or another's. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { memory } from "../../tools/memory.ts";
import { KernelSocket } from "../kernel_socket.ts";
import { assertEventually } from "../patience.ts";
import { logsUrl, type Stack, startStack } from "../service.ts";
import { connectTo, receive, request, send, statuses } from "./exchange.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const LINUX = { ignore: Deno.build.os !== "linux" };
const HEALTH = request("GET /healthz HTTP/1.1");

for (
  const [what, garbage] of [["no HTTP", "no HTTP\r\n\r\n"], ["a huge head", "x".repeat(70_000)]]
) {
  Deno.test(`What follows ${what} on one connection is not read as another's`, LINUX, async () => {
    const { service } = stack;
    const port = Number(new URL(service.url).port);
    // Its first response is not read, so that its connection stays open.
    using attacker = new KernelSocket(port);
    attacker.write(request("GET /viewer.js HTTP/1.1"));
    await assertEventually(() => attacker.take(1)?.length, 1);
    attacker.write(garbage!);
    // By the second response, what was sent before the first has been read.
    for (let i = 0; i < 2; i++) await statuses(service, HEALTH);
    using victims = new DisposableStack();
    const connections: Deno.TcpConn[] = [];
    for (let i = 0; i < 5; i++) {
      const connection = victims.use(await connectTo(service));
      await send(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
      connections.push(connection);
    }
    for (let i = 0; i < 5; i++) attacker.write(`y\r\n\r\n${request("GET /injected HTTP/1.1")}`);
    for (let i = 0; i < 2; i++) await statuses(service, HEALTH);
    for (const connection of connections) {
      await send(connection, `y\r\nConnection: close\r\n\r\n`);
      const answers = await receive(connection);
      assertEquals(answers.match(/^HTTP\/1\.1 \d+/gm), ["HTTP/1.1 200"]);
    }
  });
}

Deno.test("Requests without Host behind a stream close its connection rather than pile up", async () => {
  const { pathname, search } = new URL(await logsUrl(stack.service, { app: "a" }));
  using connection = await connectTo(stack.service);
  await send(connection, request(`GET ${pathname}${search} HTTP/1.1`));
  await receive(connection, /event: ready/);
  await send(connection, "GET /healthz HTTP/1.1\r\n\r\n");
  await receive(connection);
});

Deno.test("The service streams without chunks to HTTP/1.0, even if the client accepts them", async () => {
  const { pathname, search } = new URL(await logsUrl(stack.service, { app: "a" }));
  using connection = await connectTo(stack.service);
  await send(connection, request(`GET ${pathname}${search} HTTP/1.0`, ["TE: chunked"]));
  const answer = await receive(connection, /\n\n/);
  assertMatch(answer, /\r\n\r\nevent: ready\n/);
  assert(!/^transfer-encoding/im.test(answer), answer);
});

Deno.test("A connection of HTTP/1.0 stays open if it is asked to", async () => {
  using connection = await connectTo(stack.service);
  await send(connection, request("GET /healthz HTTP/1.0", ["Connection: keep-alive"]));
  assertMatch(await receive(connection, /ok$/), /\r\nConnection: keep-alive\r\n\r\nok$/);
  await send(connection, request("GET /healthz HTTP/1.0"));
  assertMatch(await receive(connection), /\r\nConnection: close\r\n\r\nok$/);
});

Deno.test("10,000 requests on one connection leave nothing behind", LINUX, async () => {
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
