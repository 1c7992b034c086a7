import { connect } from "@nats-io/transport-deno";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findNatsServer, type NatsServer, startNatsServer } from "../../tools/nats_server.ts";

Deno.test("startNatsServer() starts several servers, each on its own port", async () => {
  const servers = await Promise.all([startNatsServer(), startNatsServer(), startNatsServer()]);
  assertEquals(new Set(servers.map(({ port }) => port)).size, 3);
  for (const { url, monitorUrl } of servers) {
    const client = await connect({ servers: url });
    assertEquals((await fetch(`${monitorUrl}/healthz`).then((r) => r.json())).status, "ok");
    await client.close();
  }
  await Promise.all(servers.map((server) => server.stop()));
});

Deno.test("startNatsServer() starts a server on a given port", async () => {
  const first = await startNatsServer();
  await first.stop("SIGKILL");
  await using second = await startNatsServer({ port: first.port });
  assertEquals(second.url, first.url);
});

Deno.test("startNatsServer() rejects with the reason if the server does not start", async () => {
  await assertRejects(() => startNatsServer({ config: "nonsense: 1" }), Error, "nonsense");
  await using taken = await startNatsServer();
  await assertRejects(() => startNatsServer({ port: taken.port }), Error, "address already in use");
});

Deno.test("NatsServer.subscriptions() counts only the subscriptions of clients", async () => {
  await using server = await startNatsServer();
  assertEquals(await server.subscriptions(), 0);
  const client = await connect({ servers: server.url, name: "reader" });
  client.subscribe("logs.a.>");
  const last = client.subscribe("logs.b.>");
  await client.flush();
  assertEquals(await server.subscriptions(), 2);
  const [connection] = await server.connections();
  assertEquals(connection?.name, "reader");
  assertEquals(connection?.subscriptions_list?.toSorted(), ["logs.a.>", "logs.b.>"]);
  last.unsubscribe();
  await client.flush();
  assertEquals(await server.subscriptions(), 1);
  await client.close();
});

Deno.test("NatsServer.reload() applies a new configuration on the same port", async () => {
  await using server = await startNatsServer();
  assertEquals((await readInfo(server)).auth_required, undefined);
  await server.reload(`authorization { user: "tap", password: "secret" }`);
  assertEquals((await readInfo(server)).auth_required, true);
  const client = await connect({ servers: server.url, user: "tap", pass: "secret" });
  await client.close();
  await assertRejects(() => server.reload("nonsense: 1"), Error, "nonsense");
  Deno.kill(server.pid, "SIGKILL");
  await assertRejects(() => server.reload(""), Error, "exited");
});

/** The server's INFO message. */
async function readInfo({ port }: NatsServer): Promise<Record<string, unknown>> {
  using connection = await Deno.connect({ port });
  const buffer = new Uint8Array(4_096);
  const length = await connection.read(buffer);
  return JSON.parse(new TextDecoder().decode(buffer.subarray("INFO ".length, length ?? 0)));
}

Deno.test("startNatsServer() starts JetStream if asked to, which a reload keeps", async () => {
  const storage = async ({ monitorUrl }: NatsServer) =>
    (await (await fetch(`${monitorUrl}/jsz`)).json()).config?.store_dir;
  await using plain = await startNatsServer();
  assertEquals(await storage(plain), undefined);
  await using server = await startNatsServer({ jetstream: true });
  const folder = await storage(server);
  assertStringIncludes(folder, "natstap-nats-");
  await server.reload("max_payload: 100000");
  assertEquals(await storage(server), folder);
});

Deno.test("NatsServer.stop() waits for the exit, leaves no files and may be called twice", async () => {
  const tempDir = await Deno.makeTempDir();
  const server = await startNatsServer({ tempDir });
  assertEquals(Array.from(Deno.readDirSync(tempDir)).length, 1);
  await Promise.all([server.stop(), server.stop()]);
  assertEquals(Array.from(Deno.readDirSync(tempDir)), []);
  await server.status;
  await assertRejects(() => fetch(server.monitorUrl), TypeError);
  await Deno.remove(tempDir);
});

Deno.test("findNatsServer() prefers the path in NATS_SERVER", async () => {
  const path = await findNatsServer();
  const link = await Deno.makeTempFile();
  await Deno.remove(link);
  await Deno.symlink(path, link);
  assertEquals(await findNatsServer({ env: { NATS_SERVER: link }, uid: 1000 }), link);
  await Deno.remove(link);
});

Deno.test("findNatsServer() rejects a NATS_SERVER that is not executable", async () => {
  const file = await Deno.makeTempFile();
  const error = await assertRejects(() =>
    findNatsServer({ env: { NATS_SERVER: file }, uid: 1000 })
  );
  assertEquals(
    error.message,
    `Cannot use NATS_SERVER as nats-server: "${file}" is not an executable file`,
  );
  await Deno.remove(file);
});

Deno.test("findNatsServer() searches PATH", async () => {
  const path = await findNatsServer();
  const folder = await Deno.makeTempDir();
  await Deno.symlink(path, `${folder}/nats-server`);
  const found = await findNatsServer({ env: { PATH: `/nowhere:${folder}` }, uid: 1000 });
  assertStringIncludes(found, folder);
  await Deno.remove(folder, { recursive: true });
});
