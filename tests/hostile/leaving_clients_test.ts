/** Clients that close their side of the connection, or reset it, at any moment. */
import { assertEquals, assertMatch } from "@std/assert";
import { KernelSocket } from "../support/clients/kernel_socket.ts";
import { assertEventually } from "../support/patience.ts";
import { planMetrics } from "../support/scrape.ts";
import { openStream, type Stack, startStack, subjectOf, subjects } from "../support/service.ts";
import {
  assertWhole,
  connectTo,
  receive,
  request,
  send,
  streamRequest,
} from "../support/clients/raw_request.ts";
import { suspend } from "../support/suspend.ts";

const { env, scrape } = planMetrics();
let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack({ ...env, STALL_SECONDS: "3600" })));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const LINUX = { ignore: Deno.build.os !== "linux" };

/** Number of clients that do the same thing. */
const CLIENTS = 50;

/** The numbers of streams, places taken and buffered bytes, followed by the subscribed subjects. */
async function held(): Promise<unknown[]> {
  const { natstap_streams_active, natstap_stream_places_taken, natstap_buffered_bytes } =
    await scrape();
  return [
    natstap_streams_active,
    natstap_stream_places_taken,
    natstap_buffered_bytes,
    ...await subjects(stack.nats),
  ];
}

/** Fails unless all resources of clients are released and the service is fine. */
async function assertNothingLeft(): Promise<void> {
  await assertEventually(held, [0, 0, 0]);
  assertEquals(stack.service.stderr(), "");
}

/** Sends `text`, closes the write side, and resolves to everything received. */
async function halfClose(text: string): Promise<string> {
  using connection = await connectTo(stack.service);
  await send(connection, text);
  await connection.closeWrite();
  return await receive(connection);
}

Deno.test("A client that has closed its write side gets the responses to all its requests", async () => {
  for (const version of ["1.0", "1.1"] as const) {
    const health = request(`GET /healthz HTTP/${version}`);
    assertMatch(await halfClose(health), /^HTTP\/1\.1 200 [^]*\r\n\r\nok$/);
    assertMatch(await halfClose(request(`GET /logs HTTP/${version}`)), /"code":"token_missing"/);
  }
  const health = request("GET /healthz HTTP/1.1");
  assertEquals((await halfClose(health.repeat(3))).match(/\r\n\r\nok/g)?.length, 3);
  assertWhole(await halfClose(request("GET /viewer.js HTTP/1.1")));
});

Deno.test("A client that closes its write side along with a request for a stream, or later, leaves nothing behind", async () => {
  for (const version of ["1.0", "1.1"] as const) {
    const text = await streamRequest(stack.service, "left", { version });
    const health = request("GET /healthz HTTP/1.1");
    for (const sent of [text, health + text, text + health, `${text}no HTTP\r\n\r\n`]) {
      assertEquals(/event: ready/.test(await halfClose(sent)), false);
    }
    using connection = await connectTo(stack.service);
    await send(connection, text);
    await receive(connection, /event: ready/);
    await connection.closeWrite();
    await receive(connection);
  }
  await assertNothingLeft();
});

const RESETS: [when: string, act: (socket: KernelSocket) => Promise<void>][] = [
  ["with its request", async (socket) => socket.write(await streamRequest(stack.service, "left"))],
  ["right after its request", async (socket) => {
    socket.write(await streamRequest(stack.service, "left"));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  }],
  ["when its response begins", async (socket) => {
    socket.write(await streamRequest(stack.service, "left"));
    await assertEventually(() => socket.take(1)?.length, 1);
  }],
  ["with requests before and after the one for a stream", async (socket) => {
    const other = request("GET /viewer.js HTTP/1.1");
    socket.write(other + await streamRequest(stack.service, "left") + other);
  }],
];
for (const [when, act] of RESETS) {
  Deno.test(`Clients that reset the connection ${when} leave nothing behind`, LINUX, async () => {
    const port = Number(new URL(stack.service.url).port);
    await Promise.all(Array.from({ length: CLIENTS }, async () => {
      const socket = new KernelSocket(port);
      await act(socket);
      socket.reset();
    }));
    await assertNothingLeft();
  });
}

Deno.test("Clients that leave before NATS confirms leave nothing behind", LINUX, async () => {
  const port = Number(new URL(stack.service.url).port);
  await suspend(stack.nats.pid);
  try {
    const sockets: KernelSocket[] = [];
    for (let i = 0; i < CLIENTS; i++) {
      const socket = new KernelSocket(port);
      socket.write(await streamRequest(stack.service, "left"));
      sockets.push(socket);
    }
    const taken = async () => (await scrape()).natstap_stream_places_taken;
    await assertEventually(taken, CLIENTS);
    for (const [i, socket] of sockets.entries()) {
      if (i % 2 === 0) socket.reset();
      else socket.close();
    }
  } finally {
    Deno.kill(stack.nats.pid, "SIGCONT");
  }
  await assertNothingLeft();
});

for (const format of ["sse", "ndjson", "text"]) {
  Deno.test(`Clients that reset in a line of 1 MB in ${format} leave nothing`, LINUX, async () => {
    const { service, publisher } = stack;
    const port = Number(new URL(service.url).port);
    await using steady = await openStream(service, { app: "left" });
    const sockets = await Promise.all(Array.from({ length: 5 }, async () => {
      const socket = new KernelSocket(port);
      socket.write(await streamRequest(service, "left", { query: { format } }));
      await socket.until("ready");
      return socket;
    }));
    for (let i = 0; i < 4; i++) {
      publisher.publish(subjectOf("left"), `${i} `.padEnd(1_000_000, "\x01"));
      assertMatch((await steady.line())!, new RegExp(`^${i} `));
    }
    for (const socket of sockets) {
      socket.take(1_000);
      socket.reset();
    }
    await steady.close();
    await assertNothingLeft();
  });
}
