import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { yieldBetweenReads } from "../../../lib/nats/transport.ts";
import { createAuthority } from "../../../tools/authority.ts";
import { startNatsServer } from "../../../tools/nats_server.ts";

/** What may be read before the event loop has turned. Bytes: a read that fills up, and one more. */
const MOST = 2 * 65_536;
const FLOOD = 16 * 2 ** 20;

/** Counts turns of the event loop until it is disposed of. */
function countTurns() {
  let counting = true;
  const turns = { count: 0, [Symbol.dispose]: () => void (counting = false) };
  const turn = () => {
    turns.count++;
    if (counting) setImmediate(turn);
  };
  setImmediate(turn);
  return turns;
}

for (const tls of [false, true]) {
  Deno.test(`yieldBetweenReads() lets the event loop turn in a flood from NATS, ${tls ? "over" : "without"} TLS`, async () => {
    await using authority = await createAuthority();
    const config = await authority.serverConfig("DNS:localhost");
    await using nats = await startNatsServer({
      config: `max_pending: 1GB\n${tls ? `${config}\nallow_non_tls: true` : ""}`,
    });
    const connection = await connect({
      servers: `localhost:${nats.port}`,
      ...(tls && { tls: { caFile: authority.path } }),
    });
    const publisher = await connect({ servers: nats.url, tls: null });
    yieldBetweenReads(connection);
    const line = new Uint8Array(1_000);
    let received = 0;
    let inTurn = 0;
    let most = 0;
    let turn = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    using turns = countTurns();
    connection.subscribe("flood", {
      callback: (_, { data }) => {
        if (turns.count !== turn) inTurn = 0;
        turn = turns.count;
        most = Math.max(most, inTurn += data.length);
        received += data.length;
        if (received >= FLOOD) resolve();
      },
    });
    await connection.flush();
    for (let sent = 0; sent < FLOOD; sent += line.length) publisher.publish("flood", line);
    await promise;
    assert(most <= MOST, `${most} bytes in one turn of the event loop`);
    await connection.close();
    await publisher.close();
  });
}

Deno.test("yieldBetweenReads() limits the reads of JSR's transport, and lets the event loop turn twice between them", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using peer = await listener.accept();
  const bytes = Uint8Array.from({ length: FLOOD }, (_, index) => index % 251);
  const sent = new Blob([bytes]).stream().pipeTo(peer.writable);

  // As JSR's transport has it, and reads it.
  yieldBetweenReads({ protocol: { transport: { conn } } } as unknown as NatsConnection);
  using turns = countTurns();
  let received = 0;
  for (;;) {
    const buffer = new Uint8Array(262_144);
    const length = await conn.read(buffer);
    if (length === null) break;
    assert(length <= 65_536, `A read of ${length} bytes`);
    const read = buffer.subarray(0, length);
    assert(read.every((byte, index) => byte === (received + index) % 251), "Out of order");
    received += length;
    const allowed = MOST * (turns.count / 2 + 1);
    assert(received <= allowed, `${received} bytes within ${turns.count} turns`);
  }
  assertEquals(received, FLOOD);
  await sent;
  conn.close();
});

Deno.test("yieldBetweenReads() does nothing where a transport has neither inside", () => {
  for (const inside of [{}, { protocol: {} }, { protocol: { transport: {} } }]) {
    yieldBetweenReads(inside as unknown as NatsConnection);
  }
});
