/** The service keeps running and reports errors of the socket to NATS. */
import { assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../../support/patience.ts";
import { assertNotReady } from "../../support/expect_problem.ts";
import { startService } from "../../support/service.ts";

const PLAIN = 'INFO {"server_id":"x","version":"2.9.10","proto":1,"max_payload":1048576}\r\n';
const TLS = PLAIN.replace("}", ',"tls_required":true}');
/** A TLS record with a fatal alert: the handshake has failed. */
const ALERT = "\x15\x03\x03\x00\x02\x02\x28";

/** Number of connections that the service must attempt. */
const ATTEMPTS = 8;

/** What the server does after its greeting, before it closes the connection. */
type Act = (conn: Deno.TcpConn) => Promise<unknown>;

const send = (text: string): Act => async (conn) => {
  await conn.read(new Uint8Array(4_096));
  await conn.write(Uint8Array.from(text, (char) => char.charCodeAt(0)));
};

const CLOSED = /closed the connection|socket closed/;
const FAULTS: [name: string, reason: RegExp, greeting: string, act?: Act][] = [
  ["closes the connection at once", CLOSED, ""],
  ["closes the connection in the middle of its INFO", CLOSED, PLAIN.slice(0, 20)],
  ["closes the connection after CONNECT", /closed the connection/, PLAIN, send("")],
  [
    "resets the connection",
    /ECONNRESET|EPIPE|reset by peer|closed the connection/i,
    PLAIN,
    // Closing with unread data resets the connection.
    (conn) => conn.read(new Uint8Array(1)),
  ],
  [
    "refuses with an error of the NATS protocol",
    /maximum connections exceeded/i,
    PLAIN,
    send("-ERR 'Maximum Connections Exceeded'\r\n"),
  ],
  ["is not a NATS server", /unexpected response/, "220 smtp.example.com\r\n"],
  ["sends a TLS alert", /received fatal alert: HandshakeFailure/i, TLS, send(ALERT)],
  ["answers TLS with something else", /corrupt message/, TLS, send("-ERR 'no TLS here'\r\n")],
  [
    "closes the connection during the TLS handshake",
    /before secure TLS connection|unexpected end of file/,
    TLS,
    send(""),
  ],
];

/** Starts a server that greets and then acts like this; returns its URL and the number of connections so far. */
function startFaulty(greeting: string, act?: Act) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const server = {
    url: `nats://127.0.0.1:${listener.addr.port}`,
    connections: 0,
    [Symbol.dispose]: () => listener.close(),
  };
  (async () => {
    for await (const conn of listener) {
      server.connections++;
      (async () => {
        await conn.write(new TextEncoder().encode(greeting));
        await act?.(conn);
      })().catch(() => {}).finally(() => conn.close());
    }
  })();
  return server;
}

for (const [name, expected, greeting, act] of FAULTS) {
  Deno.test(`The service keeps running if a NATS server ${name}, and reports it`, async () => {
    using server = startFaulty(greeting, act);
    await using service = await startService({ NATS_URL: server.url });
    await assertEventually(() => server.connections >= ATTEMPTS, true);
    const warnings = service.logs.filter(({ level }) => level === "warn");
    for (const { msg, reason } of warnings) {
      assertEquals(msg, "NATS unavailable");
      assertMatch(String(reason), expected);
    }
    const { parts } = await assertNotReady(service, "nats_unavailable");
    assertMatch(String(parts.nats), expected);
    assertEquals(service.stderr(), "");
  });
}

for (const answer of ["HELLO\r\n", "PONG\r\nHELLO\r\n"]) {
  Deno.test(`The service is not ready and retries if the first answer of NATS is ${JSON.stringify(answer)}`, async () => {
    const act = async (conn: Deno.TcpConn) => {
      await send(answer)(conn);
      while (await conn.read(new Uint8Array(4_096)) !== null);
    };
    using server = startFaulty(PLAIN, act);
    await using service = await startService({ NATS_URL: server.url });
    await assertEventually(() => server.connections >= 3, true);
    const { parts } = await assertNotReady(service, "nats_unavailable");
    assertMatch(String(parts.nats), /^(timeout|no answer)$/);
    assertEquals(service.logs.filter(({ msg }) => msg === "NATS connected"), []);
    assertEquals(service.stderr(), "");
  });
}

Deno.test("The service closes a connection if the server does not send INFO", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using _service = await startService({ NATS_URL: `nats://127.0.0.1:${listener.addr.port}` });
  const first = await listener.accept();
  using _second = await listener.accept();
  assertEquals(await first.read(new Uint8Array(1)), null, "The connection is closed");
  first.close();
});
