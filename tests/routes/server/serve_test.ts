import { assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:net";
import { once } from "node:events";
import type { Log } from "../../../lib/telemetry/log.ts";
import type { RequestHandler } from "../../../routes/server/exchange.ts";
import { assertEventually } from "../../support/patience.ts";
import { serve } from "../../../routes/server/serve.ts";

/** Creates a log that keeps its messages. */
function memoryLog(): { log: Log; messages: string[] } {
  const messages: string[] = [];
  const write = (message: string) => void messages.push(message);
  return { log: { debug: write, info: write, warn: write, error: write }, messages };
}

const HANDLERS: [what: string, handler: RequestHandler][] = [
  ["throws", () => {
    throw new Error("failed");
  }],
  ["rejects", () => Promise.reject(new Error("failed"))],
  ["returns a body that fails", () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.error(new Error("failed")),
      }),
    )],
  ["returns a body of known length that fails", () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.error(new Error("failed")),
      }),
      { headers: { "Content-Length": "10" } },
    )],
  [
    "returns a header that HTTP does not allow",
    () => new Response("", { headers: { "X": "\x01" } }),
  ],
  ["returns a body that is in use", () => {
    const response = new Response("text");
    response.body!.getReader();
    return response;
  }],
];
for (const [what, handler] of HANDLERS) {
  Deno.test(`serve() closes the connection, logs the reason and keeps serving if a handler ${what}`, async () => {
    const { log, messages } = memoryLog();
    const options = { hostname: "127.0.0.1", port: 0, maxConnections: 10, message: "listening" };
    let port = 0;
    const info: Log["info"] = (_message, fields) => void (port = Number(fields?.port));
    const server = await serve(
      options,
      (request, bindings) =>
        new URL(request.url).pathname === "/ok" ? new Response("ok") : handler(request, bindings),
      { ...log, info },
    );
    const get = async (path: string) => {
      const socket = connect(port, "127.0.0.1").setEncoding("latin1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      let text = "";
      socket.on("data", (data: string) => void (text += data));
      await once(socket, "close");
      return text;
    };
    assertEquals(/\r\n\r\n./.test(await get("/other")), false);
    assertEquals(messages, ["response not sent"]);
    assertMatch(await get("/ok"), /^HTTP\/1\.1 200 [^]*ok$/);
    await server.shutdown();
  });
}

Deno.test("serve() keeps serving if clients leave before the bodies of their responses", async () => {
  const { log, messages } = memoryLog();
  const left = new Set<string>();
  const bodies = new Map<string, PromiseWithResolvers<void>>();
  const body = (path: string) =>
    new ReadableStream({
      async pull(controller) {
        const late = Promise.withResolvers<void>();
        bodies.set(path, late);
        await late.promise;
        controller.enqueue(new Uint8Array(100_000));
        controller.close();
      },
    }, { highWaterMark: 0 });
  const fields: Record<string, string>[] = [
    {},
    { "Content-Length": "100000" },
    { "Transfer-Encoding": "chunked" },
  ];
  let port = 0;
  const info: Log["info"] = (_message, fields) => void (port = Number(fields?.port));
  const server = await serve(
    { hostname: "127.0.0.1", port: 0, maxConnections: 10, message: "listening" },
    (request, { completed }) => {
      const { pathname } = new URL(request.url);
      completed.then(() => left.add(pathname));
      return new Response(body(pathname), { headers: fields[Number(pathname.slice(1, 2))]! });
    },
    { ...log, info },
  );
  for (const kind of fields.keys()) {
    for (const how of ["destroy", "resetAndDestroy"] as const) {
      const path = `/${kind}/${how}`;
      const socket = connect(port, "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await assertEventually(() => bodies.has(path), true);
      socket[how]();
      await once(socket, "close");
      bodies.get(path)!.resolve();
      await assertEventually(() => left.has(path), true);
    }
  }
  await server.shutdown();
  assertEquals(messages, []);
});
