/** At LOG_LEVEL=debug, the service never writes a token or a secret, whatever happens. */
import { assert, assertEquals } from "@std/assert";
import { createUser, type KeyPair } from "npm:@nats-io/nkeys@^2";
import type { ProblemCode } from "../../../lib/problem.ts";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { type RawReader, readRaw } from "../../support/clients/raw_reader.ts";
import { assertNoSecrets } from "../../support/secrets.ts";
import {
  failToStart,
  mint,
  SECRET,
  type Service,
  type Stack,
  startConnected,
  startService,
  startStack,
  subjectOf,
} from "../../support/service.ts";
import { carryEverywhere } from "../../support/tokens/carriers.ts";
import { createSigner, outcome } from "../../support/tokens/signer.ts";

const PASSWORD = "pa55word-of-tap";
const DEBUG = { LOG_LEVEL: "debug" };

function permitTap(permissions = ""): string {
  return `authorization { users = [{ user: "tap", password: "${PASSWORD}"${permissions} }] }`;
}

/** Everything that these services wrote. */
function written(...services: Service[]): string {
  return services.map(({ logs, stderr }) => JSON.stringify(logs) + stderr()).join("\n");
}

/** The distinct values of `field` in log lines with this message. */
function valuesOf({ logs }: Service, msg: string, field: string): unknown[] {
  return [...new Set(logs.filter((line) => line.msg === msg).map((line) => line[field]))]
    .toSorted();
}

/** Publishes more to the app `stalled` than socket buffers hold. */
async function flood({ publisher }: Stack): Promise<void> {
  const line = new Uint8Array(65_536);
  for (let i = 0; i < 256; i++) publisher.publish(subjectOf("stalled"), line);
  await publisher.flush();
}

/** Opens a stream whose reader does not read, and publishes more than socket buffers hold. */
async function openStalled(stack: Stack, token: string): Promise<RawReader> {
  const reader = await readRaw(`${stack.service.url}/logs?token=${token}`);
  await flood(stack);
  return reader;
}

/** For each kind of refusal, the claims of a token and the request that cause it. */
const REFUSED: [code: ProblemCode, claims: Record<string, unknown>, path?: string][] = [
  ["token_expired", { exp: 1 }],
  ["token_not_yet_valid", { nbf: 9_999_999_999 }],
  ["token_claims", { app: "a.b" }],
  ["token_ttl", { exp: 9_999_999_999 }],
  ["app_required", { app: ["a", "b"] }],
  ["app_forbidden", {}, "/logs?app=other"],
  ["filter_invalid", {}, "/logs?region=%20"],
  ["filter_forbidden", { region: "dfw" }, "/logs?region=ams"],
  ["format_unknown", {}, "/logs?format=xml"],
  ["subscription_denied", { app: "denied" }],
  ["too_many_streams", { app: "full" }],
  ["not_found", {}, "/elsewhere"],
];

/** Sends `token` in a header, the query and a cookie, and in places where it does not belong. */
async function sendEverywhere(url: string, token: string, code: ProblemCode): Promise<void> {
  const separator = new URL(url).search === "" ? "?" : "&";
  for (const [query, headers] of carryEverywhere(token)) {
    const response = await fetch(url + query.replace("?", separator), { headers });
    assertEquals((await response.json()).code, code);
  }
  for (const wrong of [`${url}${separator}app=${token}`, `${new URL(url).origin}/${token}`]) {
    await (await fetch(wrong)).body?.cancel();
  }
}

