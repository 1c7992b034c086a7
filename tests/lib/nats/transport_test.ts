import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { yieldBetweenReads } from "../../../lib/nats/transport.ts";
import { createAuthority } from "../../../tools/authority.ts";
import { startNatsServer } from "../../../tools/nats_server.ts";

/** Maximum number of bytes that are read per turn of the event loop: a read that reaches the limit, and one more. */
const MAX_BYTES = 2 * 65_536;
/** A TLS record is decrypted when its last byte arrives, so its first bytes may have been read in an earlier turn. */
const MAX_RECORD_BYTES = 16_384;
const FLOOD_BYTES = 16 * 2 ** 20;

/** Counts turns of the event loop until it is disposed. */
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
  Deno.test(`yieldBetweenReads() yields to the event loop in a flood from NATS, ${tls ? "with" : "without"} TLS`, async () => {
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
        if (received >= FLOOD_BYTES) resolve();
      },
    });
    await connection.flush();
    for (let sent = 0; sent < FLOOD_BYTES; sent += line.length) publisher.publish("flood", line);
    await promise;
    // So may the first bytes of a line.
    const max = MAX_BYTES + line.length + (tls ? MAX_RECORD_BYTES : 0);
    assert(most <= max, `${most} bytes in one turn of the event loop`);
    await connection.close();
    await publisher.close();
  });
}

Deno.test("yieldBetweenReads() limits the reads of JSR's transport, and yields to the event loop twice between them", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using peer = await listener.accept();
  const bytes = Uint8Array.from({ length: FLOOD_BYTES }, (_, index) => index % 251);
  const sent = new Blob([bytes]).stream().pipeTo(peer.writable);

  // The part of JSR's transport that it uses.
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
    const allowed = MAX_BYTES * (turns.count / 2 + 1);
    assert(received <= allowed, `${received} bytes within ${turns.count} turns`);
  }
  assertEquals(received, FLOOD_BYTES);
  await sent;
  conn.close();
});

Deno.test("yieldBetweenReads() does nothing if it does not know the transport", () => {
  for (const inside of [{}, { protocol: {} }, { protocol: { transport: {} } }]) {
    yieldBetweenReads(inside as unknown as NatsConnection);
  }
});
