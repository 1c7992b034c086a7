/** How the service signs in to NATS, and what it does if NATS refuses. */
import {
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
} from "@nats-io/transport-deno";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createAccount, createOperator, createUser, type KeyPair } from "npm:@nats-io/nkeys@^2";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import { assertNotReady, assertProblem } from "../../support/expect_problem.ts";
import { read } from "../../support/clients/sse_reader.ts";
import {
  failToStart,
  logsUrl,
  type Service,
  startConnected,
  startService,
  subjectOf,
} from "../../support/service.ts";
import { assertEventually } from "../../support/patience.ts";
import { base64url } from "../../support/tokens/forgery.ts";

const APP = "panini-786";
const PASSWORD = "right: horse, battery";
const USER = { NATS_USER: "natstap", NATS_PASSWORD: PASSWORD };
/** The address of a server where nothing is listening. */
const DEAD = "nats://127.0.0.1:1";

/** A server configuration that accepts only `user`. */
function permitUser(user: string, password: string): string {
  return `authorization { user: "${user}", password: "${password}" }`;
}

/** Publishes a line and fails unless it arrives through the service. */
async function assertStreams(
  service: Service,
  nats: NatsServer,
  publisherOptions: ConnectionOptions,
): Promise<void> {
  await service.logged(({ msg }) => msg === "NATS connected");
  await using reader = await read(await logsUrl(service, { app: APP }));
  await reader.control("ready");
  const publisher = await connect({ servers: nats.url, ...publisherOptions });
  publisher.publish(subjectOf(APP, "dfw", "d896d7c6"), "it came through");
  await publisher.drain();
  assertEquals(await reader.line(), "it came through");
}

/** Fails unless `/readyz` reports that NATS is unavailable and why, while `/healthz` is ok. */
async function assertUnavailable(service: Service, reason: string): Promise<void> {
  const { detail } = await assertNotReady(service, "nats_unavailable");
  assertStringIncludes(detail, reason);
  const health = await fetch(`${service.url}/healthz`);
  assertEquals([health.status, await health.text()], [200, "ok"]);
}

/** Observes four more attempts to connect and fails unless there were pauses between them. */
async function assertPauses({ monitorUrl }: NatsServer): Promise<void> {
  const attempts = async (): Promise<number> => {
    return (await (await fetch(`${monitorUrl}/varz`)).json()).total_connections;
  };
  const start = performance.now();
  const first = await attempts();
  await assertEventually(async () => await attempts() >= first + 4, true, "It keeps trying");
  const time = Math.round(performance.now() - start);
  console.log(`${await attempts() - first} attempts to sign in within ${time} ms`);
  // Most of the pause before the first of the four may already be over.
  assert(time >= 3 * 240, "Four attempts within less than three pauses of a quarter second");
}

const ORG = "panini-org";
const ACCESS_TOKEN = "FlyV1 fm2_abc,def=";
/** The user, or none if only a token is used, with the password, and the variables for it. */
const WAYS: [user: string, password: string, env: Record<string, string>][] = [
  ["natstap", PASSWORD, USER],
  [ORG, ACCESS_TOKEN, { ORG, ACCESS_TOKEN }],
  [ORG, PASSWORD, { FLY_ORG: ORG, ACCESS_TOKEN: PASSWORD }],
  ["", PASSWORD, { NATS_TOKEN: PASSWORD }],
];

for (const [user, password, env] of WAYS) {
  Deno.test(`The service signs in with ${Object.keys(env).join(" and ")}`, async () => {
    const config = user === ""
      ? `authorization { token: "${password}" }`
      : permitUser(user, password);
    await using nats = await startNatsServer({ config });
    await using service = await startService({ NATS_URL: nats.url, ...env });
    await assertStreams(
      service,
      nats,
      user === "" ? { token: password } : { user, pass: password },
    );
  });
}

Deno.test("The service signs in with an NKey, even if its seed ends in line breaks", async () => {
  const [user, another] = [createUser(), createUser()];
  const config = `authorization { users: [{ nkey: ${user.getPublicKey()} }] }`;
  await using nats = await startNatsServer({ config });
  const seed = new TextDecoder().decode(user.getSeed());
  for (const NATS_NKEY_SEED of [seed, `${seed}\n`, `${seed}\r\n\r\n`]) {
    await using service = await startService({ NATS_URL: nats.url, NATS_NKEY_SEED });
    await assertStreams(service, nats, { authenticator: nkeyAuthenticator(user.getSeed()) });
  }
  await using refused = await startService({
    NATS_URL: nats.url,
    NATS_NKEY_SEED: new TextDecoder().decode(another.getSeed()),
  });
  await refused.logged(({ msg }) => msg === "NATS unavailable");
  await assertUnavailable(refused, "Authorization Violation");
});