Deno.test("No token is written, however its stream ends or its request is refused", async () => {
  await using stack = await startStack({
    ...DEBUG,
    NATS_USER: "tap",
    NATS_PASSWORD: PASSWORD,
    STALL_SECONDS: "1",
    MAX_STREAMS_PER_APP: "1",
  }, permitTap(`, permissions: { subscribe: { deny: "${subjectOf("denied", ">")}" } }`));
  const { service, nats } = stack;
  const tokens: Record<string, string> = {};
  const sign = async (name: string, claims: Record<string, unknown>) => {
    return tokens[name] = await mint({ app: "a", sub: name, ...claims });
  };
  const open = async (name: string, claims: Record<string, unknown> = {}) =>
    await readRaw(`${service.url}/logs?token=${await sign(name, { app: name, ...claims })}`);

  using _full = await open("full");
  for (const [code, claims, path = "/logs"] of REFUSED) {
    await sendEverywhere(`${service.url}${path}`, await sign(code, claims), code);
  }
  const [head, , signature] = (await sign("stranger", {})).split(".");
  const forged = `${head}.${(await sign("forged", { app: "b" })).split(".")[1]}.${signature}`;
  await sendEverywhere(`${service.url}/logs`, forged, "token_signature");
  await sendEverywhere(`${service.url}/logs`, `${tokens.stranger}.x`, "token_malformed");

  using stalled = await openStalled(stack, await sign("stalled", { app: "stalled" }));
  using expires = await open("expires", { exp: Math.floor(Date.now() / 1000) + 4 });
  using revoked = await open("revoked");
  (await open("leaves")).close();
  await expires.rest();
  await nats.reload(
    permitTap(`, permissions: { subscribe: { deny: "${subjectOf("revoked", ">")}" } }`),
  );
  await revoked.rest();
  await service.logged(({ msg, reason }) => msg === "stream closed" && reason === "stalled");
  stalled.close();
  using stays = await open("stays");
  await nats.stop();
  await service.logged(({ msg }) => msg === "NATS unavailable");
  await sendEverywhere(`${service.url}/logs`, await sign("late", {}), "nats_unavailable");
  await service.stop();
  await stays.rest();

  const codes = [...REFUSED.map(([code]) => code), "token_malformed", "token_signature"];
  const missing = new Set<unknown>([...codes, "nats_unavailable"])
    .difference(new Set(valuesOf(service, "request refused", "code")));
  assertEquals([...missing], [], "Each refusal is logged");
  assertEquals(
    valuesOf(service, "stream closed", "reason"),
    ["client", "denied", "expired", "shutdown", "stalled"],
  );
  const secrets = { ...tokens, forged, SECRET, PASSWORD, "a query": "token=" };
  assertNoSecrets(written(service), secrets);
});

Deno.test("No token is written if it arrives while the service is full or shutting down", async () => {
  await using stack = await startStack({ ...DEBUG, MAX_STREAMS: "1", SHUTDOWN_SECONDS: "3" });
  const { service } = stack;
  const open = await mint({ app: "stalled" });
  using _stalled = await openStalled(stack, open);
  const token = await mint({ app: "late" });
  await sendEverywhere(`${service.url}/logs`, token, "at_capacity");
  const stopped = service.stop();
  await service.logged(({ msg }) => msg === "stopping");
  await sendEverywhere(`${service.url}/logs`, token, "shutting_down");
  await stopped;
  assertNoSecrets(written(service), { open, token, SECRET });
});

Deno.test("No NATS secret is written, whether NATS accepts or refuses it", async () => {
  const [tap, stranger] = [createUser(), createUser()];
  const seedOf = (user: KeyPair) => new TextDecoder().decode(user.getSeed());
  const secrets = {
    PASSWORD,
    right: "right-nats-token",
    wrong: "wr0ng-secret-of-nats",
    seed: seedOf(tap),
    another: seedOf(stranger),
  };
  await using byPassword = await startNatsServer({ config: permitTap() });
  await using byToken = await startNatsServer({
    config: `authorization { token: "${secrets.right}" }`,
  });
  await using byNkey = await startNatsServer({
    config: `authorization { users: [{ nkey: ${tap.getPublicKey()} }] }`,
  });
  const runs: [NATS_URL: string, env: Record<string, string>, msg: string][] = [
    [byPassword.url, { NATS_USER: "tap", NATS_PASSWORD: PASSWORD }, "NATS connected"],
    [byPassword.url, { NATS_USER: "tap", NATS_PASSWORD: secrets.wrong }, "NATS unavailable"],
    [byPassword.url, { ORG: "tap", ACCESS_TOKEN: secrets.wrong }, "NATS unavailable"],
    [byToken.url, { NATS_TOKEN: secrets.right }, "NATS connected"],
    [byToken.url, { NATS_TOKEN: secrets.wrong }, "NATS unavailable"],
    [byNkey.url, { NATS_NKEY_SEED: secrets.seed }, "NATS connected"],
    [byNkey.url, { NATS_NKEY_SEED: secrets.another }, "NATS unavailable"],
  ];
  for (const [NATS_URL, env, msg] of runs) {
    await using service = await startService({ ...DEBUG, NATS_URL, ...env });
    await service.logged((line) => line.msg === msg);
    await service.stop();
    assertNoSecrets(written(service), { ...secrets, SECRET });
  }
});

