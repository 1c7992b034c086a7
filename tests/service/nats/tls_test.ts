/** TLS to NATS: which servers the service trusts. */
import { connect } from "@nats-io/transport-deno";
import { createPrivateKey } from "node:crypto";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Authority, type Certificate, createAuthority } from "../../../tools/authority.ts";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import { assertEventually } from "../../support/patience.ts";
import { assertNotReady } from "../../support/expect_problem.ts";
import { CONNECTED, DISCONNECTED, read, take } from "../../support/clients/sse_reader.ts";
import {
  failToStart,
  logsUrl,
  openStream,
  type Service,
  startConnected,
  startService,
  subjectOf,
} from "../../support/service.ts";

/** Allows clients without TLS, such as the publisher. */
const OPTIONAL = "allow_non_tls: true";

function start(url: string, ca?: string): Promise<Service> {
  return ca === undefined
    ? startService({ NATS_URL: url })
    : startService({ NATS_URL: url, NATS_TLS_CA: ca }, [`--allow-read=${ca}`]);
}

/** Fails unless a line arrives through the service over a TLS connection to this server. */
async function assertStreams(service: Service, nats: NatsServer): Promise<void> {
  await service.logged(({ msg }) => msg === "NATS connected");
  await using reader = await read(await logsUrl(service, { app: "panini-786" }));
  await reader.control("ready");
  const publisher = await connect({ servers: nats.url, tls: null });
  publisher.publish(subjectOf("panini-786", "dfw", "d896d7c6"), "behind TLS");
  await publisher.drain();
  assertEquals(await reader.line(), "behind TLS");
  const natstap = (await nats.connections()).find(({ name }) => name === "natstap");
  assertMatch(natstap?.tls_version ?? "no TLS", /^1\.[23]$/);
}

/** Fails unless NATS is unavailable for this reason. */
async function assertRefuses(service: Service, reason: RegExp): Promise<void> {
  const unavailable = await service.logged((line) => reason.test(`${line.reason}`));
  assertEquals(unavailable.msg, "NATS unavailable");
  await assertNotReady(service, "nats_unavailable");
}

const KNOWN = [
  ["name", "tls://localhost", "DNS:localhost"],
  ["address", "tls://127.0.0.1", "IP:127.0.0.1"],
  ["address in a nats:// URL", "nats://127.0.0.1", "IP:127.0.0.1"],
] as const;
for (const [name, url, altNames] of KNOWN) {
  Deno.test(`The service streams over TLS from a server known by its ${name}`, async () => {
    await using authority = await createAuthority();
    const tls = await authority.serverConfig(altNames);
    await using nats = await startNatsServer({ config: `${OPTIONAL}\n${tls}` });
    await using service = await start(`${url}:${nats.port}`, authority.path);
    await assertStreams(service, nats);
  });
}

Deno.test("The service refuses a server whose certificate was issued by another authority", async () => {
  await using authority = await createAuthority();
  await using another = await createAuthority();
  const config = await authority.serverConfig("DNS:localhost,IP:127.0.0.1");
  await using nats = await startNatsServer({ config });
  for (const ca of [another.path, undefined]) {
    await using service = await start(`tls://localhost:${nats.port}`, ca);
    await assertRefuses(service, /unable to verify the first certificate|invalid peer certificate/);
  }
});