Deno.test("The service signs in with a credentials file that it has permission to read", async () => {
  const { config, creds } = createDecentralizedAuth();
  await using nats = await startNatsServer({ config });
  const path = await Deno.makeTempFile({ prefix: "natstap-", suffix: ".creds" });
  try {
    await Deno.writeTextFile(path, creds);
    const env = { NATS_URL: nats.url, NATS_CREDS: path };
    const message = await failToStart(env);
    assertStringIncludes(message, "Cannot read NATS_CREDS as a file below /etc/natstap, or ");
    assertStringIncludes(message, `current value is "${path}"`);
    const [flag] = /--allow-read=[^\s:]+/.exec(message) ?? [];
    await using service = await startService(env, [flag!]);
    await assertStreams(service, nats, {
      authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    });
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("A wrong password leaves the service unready and retrying with pauses until NATS accepts it", async () => {
  await using nats = await startNatsServer({ config: permitUser("natstap", "another") });
  await using service = await startService({ NATS_URL: nats.url, ...USER });
  await service.logged(({ msg }) => msg === "NATS unavailable");
  await assertUnavailable(service, "Authorization Violation");
  const refused = await fetch(await logsUrl(service, { app: APP }));
  await assertProblem(refused, 503, "nats_unavailable");
  await assertPauses(nats);
  const warnings = service.logs.filter(({ level }) => level === "warn");
  assertEquals(warnings.map(({ reason }) => reason), ["Authorization Violation"]);

  await nats.reload(permitUser("natstap", PASSWORD));
  await assertStreams(service, nats, { user: "natstap", pass: PASSWORD });
  assert(!`${JSON.stringify(service.logs)}${service.stderr()}`.includes(PASSWORD));
});

Deno.test("A password that NATS no longer accepts ends no stream, and the stream continues once it is right", async () => {
  await using nats = await startNatsServer({ config: permitUser("natstap", PASSWORD) });
  await using service = await startConnected({ NATS_URL: nats.url, ...USER });
  await using reader = await read(await logsUrl(service, { app: APP }));
  await reader.control("ready");

  await nats.reload(permitUser("natstap", "another"));
  assertEquals((await reader.control("status")).nats, "disconnected");
  await service.logged(({ reason }) => reason === "Authorization Violation");
  await assertUnavailable(service, "Authorization Violation");
  await assertPauses(nats);

  await nats.reload(permitUser("natstap", PASSWORD));
  assertEquals((await reader.control("status")).nats, "connected");
  const publisher = await connect({ servers: nats.url, user: "natstap", pass: PASSWORD });
  publisher.publish(subjectOf(APP, "dfw", "d896d7c6"), "the same stream");
  await publisher.drain();
  assertEquals(await reader.line(), "the same stream");
});

Deno.test("The service skips servers that are down or do not greet it", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using nats = await startNatsServer();
  const servers = [DEAD, `nats://127.0.0.1:${silent.addr.port}`, nats.url];
  await using service = await startService({ NATS_URL: servers.join(", ") });
  await assertStreams(service, nats, {});
});

Deno.test("The service reports the reason if no server can be reached", async () => {
  await using service = await startService({ NATS_URL: DEAD });
  await service.logged(({ msg }) => msg === "NATS unavailable");
  await assertUnavailable(service, "connection refused");
});

Deno.test("The service connects to NATS over IPv6", { ignore: !hasIpv6() }, async () => {
  // The last "listen" wins.
  await using nats = await startNatsServer({ config: 'listen: "[::1]:-1"' });
  const url = `nats://[::1]:${nats.port}`;
  await using service = await startService({ NATS_URL: url });
  await assertStreams(service, nats, { servers: url });
  const { server } = await service.logged(({ msg }) => msg === "NATS connected");
  assertEquals(server, `[::1]:${nats.port}`);
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** nats-server's configuration with an operator, an account and a user, and their credentials. */
function createDecentralizedAuth(): { config: string; creds: string } {
  const [operator, account, user] = [createOperator(), createAccount(), createUser()];
  const unlimited = { subs: -1, data: -1, payload: -1 };
  const limits = { ...unlimited, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const operatorJwt = signJwt(operator, operator, { type: "operator" });
  const accountJwt = signJwt(account, operator, { type: "account", limits });
  const userJwt = signJwt(user, account, { type: "user", ...unlimited });
  return {
    config: `
      operator: "${operatorJwt}"
      resolver: MEMORY
      resolver_preload: { ${account.getPublicKey()}: "${accountJwt}" }`,
    creds: `-----BEGIN NATS USER JWT-----
${userJwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${new TextDecoder().decode(user.getSeed())}
------END USER NKEY SEED------
`,
  };
}

/** A NATS JWT: signed with an NKey, with its claims under `nats`. */
function signJwt(subject: KeyPair, issuer: KeyPair, nats: Record<string, unknown>): string {
  const claims = {
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  };
  const parts = [{ typ: "JWT", alg: "ed25519-nkey" }, claims];
  const signed = parts.map((part) => base64url(JSON.stringify(part))).join(".");
  return `${signed}.${base64url(issuer.sign(new TextEncoder().encode(signed)))}`;
}
