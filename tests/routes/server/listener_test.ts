import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { Log } from "../../../lib/telemetry/log.ts";
import { listen } from "../../../routes/server/listener.ts";

/** Maximum time until a probe has started and failed. */
const PROBED_MS = 11_000;

/** A log that fails the test if anything is logged. */
const SILENT: Log = { debug: unexpected, info: unexpected, warn: unexpected, error: unexpected };

function unexpected(message: string): never {
  throw new Error(`Expected no line of the log, not "${message}"`);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("listen() probes the address that it listens on, whatever the host is", async () => {
  await Promise.all(["127.0.0.1", "0.0.0.0", "::", "::1", "localhost"].map(async (host) => {
    const server = createServer((socket) => socket.destroy());
    const listener = await listen(server, host, 0, SILENT);
    await once(server, "connection");
    listener.stop();
    server.close();
  }));
});

Deno.test("listen() does not listen again after it was stopped, even during a probe", async () => {
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

Deno.test("listen() does not reopen the socket of a server with the maximum number of connections", async () => {
  const server = createServer();
  server.maxConnections = 1;
  const listener = await listen(server, "127.0.0.1", 0, SILENT);
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1");
  const closed = once(client, "close");
  await sleep(PROBED_MS);
  assertEquals((server.address() as AddressInfo).port, port);
  client.destroy();
  await closed;
  listener.stop();
  server.close();
});

Deno.test("listen() does not reopen the socket if the process was blocked", async () => {
  const server = createServer((socket) => socket.destroy());
  const listener = await listen(server, "127.0.0.1", 0, SILENT);
  const probed = once(server, "connection");
  // In the same turn of the event loop as the probe, and longer than its timeout.
  await sleep(5_000);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
  await probed;
  await sleep(1_000);
  assertEquals(server.listening, true);
  listener.stop();
  server.close();
});
