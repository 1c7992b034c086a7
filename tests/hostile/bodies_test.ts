/** Data that the service does not read: bodies, and requests after a stream. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { memory } from "../../tools/memory.ts";
import { type Stack, startStack } from "../support/service.ts";
import {
  assertServes,
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
const SENT = 300 * MEGABYTE;
const MAX_GROWTH_BYTES = 32 * MEGABYTE;

/** Sends `piece` repeatedly, up to 300 MB, as long as it is accepted; resolves to the bytes sent. */
async function flood(connection: Deno.TcpConn, piece: string): Promise<number> {
  const bytes = new TextEncoder().encode(piece);
  let sent = 0;
  try {
    while (sent < SENT) sent += await connection.write(bytes.subarray(sent % bytes.length));
  } catch (error) {
    if (
      !(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)
    ) {
      throw error;
    }
  }
  return sent;
}

const LENGTH = `Content-Length: ${SENT}`;
const PIECE = "x".repeat(65_536);
const FLOODS: [what: string, fields: string[], piece: string][] = [
  ["a body with Content-Length", [LENGTH], PIECE],
  ["a chunked body", ["Transfer-Encoding: chunked"], `10000\r\n${PIECE}\r\n`],
  ["a body announced with Expect", ["Expect: 100-continue", LENGTH], PIECE],
];
for (const [what, fields, piece] of FLOODS) {
  Deno.test(`GET /logs refuses ${what} of 300 MB without reading it`, LINUX, async () => {
    const { service } = stack;
    const before = memory(service.pid).rss;
    using connection = await connectTo(service);
    await send(connection, await streamRequest(service, "bodies", { fields }));
    const [answer, sent] = await Promise.all([receive(connection), flood(connection, piece)]);
    assertMatch(answer, /^HTTP\/1\.1 400 [^]*"code":"body_not_allowed"/);
    const growth = memory(service.pid).peak - before;
    assert(growth < MAX_GROWTH_BYTES, `Memory grew by ${growth} bytes`);
    // As much as the kernel buffers on both sides.
    assert(sent < 32 * MEGABYTE, `${sent} bytes were taken`);
    assertEquals(service.logs.filter(({ app }) => app === "bodies"), []);
  });
}

Deno.test("GET /logs closes the connection if requests follow a stream", LINUX, async () => {
  const { service } = stack;
  const pieces = [
    (await streamRequest(service, "bodies")).repeat(100),
    request("GET /healthz HTTP/1.1").repeat(1_000),
    "x".repeat(65_536),
  ];
  for (const piece of pieces) {
    const before = memory(service.pid).rss;
    using connection = await connectTo(service);
    await send(connection, await streamRequest(service, "bodies"));
    assertMatch(await receive(connection, /event: ready/), /^HTTP\/1\.1 200 /);
    const sent = await flood(connection, piece);
    const growth = memory(service.pid).peak - before;
    assert(growth < MAX_GROWTH_BYTES, `Memory grew by ${growth} bytes`);
    assert(sent < 32 * MEGABYTE, `${sent} bytes were taken`);
  }
  await assertServes(stack);
});

Deno.test("The service buffers only a few pipelined requests", LINUX, async () => {
  const { service } = stack;
  const before = memory(service.pid).rss;
  using connection = await connectTo(service);
  const sent = await flood(connection, request("GET /healthz HTTP/1.1").repeat(1_000));
  const growth = memory(service.pid).peak - before;
  assert(growth < MAX_GROWTH_BYTES, `Memory grew by ${growth} bytes`);
  assert(sent < 32 * MEGABYTE, `${sent} bytes were taken`);
});
