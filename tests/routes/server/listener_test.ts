import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { Log } from "../../../lib/telemetry/log.ts";
import { listen } from "../../../routes/server/listener.ts";

/** How long a probe takes to begin, and to fail at the latest. Milliseconds. */
const PROBED = 11_000;

/** A log that fails the test. */
const SILENT: Log = { debug: unexpected, info: unexpected, warn: unexpected, error: unexpected };

function unexpected(message: string): never {
  throw new Error(`Expected no line, but "${message}"`);
}

const sleep = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

Deno.test("listen() probes the address that it listens on, whichever host was given", async () => {
  await Promise.all(["127.0.0.1", "0.0.0.0", "::", "::1", "localhost"].map(async (host) => {
    const server = createServer((socket) => socket.destroy());
    const listener = await listen(server, host, 0, SILENT);
    await once(server, "connection");
    listener.stop();
    server.close();
  }));
});

Deno.test("listen() does not listen again once it was stopped, even in the middle of a probe", async () => {
  const server = createServer((socket) => {
    socket.destroy();
    listener.stop();
    server.close();
  });
  const listener = await listen(server, "127.0.0.1", 0, SILENT);
  await once(server, "close");
  await sleep(0);
  assertEquals(server.listening, false);
});

Deno.test("listen() does not take a server with as many connections as it may have for one that is stuck", async () => {
  const server = createServer();
  server.maxConnections = 1;
  const listener = await listen(server, "127.0.0.1", 0, SILENT);
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1");
  const closed = once(client, "close");
  await sleep(PROBED);
  assertEquals((server.address() as AddressInfo).port, port);
  client.destroy();
  await closed;
  listener.stop();
  server.close();
});

Deno.test("listen() does not take a process that was held up for a server that is stuck", async () => {
  const server = createServer((socket) => socket.destroy());
  const listener = await listen(server, "127.0.0.1", 0, SILENT);
  const probed = once(server, "connection");
  // In the same turn as the probe, and longer than the probe may take.
  await sleep(5_000);
  const end = performance.now() + 6_000;
  while (performance.now() < end);
  await probed;
  await sleep(1_000);
  assertEquals(server.listening, true);
  listener.stop();
  server.close();
});