Deno.test("No part of a key set's URL is written, however its fetch ends", async () => {
  await using nats = await startNatsServer();
  const [known, unknown] = await Promise.all([createSigner("known"), createSigner("unknown")]);
  let answer = () => Response.json({ keys: [known.jwk] });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    return answer();
  });
  const secrets: Record<string, string> = {
    user: "jwks-user",
    password: "jwks-pa55word",
    path: "jwks-path",
    query: "jwks-key",
  };
  const { user, password, path, query } = secrets;
  const env = { ...DEBUG, NATS_URL: nats.url };
  const urlAt = (port: number) =>
    `http://${user}:${password}@127.0.0.1:${port}/${path}?key=${query}`;
  await using service = await startConnected({ ...env, JWT_JWKS_URL: urlAt(server.addr.port) });
  secrets.known = await known.sign();
  secrets.unknown = await unknown.sign();
  assertEquals(await outcome(service, secrets.known), "stream");
  assertEquals(await outcome(service, secrets.unknown), "token_signature");

  const gone = () => Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const faults: [fault: string, port: number, answer: () => Response][] = [
    ["nothing is listening", withPort(gone()), answer],
    ["it answers 503", server.addr.port, () => new Response(path, { status: 503 })],
    ["it echoes the URL", server.addr.port, () => new Response(urlAt(1))],
    ["it redirects to itself", server.addr.port, () => {
      return new Response(null, { status: 302, headers: { Location: urlAt(server.addr.port) } });
    }],
  ];
  for (const [fault, port, failing] of faults) {
    answer = failing;
    await using other = await startService({ ...env, JWT_JWKS_URL: urlAt(port) });
    await other.logged(({ msg }) => msg === "key set not refreshed");
    assertEquals(await outcome(other, secrets.known), "keys_unavailable", fault);
    await other.stop();
    assertNoSecrets(written(other), secrets);
  }
  await service.stop();
  assertNoSecrets(written(service), secrets);
});

/** The port of a listener that is closed now. */
function withPort(listener: Deno.TcpListener): number {
  listener.close();
  return listener.addr.port;
}

Deno.test("No secret is written if the configuration is invalid", async () => {
  const secrets = {
    user: "nats-user-in-url",
    password: "nats-pa55word-in-url",
    NATS_TOKEN: "t0ken-of-nats",
    NATS_NKEY_SEED: "SUA-of-nats",
    NATS_PASSWORD: PASSWORD,
    ACCESS_TOKEN: "FlyV1 fm2_access",
    JWT_SECRET: "short-jwt-secret",
    query: "jwks-key",
  };
  const { user, password, query, ...variables } = secrets;
  const { NATS_TOKEN, NATS_NKEY_SEED, NATS_PASSWORD, ACCESS_TOKEN, JWT_SECRET } = variables;
  const wrong: Record<string, string>[] = [
    { NATS_URL: `nats://${user}:${password}@127.0.0.1:4222` },
    { NATS_URL: `nats://${NATS_TOKEN}@127.0.0.1:4222,nats://127.0.0.1:4223` },
    { NATS_PASSWORD },
    { NATS_TOKEN, NATS_USER: user, NATS_PASSWORD },
    { NATS_NKEY_SEED },
    { ORG: "", ACCESS_TOKEN, NATS_USER: user },
    { JWT_SECRET },
    { JWT_SECRET: JWT_SECRET.repeat(9), JWT_JWKS_URL: `http://x/?key=${query}` },
    { JWT_JWKS_URL: `ftp://${user}:${password}@x/?key=${query}` },
    { JWT_JWKS: JSON.stringify({ keys: [{ kty: "oct", k: JWT_SECRET }] }) },
    { JWT_PUBLIC_KEY: `-----BEGIN PRIVATE KEY-----\n${JWT_SECRET}\n-----END PRIVATE KEY-----` },
  ];
  for (const env of wrong) {
    const stderr = await failToStart({ ...DEBUG, ...env });
    assert(/Cannot (read|choose)/.test(stderr), stderr);
    assertNoSecrets(stderr, secrets);
  }
});
