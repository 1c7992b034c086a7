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

interface Fault {
  name: string;
  /** What the server sends when a client connects. */
  greeting: string;
  /** What it does next, before it closes the connection. */
  act?: (conn: Deno.TcpConn) => Promise<unknown>;
  reason: RegExp;
}

const send = (text: string) => async (conn: Deno.TcpConn) => {
  await conn.read(new Uint8Array(4_096));
  await conn.write(Uint8Array.from(text, (char) => char.charCodeAt(0)));
};

const FAULTS: Fault[] = [
  {
    name: "closes the connection at once",
    greeting: "",
    reason: /closed the connection|socket closed/,
  },
  {
    name: "closes the connection in the middle of its INFO",
    greeting: PLAIN.slice(0, 20),
    reason: /closed the connection|socket closed/,
  },
  {
    name: "closes the connection after the service's CONNECT",
    greeting: PLAIN,
    act: send(""),
    reason: /closed the connection/,
  },
  {
    name: "resets the connection",
    greeting: PLAIN,
    // Closing with unread data resets the connection.
    act: (conn) => conn.read(new Uint8Array(1)),
    reason: /ECONNRESET|EPIPE|reset by peer|closed the connection/i,
  },
  {
    name: "refuses with an error of the NATS protocol",
    greeting: PLAIN,
    act: send("-ERR 'Maximum Connections Exceeded'\r\n"),
    reason: /maximum connections exceeded/i,
  },
  {
    name: "is not a NATS server",
    greeting: "220 smtp.example.com\r\n",
    reason: /unexpected response/,
  },
  {
    name: "sends a TLS alert during the handshake",
    greeting: TLS,
    act: send(ALERT),
    reason: /received fatal alert: HandshakeFailure/i,
  },
  {
    name: "answers TLS with something else",
    greeting: TLS,
    act: send("-ERR 'no TLS here'\r\n"),
    reason: /corrupt message/,
  },
  {
    name: "closes the connection during the TLS handshake",
    greeting: TLS,
    act: send(""),
    reason: /before secure TLS connection|unexpected end of file/,
  },
];

/** Starts a server with this fault; returns its URL and the number of connections so far. */
function startFaulty({ greeting, act }: Fault) {
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

for (const fault of FAULTS) {
  Deno.test(`The service keeps running if a NATS server ${fault.name}, and reports it`, async () => {
    using server = startFaulty(fault);
    await using service = await startService({ NATS_URL: server.url });
    await assertEventually(() => server.connections >= ATTEMPTS, true);
    const warnings = service.logs.filter(({ level }) => level === "warn");
    for (const { msg, reason } of warnings) {
      assertEquals(msg, "NATS unavailable");
      assertMatch(String(reason), fault.reason);
    }
    const { parts } = await assertNotReady(service, "nats_unavailable");
    assertMatch(String(parts.nats), fault.reason);
    assertEquals(service.stderr(), "");
  });
}

for (const answer of ["HELLO\r\n", "PONG\r\nHELLO\r\n"]) {
  Deno.test(`The service is not ready and retries if the first answer of NATS is ${JSON.stringify(answer)}`, async () => {
    const act = async (conn: Deno.TcpConn) => {
      await send(answer)(conn);
      while (await conn.read(new Uint8Array(4_096)) !== null);
    };
    using server = startFaulty({ name: "", greeting: PLAIN, act, reason: /./ });
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
