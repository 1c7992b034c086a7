/** Requests that are too large, and too many connections. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { memory } from "../../tools/memory.ts";
import { type Stack, startStack } from "../support/service.ts";
import {
  assertServes,
  connectTo,
  exchange,
  receive,
  send,
  streamRequest,
} from "../support/clients/raw_request.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const LINUX = { ignore: Deno.build.os !== "linux" };
const MEGABYTE = 1_048_576;

/** A valid request for a stream, with an additional `field`. */
function ask(field: string, query: Record<string, string> = {}): Promise<string> {
  return streamRequest(stack.service, "large", { fields: [field], query });
}

const many = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: 1`).join("\r\n");
const TOO_LARGE: [what: string, request: () => Promise<string>][] = [
  ["a request line of 1 MB", () => ask("X: 1", { x: "a".repeat(MEGABYTE) })],
  ["a request line of 10 MB", () => ask("X: 1", { x: "a".repeat(10 * MEGABYTE) })],
  ["a header of 1 MB", () => ask(`X: ${"a".repeat(MEGABYTE)}`)],
  ["a header of 10 MB", () => ask(`X: ${"a".repeat(10 * MEGABYTE)}`)],
  ["a header name of 1 MB", () => ask(`${"a".repeat(MEGABYTE)}: 1`)],
  ["10,000 headers", () => ask(many(10_000))],
  ["10,000 headers of one name", () => ask("X: 1\r\n".repeat(10_000) + "X: 1")],
];
for (const [what, request] of TOO_LARGE) {
  Deno.test(`The service refuses ${what} and keeps serving`, async () => {
    // If the service does not read the rest, the kernel may discard the response.
    const answers = await exchange(stack.service, await request());
    const refused = answers.map((answer) => /^HTTP\/1\.1 (400|414|431) /.test(answer));
    assert([[], [true]].some((expected) => `${expected}` === `${refused}`), answers.join());
    await assertServes(stack);
    assertEquals(stack.service.logs.filter(({ app }) => app === "large"), []);
  });
}

const EDGES: [what: string, head: string, status: number][] = [
  ["reads 128 headers", many(127), 200],
  ["refuses 129 headers", many(128), 400],
  ["reads a head of slightly less than 64 KiB", `X: ${"a".repeat(65_000)}`, 200],
  ["refuses a head of slightly more than 64 KiB", `X: ${"a".repeat(66_000)}`, 431],
];
for (const [what, fields, status] of EDGES) {
  Deno.test(`The service ${what}`, async () => {
    const text = `GET /healthz HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n`;
    const [answer = `HTTP/1.1 ${status} lost on its way`] = await exchange(stack.service, text);
    assertMatch(answer, new RegExp(`^HTTP/1.1 ${status} `));
  });
}

Deno.test("200 clients that slowly send 10 MB of headers are disconnected", LINUX, async () => {
  const { service } = stack;
  const before = memory(service.pid).rss;
  const sent = await Promise.all(Array.from({ length: 200 }, async () => {
    using connection = await connectTo(service);
    let open = true;
    const end = receive(connection).finally(() => void (open = false));
    await send(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
    let sent = 0;
    for (; open && sent < 10 * MEGABYTE; sent += 4_096) {
      await send(connection, "a".repeat(4_096));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await end;
    return sent;
  }));
  assert(Math.max(...sent) < 10 * MEGABYTE, `A client sent ${Math.max(...sent)} bytes`);
  const more = memory(service.pid).rss - before;
  // Together they would have sent 2 GB.
  assert(more < 200 * MEGABYTE, `Memory grew by ${more} bytes`);
  await assertServes(stack);
});

Deno.test("The service closes connections beyond MAX_STREAMS plus 1,000", async () => {
  await using own = await startStack({ MAX_STREAMS: "1" });
  using connections = new DisposableStack();
  for (let i = 0; i < 1_001; i++) connections.use(await connectTo(own.service));
  using refused = await connectTo(own.service);
  assertEquals(await receive(refused), "");
  connections.dispose();
  await assertServes(own);
});