Deno.test("The service refuses a server whose certificate is for another host", async () => {
  await using authority = await createAuthority();
  const table = [
    ["DNS:nats.example.com,IP:127.0.0.1", "localhost"],
    ["DNS:localhost,IP:127.0.0.2", "127.0.0.1"],
    // Even if that host is listed in NATS_URL too.
    ["DNS:localhost", "localhost:1,tls://127.0.0.1"],
    ["IP:127.0.0.2", "127.0.0.2:1,tls://127.0.0.1"],
  ];
  for (const [altNames, host] of table) {
    await using nats = await startNatsServer({ config: await authority.serverConfig(altNames!) });
    await using service = await start(`tls://${host}:${nats.port}`, authority.path);
    await assertRefuses(service, /does not match certificate's altnames|certificate not valid for/);
  }
});

Deno.test("The service never falls back to a connection without TLS", async () => {
  await using authority = await createAuthority();
  await using nats = await startNatsServer();
  for (const [scheme, ca] of [["tls", undefined], ["nats", authority.path]] as const) {
    await using service = await start(`${scheme}://127.0.0.1:${nats.port}`, ca);
    await assertRefuses(service, /server does not support 'tls'/);
  }
});

Deno.test("The service does not start with a NATS_TLS_CA that it has no permission to read", async () => {
  await using authority = await createAuthority();
  const message = await failToStart({ NATS_TLS_CA: authority.path });
  assertStringIncludes(message, "Cannot read NATS_TLS_CA as a file below /etc/natstap, or ");
  assertStringIncludes(message, `one that --allow-read=${authority.path} permits`);
});

/** nats-server's alert for a client without the required certificate; depends on its Go version. */
const ALERT = /^received fatal alert: (BadCertificate|CertificateRequired)$/;

/** Makes nats-server require a certificate issued by its authority. */
const VERIFY = "verify: true";

function startWith(
  { url }: NatsServer,
  authority: Authority,
  client?: Certificate,
): Promise<Service> {
  return startService({
    NATS_URL: url,
    NATS_TLS_CA: authority.path,
    ...(client && { NATS_TLS_CERT: client.cert, NATS_TLS_KEY: client.key }),
  }, [`--allow-read=${authority.folder}${client ? `,${client.cert},${client.key}` : ""}`]);
}

/** Fails unless the service makes this many failed attempts, all for this reason. */
async function assertTries(
  service: Service,
  nats: NatsServer,
  tries: number,
  reason: RegExp,
): Promise<void> {
  const from = await connects(nats);
  await assertEventually(async () => await connects(nats) >= from + tries, true);
  const { parts } = await assertNotReady(service, "nats_unavailable");
  assertMatch(String(parts.nats), reason);
  const warnings = service.logs.filter(({ level }) => level === "warn");
  assert(warnings.length > 0);
  for (const { msg, reason: said } of warnings) {
    assertEquals(msg, "NATS unavailable");
    assertMatch(String(said), reason);
  }
  assertEquals(service.stderr(), "");
}

async function connects({ monitorUrl }: NatsServer): Promise<number> {
  return (await (await fetch(`${monitorUrl}/varz`)).json()).total_connections;
}

Deno.test("The service keeps running if a server requires a certificate that it does not have, and reports the alert", async () => {
  await using authority = await createAuthority();
  const config = await authority.serverConfig("IP:127.0.0.1", VERIFY);
  await using nats = await startNatsServer({ config });
  await using services = new AsyncDisposableStack();
  for (let i = 0; i < 4; i++) {
    const service = services.use(await startWith(nats, authority));
    await assertTries(service, nats, 15, ALERT);
  }
});

Deno.test("The service keeps running if a server refuses its certificate, and reports the alert", async () => {
  await using authority = await createAuthority();
  await using another = await createAuthority();
  const config = await authority.serverConfig("IP:127.0.0.1", VERIFY);
  await using nats = await startNatsServer({ config });
  const client = await another.issue("DNS:client");
  await using service = await startWith(nats, authority, client);
  await assertTries(service, nats, 15, /^received fatal alert: \w+$/);
});

Deno.test("A server that requires a certificate after a restart ends no stream, and its alert is reported", async () => {
  await using authority = await createAuthority();
  const config = await authority.serverConfig("IP:127.0.0.1");
  const nats = await startNatsServer({ config });
  await using service = await startWith(nats, authority);
  await service.logged(({ msg }) => msg === "NATS connected");
  await using reader = await openStream(service, { app: "a" });
  await nats.stop("SIGKILL");
  assertEquals(await take(reader), DISCONNECTED);
  const { port } = nats;
  const strict = await startNatsServer({
    port,
    config: await authority.serverConfig("IP:127.0.0.1", VERIFY),
  });
  await service.logged(({ reason }) => ALERT.test(`${reason}`));
  const from = await connects(strict);
  await assertEventually(async () => await connects(strict) >= from + 10, true);
  const reasons = service.logs.filter(({ msg }) => msg === "NATS unavailable");
  for (const { reason } of reasons) assertMatch(`${reason}`, /^connection (lost|refused)|alert/);
  await strict.stop("SIGKILL");
  await using _again = await startNatsServer({ port, config });
  assertEquals(await take(reader), CONNECTED);
});

for (const type of ["pkcs8", "sec1"] as const) {
  Deno.test(`The service presents its own certificate, with a key as ${type}`, async () => {
    await using authority = await createAuthority();
    const tls = await authority.serverConfig("IP:127.0.0.1", VERIFY);
    await using nats = await startNatsServer({ config: `${OPTIONAL}\n${tls}` });
    const client = await authority.issue("DNS:client");
    const key = createPrivateKey(await Deno.readTextFile(client.key));
    await Deno.writeTextFile(client.key, key.export({ type, format: "pem" }).toString());
    await using service = await startWith(nats, authority, client);
    await assertStreams(service, nats);
  });
}

Deno.test("The service connects with a renewed certificate without a restart", async () => {
  await using authority = await createAuthority();
  const config = await authority.serverConfig("IP:127.0.0.1", VERIFY);
  await using nats = await startNatsServer({ config: `${OPTIONAL}\n${config}` });
  await using another = await createAuthority();
  const client = await another.issue("DNS:client");
  await using service = await startWith(nats, authority, client);
  await service.logged(({ reason }) => /alert/.test(`${reason}`));
  const renewed = await authority.issue("DNS:client");
  // Between the two renames the key does not match the certificate, which costs one attempt.
  await Deno.rename(renewed.key, client.key);
  await Deno.rename(renewed.cert, client.cert);
  await assertStreams(service, nats);
});

Deno.test("The service accepts a certificate for the name in NATS_URL from a server announced by the cluster", async () => {
  await using authority = await createAuthority();
  const start = async (routes: string) => {
    const cluster = `cluster { name: "logs", listen: "127.0.0.1:-1", routes: [${routes}] }`;
    const tls = await authority.serverConfig("DNS:localhost");
    return await startNatsServer({ config: `${OPTIONAL}\n${tls}\n${cluster}` });
  };
  const first = await start("");
  const { cluster } = await (await fetch(`${first.monitorUrl}/varz`)).json();
  await using second = await start(`"nats://127.0.0.1:${cluster.cluster_port}"`);
  await assertEventually(async () => {
    return (await (await fetch(`${first.monitorUrl}/varz`)).json()).connect_urls?.length;
  }, 2);
  await using service = await startConnected({
    NATS_URL: `tls://localhost:${first.port}`,
    NATS_TLS_CA: authority.path,
  }, [`--allow-read=${authority.path}`]);
  await first.stop("SIGKILL");
  await service.logged(({ server }) => server === `127.0.0.1:${second.port}`);
  await assertStreams(service, second);
});
